namespace Graft.Api.Schema;

/// <summary>What a user reads when a rule is broken; the API server and our own checks say it in the same words.</summary>
internal static class SchemaMessages
{
    public const string NotRelative = "must be a relative path without '..'";

    public static string ExactlyOneOf(IEnumerable<string> fields)
    {
        return $"exactly one of {string.Join(", ", fields)} must be set";
    }

    public static string AtMostOneOf(IEnumerable<string> fields)
    {
        return $"at most one of {string.Join(", ", fields)} may be set";
    }

    public static string OutOfBounds(DecimalBounds bounds)
    {
        return $"must be {bounds}";
    }

    /// <summary>What a length counts.</summary>
    public static string UnitOf(SchemaNode node)
    {
        return node.Kind switch
        {
            SchemaKind.List => "item",
            SchemaKind.Map => "entry",
            _ => "character",
        };
    }
}
