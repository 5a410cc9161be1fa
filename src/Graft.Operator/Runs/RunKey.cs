using Graft.Operator.Runtime;

namespace Graft.Operator.Runs;

/// <summary>Names a run among those of all kinds.</summary>
/// <param name="Plural">The kind's plural, as in paths.</param>
/// <param name="Key">The run among those of its kind.</param>
public readonly record struct RunKey(string Plural, ObjectKey Key)
{
    public override string ToString()
    {
        return $"{Plural}/{Key}";
    }
}
