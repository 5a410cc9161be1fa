using System.Globalization;
using System.Reflection;
using System.Text;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Schema;

/// <summary>A condition reason, for people.</summary>
/// <param name="Name">The reason.</param>
/// <param name="Conditions">The types of the conditions that have it.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record ReasonEntry(string Name, IReadOnlyList<string> Conditions, string Meaning, string Remedy);

/// <summary>All condition reasons, from the constants of <see cref="Reasons"/>.</summary>
public static class ReasonCatalogue
{
    /// <summary>The reasons in the order of their constants.</summary>
    public static IReadOnlyList<ReasonEntry> All(Descriptions descriptions)
    {
        return [.. typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => Entry(field, descriptions))];
    }

    /// <summary>The whole list, as Markdown.</summary>
    public static string Write(Descriptions descriptions)
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated from src/Graft.Api by `make generate`; change the constants there. -->\n");
        text.Append("# Condition reasons\n\n");
        text.Append("`kubectl get` shows the reason of `Succeeded` (runs) or `Ready` (inputs) as the state; the condition's message says the particulars.\n");
        text.Append("`Reconciling` and `Stalled` repeat it. `graft explain REASON` says the same as this table.\n\n");
        text.Append("| Reason | Conditions | Meaning | What to do |\n|---|---|---|---|\n");
        foreach (var entry in All(descriptions))
        {
            var conditions = string.Join(", ", entry.Conditions.Select(type => $"`{type}`"));
            text.Append(CultureInfo.InvariantCulture, $"| `{entry.Name}` | {conditions} | {entry.Meaning} | {entry.Remedy} |\n");
        }

        return text.ToString();
    }

    private static ReasonEntry Entry(FieldInfo field, Descriptions descriptions)
    {
        var reason = field.GetCustomAttribute<ReasonAttribute>();
        return new ReasonEntry(
            (string)field.GetRawConstantValue()!, reason?.Conditions ?? [], descriptions.Of(field), reason?.Remedy ?? "");
    }
}
