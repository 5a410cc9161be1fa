using System.Globalization;

namespace Graft.Api.Schema;

/// <summary>
/// A spec's schema in the shape in which server-side apply can take every field back. When the last field that a manager had set in an
/// object goes, the API server leaves null in the object's place, and refuses that (kubernetes/kubernetes#135841). Therefore an object
/// that may be empty is either one value for apply, set and removed as a whole, or it is always there; and it holds no defaults, since a
/// client-side apply owns those, and the next server-side apply of the same file takes them back.
/// </summary>
internal static class ServerSchema
{
    /// <summary>The schema for the server; defaults that it does not fill in are in the descriptions, and Graft fills them in.</summary>
    public static SchemaNode Of(SchemaNode node)
    {
        return node with
        {
            Fields = [.. node.Fields.Select(field => field with { Schema = Field(node, field.Schema) })],
            Items = node.Items is { } items ? Of(items) : null,
            IsAtomic = node.Kind == SchemaKind.Map || (MayBeEmpty(node) && !node.IsSection),
        };
    }

    private static SchemaNode Field(SchemaNode owner, SchemaNode node)
    {
        var field = Of(node);
        if (node.IsSection)
        {
            return field with { Default = new OrderedDictionary<string, object>() };
        }

        return node.Default is { } value
            ? field with { Default = MayBeEmpty(owner) ? null : value, Description = $"{node.Description} Defaults to {Text(value)}." }
            : field;
    }

    private static bool MayBeEmpty(SchemaNode node)
    {
        return node.Kind == SchemaKind.Object && node.ExactlyOneOf.Count == 0 && node.Fields.All(field => !field.IsRequired);
    }

    private static string Text(object value)
    {
        return value switch
        {
            bool flag => flag ? "true" : "false",
            string words => $"\"{words}\"",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
    }
}
