using System.Globalization;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Common;

namespace Graft.Cli.Explaining;

/// <summary>
/// A field of a kind's schema in words: the same texts that the CRDs carry for <c>kubectl explain</c>, without a cluster.
/// </summary>
public static class FieldExplanation
{
    private const int Width = 100;

    /// <summary>
    /// Explains a path such as <c>atr.spec.method.lora</c>, the kind by any of its names, <c>spec.</c> may be left out; or a condition's
    /// reason.
    /// </summary>
    /// <param name="path">The path or the reason.</param>
    /// <param name="descriptions">The documentation of the API's types.</param>
    /// <param name="recursive">All fields below, by name and type, in place of the next level in words.</param>
    /// <exception cref="CliException">There is no such kind or field; the message names the nearest.</exception>
    public static IEnumerable<string> Lines(string path, Descriptions descriptions, bool recursive = false)
    {
        return ReasonCatalogue.All(descriptions).FirstOrDefault(
            entry => entry.Name.Equals(path, StringComparison.OrdinalIgnoreCase)) is { } reason
            ? Describe(reason)
            : Field(path, descriptions, recursive);
    }

    private static IEnumerable<string> Field(string path, Descriptions descriptions, bool recursive)
    {
        var names = path.Split('.');
        var kind = Kind(names[0]);
        var root = CustomResourceDefinition.RootSchema(kind, descriptions);
        var (node, at) = (root, kind.Kind);
        var fields = names.Skip(1).ToList();
        if (fields is [var first, ..] && first is not ("spec" or "status" or "metadata" or "apiVersion" or "kind"))
        {
            fields.Insert(0, "spec");
        }

        SchemaField? field = null;
        foreach (var name in fields)
        {
            var inside = Inside(node);
            field = inside.Field(name)
                ?? throw new CliException(Unknown($"{at} has no field '{name}'", name, inside.Fields.Select(known => known.Name)));
            (node, at) = (field.Schema, $"{at}.{name}");
        }

        return [.. Describe(kind, at, node, field), .. recursive ? Tree(node, "  ") : FieldsOf(node)];
    }

    private static IEnumerable<string> Describe(ReasonEntry reason)
    {
        return
        [
            $"{reason.Name} <reason of {string.Join(", ", reason.Conditions)}>",
            .. Wrap(reason.Meaning).Select(line => "  " + line),
            .. Wrap("What to do: " + reason.Remedy).Select(line => "  " + line),
        ];
    }

    private static IEnumerable<string> Describe(ResourceKind kind, string path, SchemaNode node, SchemaField? field)
    {
        yield return $"{path} <{TypeOf(node)}>{(field?.IsRequired == true ? " required" : "")}";
        foreach (var line in Wrap(node.Description))
        {
            yield return "  " + line;
        }

        if (field is null)
        {
            yield return $"  apiVersion {GraftApi.GroupVersion}, short name {kind.ShortName}";
        }

        foreach (var fact in Facts(node))
        {
            yield return "  " + fact;
        }
    }

    /// <summary>The fields of the next level, in words.</summary>
    private static IEnumerable<string> FieldsOf(SchemaNode node)
    {
        var fields = Inside(node).Fields;
        if (fields.Count > 0)
        {
            yield return "";
            yield return "Fields:";
        }

        foreach (var child in fields)
        {
            yield return "  " + Heading(child);
            foreach (var line in Wrap(child.Schema.Description).Concat(Facts(child.Schema)))
            {
                yield return "      " + line;
            }
        }
    }

    /// <summary>The fields of all levels, as <c>kubectl explain --recursive</c> shows them.</summary>
    private static IEnumerable<string> Tree(SchemaNode node, string indent)
    {
        return Inside(node).Fields.SelectMany(child => Tree(child.Schema, indent + "  ").Prepend(indent + Heading(child)));
    }

    /// <summary>The schema whose fields a path goes on with: of a list or a map that of its items.</summary>
    private static SchemaNode Inside(SchemaNode node)
    {
        return node is { Kind: SchemaKind.List or SchemaKind.Map, Items: { } items } ? Inside(items) : node;
    }

    private static string Heading(SchemaField field)
    {
        return $"{field.Name} <{TypeOf(field.Schema)}>{(field.IsRequired ? " required" : "")}";
    }

    private static IEnumerable<string> Facts(SchemaNode node)
    {
        // An object's default says what its fields' descriptions say.
        if (node.Default is bool or string or int or long)
        {
            yield return "default: " + (node.Default switch
            {
                true => "true",
                false => "false",
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            });
        }

        if (node.AllowedValues is { } allowed)
        {
            yield return "one of: " + string.Join(", ", allowed);
        }

        if (node.Decimal is { IsBounded: true } bounds)
        {
            yield return "a decimal in quotes, " + bounds;
        }
        else if (node is { Minimum: not null, Maximum: not null })
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"from {node.Minimum} to {node.Maximum}");
        }

        foreach (var group in node.ExactlyOneOf)
        {
            yield return "exactly one of: " + string.Join(", ", group);
        }

        foreach (var group in node.AtMostOneOf)
        {
            yield return "at most one of: " + string.Join(", ", group);
        }
    }

    private static ResourceKind Kind(string name)
    {
        return ResourceKind.All.FirstOrDefault(kind => Names(kind).Contains(name, StringComparer.OrdinalIgnoreCase))
            ?? throw new CliException(Unknown($"There is no kind '{name}'", name, ResourceKind.All.Select(kind => kind.Kind)));
    }

    private static string[] Names(ResourceKind kind)
    {
        return [kind.Kind, kind.Plural, kind.ShortName];
    }

    private static string Unknown(string what, string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var nearest = NearestName.Find(name, names) is { } near ? $" Did you mean '{near}'?" : "";
        return $"{what}.{nearest} Known: {string.Join(", ", names)}.";
    }

    private static string TypeOf(SchemaNode node)
    {
        return node.Kind switch
        {
            SchemaKind.Object => "object",
            SchemaKind.Map => "map of " + TypeOf(node.Items!),
            SchemaKind.List => "list of " + TypeOf(node.Items!),
            SchemaKind.String => node.Decimal is null ? "string" : "decimal string",
            SchemaKind.Integer => "integer",
            SchemaKind.Boolean => "boolean",
            SchemaKind.Time => "time",
            _ => "any",
        };
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + word.Length >= Width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
