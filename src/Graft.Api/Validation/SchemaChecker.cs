using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Common;

namespace Graft.Api.Validation;

/// <summary>
/// Checks a document against the schema from which the CRD is written: whatever the API server would refuse, in words that say
/// what is allowed and what was probably meant.
/// </summary>
internal sealed class SchemaChecker
{
    /// <summary>How many problems are told; of more, whose fields may number as many as a file has lines, only the count is.</summary>
    public const int MostProblems = 100;

    private readonly SchemaNode _root;
    private readonly FieldPath _rootPath;
    private readonly List<SpecProblem> _problems = [];
    private int _more;

    private SchemaChecker(SchemaNode root, FieldPath rootPath)
    {
        _root = root;
        _rootPath = rootPath;
    }

    /// <summary>What is wrong with a value: the first problems, and how many more there are.</summary>
    /// <param name="schema">The schema that it must follow.</param>
    /// <param name="node">The value.</param>
    /// <param name="path">Where it is in the resource.</param>
    public static (IReadOnlyList<SpecProblem> Problems, int More) Check(SchemaNode schema, DocumentNode node, FieldPath path)
    {
        var checker = new SchemaChecker(schema, path);
        checker.Value(schema, node, path);
        return (checker._problems, checker._more);
    }

    private bool IsFull => _problems.Count >= MostProblems;

    private void Value(SchemaNode schema, DocumentNode node, FieldPath path)
    {
        switch (schema.Kind, node)
        {
            case (SchemaKind.Any, _):
                break;
            case (SchemaKind.Object, DocumentMapping mapping):
                Object(schema, mapping, path);
                break;
            case (SchemaKind.Map, DocumentMapping mapping):
                Length(schema, mapping.Entries.Count, path);
                foreach (var entry in mapping.Entries)
                {
                    Value(schema.Items!, entry.Value, path.Field(entry.Key));
                }

                break;
            case (SchemaKind.List, DocumentSequence list):
                List(schema, list, path);
                break;
            case (not (SchemaKind.Object or SchemaKind.Map or SchemaKind.List), DocumentScalar { Value: not null } scalar)
                when ScalarChecks.Accepts(schema, scalar):
                foreach (var problem in ScalarChecks.Check(schema, scalar, path))
                {
                    Add(problem);
                }

                break;
            default:
                Add(ProblemCodes.WrongType, path, $"expected {Describe(schema)}, found {node.Describe()}", TypeRemedy(schema, node));
                break;
        }
    }

    private void Object(SchemaNode schema, DocumentMapping mapping, FieldPath path)
    {
        foreach (var entry in mapping.Entries)
        {
            if (schema.Field(entry.Key) is not { } field)
            {
                UnknownField(schema, entry.Key, path);
            }
            else if (mapping.Get(entry.Key) is { } value)
            {
                Value(field.Schema, value, path.Field(entry.Key));
            }
        }

        // An unknown key that is near a missing one has been reported with its right name.
        var meant = mapping.Entries.Where(entry => schema.Field(entry.Key) is null).Take(MostProblems)
            .Select(entry => Suggest(schema, entry.Key)).ToHashSet();
        foreach (var field in schema.Fields.Where(field => field.IsRequired && mapping.Get(field.Name) is null))
        {
            if (!meant.Contains(field.Name))
            {
                Add(ProblemCodes.MissingField, path.Field(field.Name), $"{field.Name} is missing", $"add it: {Describe(field.Schema)}");
            }
        }

        foreach (var group in schema.ExactlyOneOf.Where(group => group.Count(name => mapping.Get(name) is not null) != 1))
        {
            Add(ProblemCodes.ExactlyOneOf, path, SchemaMessages.ExactlyOneOf(group), FoundOf(group, mapping));
        }

        foreach (var group in schema.AtMostOneOf.Where(group => group.Count(name => mapping.Get(name) is not null) > 1))
        {
            Add(ProblemCodes.AtMostOneOf, path, SchemaMessages.AtMostOneOf(group), FoundOf(group, mapping));
        }
    }

    private static string FoundOf(IReadOnlyList<string> group, DocumentMapping mapping)
    {
        // "full:" with nothing after it is null, which counts as absent.
        if (mapping.Entries.FirstOrDefault(entry => group.Contains(entry.Key) && mapping.Get(entry.Key) is null) is { } empty)
        {
            return $"{empty.Key} has no value: write \"{empty.Key}: {{}}\" to choose it without settings";
        }

        var found = group.Where(name => mapping.Get(name) is not null).ToList();
        return found.Count == 0 ? "none is" : $"{string.Join(" and ", found)} are";
    }

