namespace Graft.Api.Schema;

/// <summary>
/// The schema of a condition (<c>metav1.Condition</c>), whose type is the client library's and carries no attributes of ours.
/// </summary>
internal static class ConditionSchema
{
    private const string TypePattern = "^([a-z0-9.-]+/)?[A-Za-z][A-Za-z0-9]*$";
    private const string ReasonPattern = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";

    public static SchemaNode Node { get; } = new()
    {
        Kind = SchemaKind.Object,
        Description = "One aspect of the current state.",
        Fields =
        [
            Field("type", Text("What the condition is about, in CamelCase.", 316, TypePattern, "a CamelCase name"), true),
            Field("status", Text("Whether it holds.", null, null, null) with { AllowedValues = ["True", "False", "Unknown"] }, true),
            Field("observedGeneration", new SchemaNode
            {
                Kind = SchemaKind.Integer,
                IsLong = true,
                Minimum = 0,
                Description = "The generation of the spec that the condition speaks of.",
            }, false),
            Field("lastTransitionTime", new SchemaNode
            {
                Kind = SchemaKind.Time,
                Description = "When status last changed.",
            }, true),
            Field("reason", Text("Why, in one CamelCase word.", 1024, ReasonPattern, "a CamelCase word") with { MinLength = 1 }, true),
            Field("message", Text("Why, in sentences for people.", 32768, null, null), true),
        ],
    };

    private static SchemaField Field(string name, SchemaNode schema, bool isRequired)
    {
        return new SchemaField(name, schema, isRequired);
    }

    private static SchemaNode Text(string description, int? maxLength, string? pattern, string? meaning)
    {
        return new SchemaNode
        {
            Kind = SchemaKind.String,
            Description = description,
            MaxLength = maxLength,
            Pattern = pattern,
            PatternMeaning = meaning,
        };
    }
}
