using System.Text;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Schema;

/// <summary>Writes the list of kinds that the chart's rights and health checks are made from.</summary>
public static class KindList
{
    /// <summary>The list, as YAML.</summary>
    public static string Write()
    {
        var text = new StringBuilder("# Generated from src/Graft.Api by `make generate`; change the types there.\n");
        Section("all", _ => true);
        Section("withJobs", type => IsRun(type) || IsInput(type));
        Section("ending", type => !IsInput(type));
        Section("standing", IsInput);
        return text.ToString();

        void Section(string name, Func<Type, bool> belongs)
        {
            text.Append(name).Append(":\n");
            foreach (var kind in ResourceKind.All.Where(kind => belongs(kind.Type)))
            {
                text.Append("  - {kind: ").Append(kind.Kind).Append(", plural: ").Append(kind.Plural).Append("}\n");
            }
        }
    }

    private static bool IsRun(Type type)
    {
        return type.IsAssignableTo(typeof(IRunResource));
    }

    private static bool IsInput(Type type)
    {
        return type.IsAssignableTo(typeof(IInputResource));
    }
}