    private void UnknownField(SchemaNode schema, string key, FieldPath path)
    {
        if (IsFull)
        {
            _more++;
            return;
        }

        var allowed = $"allowed here: {string.Join(", ", schema.Fields.Select(field => field.Name))}";
        var remedy = Suggest(schema, key) is { } near ? $"did you mean \"{near}\"? ({allowed})"
            : Elsewhere(ForeignNames.Find(key) ?? key) is { } elsewhere ? $"did you mean {elsewhere}? ({allowed})"
            : schema.Fields.Count == 0 ? "nothing can be set here"
            : allowed;
        Add(ProblemCodes.UnknownField, path.Field(key), $"there is no field \"{VisibleText.Short(key)}\" here", remedy);
    }

    private static string? Suggest(SchemaNode schema, string key)
    {
        return ForeignNames.Find(key) is { } ours && schema.Field(ours) is not null
            ? ours
            : NearestName.Find(key, schema.Fields.Select(field => field.Name));
    }

    // The shallowest field of this name anywhere in the resource.
    private FieldPath? Elsewhere(string key)
    {
        var level = new List<(SchemaNode Schema, FieldPath Path)> { (_root, _rootPath) };
        while (level.Count > 0)
        {
            foreach (var (schema, path) in level)
            {
                if (schema.Field(key) is not null)
                {
                    return path.Field(key);
                }
            }

            level = [.. level.SelectMany(place => place.Schema.Fields.Select(field => (field.Schema, place.Path.Field(field.Name))))];
        }

        return null;
    }

    private void List(SchemaNode schema, DocumentSequence list, FieldPath path)
    {
        Length(schema, list.Items.Count, path);
        var seen = new HashSet<string>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            Value(schema.Items!, list.Items[i], path.Item(i));
            if (schema.ListMapKey is { } key && (list.Items[i] as DocumentMapping)?.GetText(key) is { } name && !seen.Add(name))
            {
                Add(ProblemCodes.DuplicateItem, path.Item(i)
                    .Field(key), $"another item has the {key} \"{VisibleText.Short(name)}\" already", "keep one of them");
            }
        }
    }

    private void Length(SchemaNode schema, int length, FieldPath path)
    {
        if (length < schema.MinLength || length > schema.MaxLength)
        {
            Add(ProblemCodes.OutOfBounds, path, $"has {English.Count(length, SchemaMessages.UnitOf(schema))}", ScalarChecks.LengthBounds(schema));
        }
    }

    private static string Describe(SchemaNode schema)
    {
        return schema switch
        {
            { Kind: SchemaKind.Object, Fields: [{ IsRequired: true } only] } => $"a mapping with {only.Name}",
            { Kind: SchemaKind.Object or SchemaKind.Map } => "a mapping",
            { Kind: SchemaKind.List } => "a list",
            { Kind: SchemaKind.Integer } => "an integer",
            { Kind: SchemaKind.Boolean } => "true or false",
            { Kind: SchemaKind.Time } => "a time such as \"2026-01-31T12:00:00Z\"",
            { Decimal: not null } => "a string that holds a decimal number",
            { AllowedValues: { } values } => $"one of {string.Join(", ", values)}",
            _ => "a string",
        };
    }

    private static string? TypeRemedy(SchemaNode schema, DocumentNode node)
    {
        return (schema.Kind, node) switch
        {
            (SchemaKind.String, DocumentScalar { Value: not null } scalar) => $"write it in quotes: \"{VisibleText.Short(scalar.Text)}\"",
            (SchemaKind.Integer or SchemaKind.Boolean, DocumentScalar { Value: string text }) when ScalarValue.Of(text) is long or bool
                => $"write it without quotes: {text}",
            (SchemaKind.List, DocumentScalar { Value: not null } scalar) => $"write it as a list: [{VisibleText.Short(scalar.Text)}]",
            (SchemaKind.Object, DocumentScalar { Value: not null } scalar) when schema.Fields is [{ IsRequired: true } only]
                => $"write {{{only.Name}: {VisibleText.Short(scalar.Text)}}}",
            (SchemaKind.Object, _) when schema.Fields.Count > 0 =>
                $"its fields are {string.Join(", ", schema.Fields.Select(field => field.Name))}",
            (_, DocumentScalar { Value: null }) => "give it a value, or leave it out",
            _ => null,
        };
    }

    private void Add(string code, FieldPath path, string message, string? remedy)
    {
        Add(new SpecProblem(Severity.Error, code, path, message, remedy));
    }

    private void Add(SpecProblem problem)
    {
        if (IsFull)
        {
            _more++;
        }
        else
        {
            _problems.Add(problem);
        }
    }
}
