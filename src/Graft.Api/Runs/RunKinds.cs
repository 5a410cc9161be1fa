using Graft.Api.V1Alpha1;

namespace Graft.Api.Runs;

/// <summary>The kinds of runs. A new one is a line in the list.</summary>
public static class RunKinds
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<IRunKind> All { get; } = [new AdapterTrainingKind(), new ProjectionPretrainKind()];

    /// <summary>The kind of a run.</summary>
    public static IRunKind Of(IRunResource run) => All.First(kind => kind.Type == run.GetType());

    /// <summary>The kind of a type of resource; null where it is no run.</summary>
    public static IRunKind? Find(Type type) => All.FirstOrDefault(kind => kind.Type == type);
}
