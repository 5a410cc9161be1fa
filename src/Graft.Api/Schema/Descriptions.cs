using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Graft.Api.Schema;

/// <summary>The summaries in a compiler's XML documentation file, as plain text for <c>kubectl explain</c>.</summary>
public sealed partial class Descriptions
{
    private readonly Dictionary<string, string> _summaries;

    private Descriptions(Dictionary<string, string> summaries)
    {
        _summaries = summaries;
    }

    /// <summary>No descriptions; for where a schema only checks.</summary>
    public static Descriptions None { get; } = new([]);

    /// <summary>Reads the text of an XML documentation file.</summary>
    public static Descriptions Parse(string xml)
    {
        return new Descriptions(XDocument.Parse(xml).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")!)));
    }

    /// <summary>A type's summary, or nothing.</summary>
    public string Of(Type type)
    {
        return _summaries.GetValueOrDefault("T:" + type.FullName, "");
    }

    /// <summary>A property's summary, or nothing.</summary>
    public string Of(PropertyInfo property)
    {
        return _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");
    }

    /// <summary>A constant's summary, or nothing.</summary>
    public string Of(FieldInfo field)
    {
        return _summaries.GetValueOrDefault($"F:{field.DeclaringType!.FullName}.{field.Name}", "");
    }

    private static string Plain(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XText words => words.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } link => link.Attribute("cref")?.Value.Split('.')[^1] ?? link.Value,
            XElement other => other.Value,
            _ => "",
        }));
        return WhiteSpace().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
