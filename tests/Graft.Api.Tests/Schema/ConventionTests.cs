using System.Reflection;
using System.Text.RegularExpressions;
using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Api.Validation;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Api.Tests.Schema;

/// <summary>Kubernetes' API conventions, as rules over every field of every kind.</summary>
public sealed partial class ConventionTests
{
    public static TheoryData<string> Kinds => [.. ResourceKind.All.Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_is_described_in_sentences(string kind)
    {
        Check(kind, (_, field) => Sentences().IsMatch(field.Schema.Description)
            ? null
            : $"the description \"{field.Schema.Description}\" is no sentence");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_string_list_and_map_is_bounded(string kind)
    {
        Check(kind, (_, field) => Unbounded(field.Schema));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_integer_of_a_spec_is_bounded(string kind)
    {
        Check(kind, (path, field) => field.Schema is { Kind: SchemaKind.Integer } and not { Minimum: not null, Maximum: not null }
            && IsInSpec(path)
            ? "an integer needs a least and a largest value"
            : null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pattern_is_explained_and_runs_in_linear_time(string kind)
    {
        Check(kind, (path, field) =>
        {
            if (field.Schema.Pattern is not { } pattern)
            {
                return null;
            }

            _ = new Regex(pattern, RegexOptions.NonBacktracking);
            return field.Schema.PatternMeaning is null ? "a pattern needs an ErrorMessage that says it in words"
                : !pattern.StartsWith('^') || !pattern.EndsWith('$') ? "a pattern matches the whole value"
                : null;
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_follow_the_conventions(string kind)
    {
        Check(kind, (_, field) =>
            !CamelCase().IsMatch(field.Name) ? "names are camelCase"
            : field.Name.EndsWith("Timestamp", StringComparison.Ordinal) ? "times are called somethingTime"
            : field.Name == "phase" ? "conditions take the place of phases"
            : Duration().IsMatch(field.Name)
                && !field.Name.Contains("Seconds", StringComparison.Ordinal) ? "durations are integers with Seconds in their name"
            : null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_time_is_in_a_status_and_called_one(string kind)
    {
        Check(kind, (path, field) => field.Schema.Kind == SchemaKind.Time
            && (IsInSpec(path) || !field.Name.EndsWith("Time", StringComparison.Ordinal))
            ? "times are in the status and called somethingTime"
            : null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_default_satisfies_its_own_schema(string kind)
    {
        Check(kind, (path, field) =>
        {
            if (field.Schema.Default is not { } value)
            {
                return null;
            }

            var json = System.Text.Json.JsonSerializer.Serialize(value);
            var (problems, _) = SchemaChecker.Check(field.Schema, DocumentJson.Read(json), path);
            return field.IsRequired ? "a required field has no default" : problems.Count > 0 ? problems[0].ToString() : null;
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fields_that_exclude_each_other_exist_and_are_left_open(string kind)
    {
        Check(kind, (_, field) => field.Schema.ExactlyOneOf.Concat(field.Schema.AtMostOneOf)
            .SelectMany(group => group)
            .Where(name => field.Schema.Field(name) is not { IsRequired: false, Schema.Default: null })
            .Select(name => $"{name} must be an optional field without default")
            .FirstOrDefault());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_list_that_is_merged_has_a_required_key(string kind)
    {
        Check(kind, (_, field) => field.Schema.ListMapKey is { } key && field.Schema.Items!.Field(key) is not { IsRequired: true }
            ? $"{key} must be a required field of the items"
            : null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Columns_and_selectable_fields_lead_to_fields_and_conditions_are_picked_by_type(string kind)
    {
        var type = ResourceKind.All.Single(known => known.Kind == kind).Type;
        var root = CustomResourceDefinition.RootSchema(ResourceKind.For(type), Docstrings.Descriptions);
        var paths = type.GetCustomAttributes<PrinterColumnAttribute>().Select(column => column.JsonPath)
            .Concat(type.GetCustomAttributes<SelectableFieldAttribute>().Select(field => field.JsonPath))
            .Where(path => path != ".metadata.creationTimestamp");

        foreach (var path in paths)
        {
            Assert.DoesNotMatch(@"\[\d", path);
            var node = root;
            foreach (var step in ConditionFilter().Replace(path, "[]").Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                node = node?.Field(step.Replace("[]", "", StringComparison.Ordinal))?.Schema;
                node = node is { Kind: SchemaKind.List } ? node.Items : node;
            }

            Assert.True(node is not null, $"{kind}: {path} leads to no field.");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_definition_has_a_status_subresource_and_no_numbers_or_unknown_fields(string kind)
    {
        var yaml = CustomResourceDefinition.Write(ResourceKind.All.Single(known => known.Kind == kind), Docstrings.Descriptions);

        Assert.Contains("subresources:\n        status: {}", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("type: number", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("x-kubernetes-preserve-unknown-fields", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("nullable", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_can_take_back_every_field_of_a_spec(string kind)
    {
        var yaml = CustomResourceDefinition.Write(ResourceKind.All.Single(known => known.Kind == kind), Docstrings.Descriptions);
        var definition = KubernetesYaml.Deserialize<V1CustomResourceDefinition>(yaml);
        var broken = Objects(definition.Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["spec"], "spec")
            .Where(found => found.Node.Required is not { Count: > 0 }
                && found.Node.XKubernetesValidations?.Any(rule => rule.Message.StartsWith("exactly one of")) != true)
            .SelectMany(found => (string?[])
            [
                found.Node.XKubernetesMapType == "atomic" || found.Node.DefaultProperty is not null
                    ? null
                    : $"{found.Path} may be left empty: null",
                found.Node.Properties?.Any(field => field.Value is { Type: not "object", DefaultProperty: not null }) == true
                    ? $"{found.Path} may be empty and has a default inside"
                    : null,
            ])
            .OfType<string>()
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_default_is_in_the_description(string kind)
    {
        var yaml = CustomResourceDefinition.Write(ResourceKind.All.Single(known => known.Kind == kind), Docstrings.Descriptions);
        var defaults = 0;
        Check(kind, (path, field) =>
        {
            defaults += field.Schema.Default is not null && IsInSpec(path) ? 1 : 0;
            return null;
        });

        Assert.Equal(defaults, yaml.Split("Defaults to ").Length - 1);
    }

    [Fact]
    public void Short_names_are_distinct()
    {
        Assert.Distinct(ResourceKind.All.Select(kind => kind.ShortName));
    }

    private static bool IsInSpec(FieldPath path)
    {
        return path.Steps().First().Name == "spec";
    }

    private static string? Unbounded(SchemaNode node)
    {
        return node switch
        {
            { Kind: SchemaKind.String, MaxLength: null, AllowedValues: null } => "a string needs a largest length",
            { Kind: SchemaKind.List or SchemaKind.Map, MaxLength: null } => "a list or map needs a largest size",
            { Items: { } items } => Unbounded(items),
            _ => null,
        };
    }

    private static void Check(string kind, Func<FieldPath, SchemaField, string?> rule)
    {
        var known = ResourceKind.All.Single(candidate => candidate.Kind == kind);
        var root = CustomResourceDefinition.RootSchema(known, Docstrings.Descriptions);
        var broken = new[] { "spec", "status" }
            .SelectMany(part => Fields(FieldPath.Of(part), root.Field(part)!))
            .Select(field => (field.Path, Problem: rule(field.Path, field.Field)))
            .Where(found => found.Problem is not null)
            .Select(found => $"{kind} {found.Path}: {found.Problem}")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    private static IEnumerable<(FieldPath Path, SchemaField Field)> Fields(FieldPath path, SchemaField field)
    {
        var inside = field.Schema.Kind == SchemaKind.List ? field.Schema.Items! : field.Schema;
        return inside.Fields.SelectMany(next => Fields(path.Field(next.Name), next)).Prepend((path, field));
    }

    private static IEnumerable<(string Path, V1JSONSchemaProps Node)> Objects(V1JSONSchemaProps node, string path)
    {
        var inside = (node.Properties ?? new Dictionary<string, V1JSONSchemaProps>()).SelectMany(
            field => Objects(field.Value, $"{path}.{field.Key}"));
        var items = node.Items is V1JSONSchemaProps item ? Objects(item, path + "[]") : [];
        return node.Type == "object" ? [(path, node), .. inside, .. items] : [.. inside, .. items];
    }

    [GeneratedRegex(@"^[\p{Lu}`].*[.]\z", RegexOptions.Singleline)]
    private static partial Regex Sentences();

    [GeneratedRegex(@"^[a-z][a-zA-Z0-9]*\z")]
    private static partial Regex CamelCase();

    [GeneratedRegex("(Deadline|Timeout|Period|Duration|^ttl|Ttl|Interval)")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\[\?\(@\.type==""\w+""\)\]")]
    private static partial Regex ConditionFilter();
}
