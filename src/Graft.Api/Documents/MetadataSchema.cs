using Graft.Api.Schema;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Documents;

/// <summary>The metadata that a person writes; what a server adds to it (as in <c>kubectl get -o yaml</c>) is let through.</summary>
internal static class MetadataSchema
{
    private static readonly string[] ServerFields =
    [
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "managedFields", "ownerReferences", "finalizers", "selfLink",
    ];

    public static SchemaNode Node { get; } = new()
    {
        Kind = SchemaKind.Object,
        Fields =
        [
            new SchemaField("name", Name(253, LocalReference.NamePattern, LocalReference.NameMeaning), true),
            new SchemaField("namespace", Name(63, "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "lower-case letters, digits and '-'"), false),
            new SchemaField("labels", Texts(63), false),
            new SchemaField("annotations", Texts(262144), false),
            .. ServerFields.Select(field => new SchemaField(field, new SchemaNode { Kind = SchemaKind.Any }, false)),
        ],
    };

    /// <summary>The entries without those of a server.</summary>
    public static IReadOnlyList<DocumentEntry> AsAsked(IEnumerable<DocumentEntry> entries)
    {
        return [.. entries.Where(entry => !ServerFields.Contains(entry.Key))];
    }

    private static SchemaNode Name(int maxLength, string pattern, string meaning)
    {
        return new SchemaNode
        {
            Kind = SchemaKind.String,
            MinLength = 1,
            MaxLength = maxLength,
            Pattern = pattern,
            PatternMeaning = meaning,
        };
    }

    private static SchemaNode Texts(int maxLength)
    {
        return new SchemaNode { Kind = SchemaKind.Map, Items = new SchemaNode { Kind = SchemaKind.String, MaxLength = maxLength } };
    }
}
