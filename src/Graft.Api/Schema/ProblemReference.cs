using System.Globalization;
using System.Reflection;
using System.Text;
using Graft.Api.Validation;

namespace Graft.Api.Schema;

/// <summary>Writes the list of problem codes, as Markdown.</summary>
public static class ProblemReference
{
    /// <summary>The whole list.</summary>
    public static string Write(Descriptions descriptions)
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated from src/Graft.Api by `make generate`; change the constants there. -->\n");
        text.Append("# Problem codes\n\n");
        text.Append("`graft validate` prints one line a problem: `file:line:column: severity: path: what is wrong; what to do [code]`.\n");
        text.Append("The operator says the same words in the condition `Accepted`.\n\n| Code | Meaning |\n|---|---|\n");
        foreach (var code in typeof(ProblemCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{code.GetRawConstantValue()}` | {descriptions.Of(code)} |\n");
        }

        return text.ToString();
    }
}
