using System.Globalization;
using System.Text;
using Graft.Api.V1Alpha1;
using Graft.Common;

namespace Graft.Api.Schema;

/// <summary>Writes the API reference: a table of fields a kind, as Markdown.</summary>
public static class ApiReference
{
    /// <summary>The whole reference.</summary>
    public static string Write(Descriptions descriptions)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            <!-- Generated from src/Graft.Api by `make generate`; change the types there. -->
            # API reference

            Group and version: `{GraftApi.GroupVersion}`. All kinds are namespaced and in the category `{GraftApi.Category}`.
            `kubectl explain KIND.spec --recursive` shows the same. A field in **bold** is required. Decimal numbers are written as strings.


            """);
        foreach (var kind in ResourceKind.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"- [{kind.Kind}](#{kind.Kind.ToLowerInvariant()}) (`{kind.ShortName}`)\n");
        }

        foreach (var kind in ResourceKind.All)
        {
            WriteKind(text, kind, descriptions);
        }

        return text.ToString();
    }

    private static void WriteKind(StringBuilder text, ResourceKind kind, Descriptions descriptions)
    {
        var root = CustomResourceDefinition.RootSchema(kind, descriptions);
        text.Append(CultureInfo.InvariantCulture, $"\n## {kind.Kind}\n\n{root.Description}\n");
        foreach (var part in (string[])["spec", "status"])
        {
            var schema = root.Field(part)!.Schema;
            text.Append(CultureInfo.InvariantCulture, $"\n### {kind.Kind} {part}\n\n{schema.Description}\n\n");
            text.Append("| Field | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n");
            WriteFields(text, schema, "");
        }
    }

    private static void WriteFields(StringBuilder text, SchemaNode schema, string prefix)
    {
        foreach (var field in schema.Fields)
        {
            // A sweep's template holds whole specs of other kinds: their own tables describe them.
            var other = prefix == "template." ? ResourceKind.All.FirstOrDefault(kind => Camel(kind.Kind) == field.Name) : null;
            var path = prefix + field.Name;
            var name = field.IsRequired ? $"**`{path}`**" : $"`{path}`";
            var meaning = field.Schema.Description + (other is null ? "" : $" See [{other.Kind}](#{other.Kind.ToLowerInvariant()}-spec).");
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {name} | {TypeOf(field.Schema)} | {Code(field.Schema.Default)} | {Cell(Allowed(schema, field))} | {Cell(meaning)} |\n");
            if (other is null)
            {
                var isList = field.Schema.Kind == SchemaKind.List;
                WriteFields(text, isList ? field.Schema.Items! : field.Schema, path + (isList ? "[]." : "."));
            }
        }
    }

    private static string TypeOf(SchemaNode node)
    {
        return node switch
        {
            { Kind: SchemaKind.List } => "list of " + TypeOf(node.Items!) + "s",
            { Kind: SchemaKind.Map } => "map of " + TypeOf(node.Items!) + "s",
            { Decimal: not null } => "decimal string",
            _ => node.Kind.ToString().ToLowerInvariant(),
        };
    }

    private static string Allowed(SchemaNode parent, SchemaField field)
    {
        var node = field.Schema;
        var rules = new List<string>();
        rules.AddRange(parent.ExactlyOneOf.Where(group => group.Contains(field.Name)).Select(SchemaMessages.ExactlyOneOf));
        rules.AddRange(parent.AtMostOneOf.Where(group => group.Contains(field.Name)).Select(SchemaMessages.AtMostOneOf));
        if (node.AllowedValues is { } values)
        {
            rules.Add(string.Join(", ", values.Select(value => $"`{value}`")));
        }

        if (node.Decimal is { IsBounded: true } bounds)
        {
            rules.Add(bounds.ToString());
        }
        else if (node.PatternMeaning is { } meaning && node.Decimal is null)
        {
            rules.Add(meaning);
        }

        if (node.IsRelativePath)
        {
            rules.Add(SchemaMessages.NotRelative);
        }

        if (node is { Minimum: { } minimum, Maximum: { } maximum })
        {
            rules.Add($"{minimum} to {maximum}");
        }

        if (node.MaxLength is { } length && node.Decimal is null)
        {
            rules.Add($"at most {English.Count(length, SchemaMessages.UnitOf(node))}");
        }

        return string.Join("; ", rules);
    }

    private static string Code(object? value)
    {
        return value switch
        {
            null => "",
            bool flag => flag ? "`true`" : "`false`",
            string words => $"`\"{words}\"`",
            _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
        };
    }

    private static string Cell(string text)
    {
        return text.Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Camel(string kind)
    {
        return char.ToLowerInvariant(kind[0]) + kind[1..];
    }
}
