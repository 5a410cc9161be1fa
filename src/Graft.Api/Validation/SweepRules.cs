using System.Globalization;
using Graft.Api.Defaulting;
using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Common;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in an AdapterSweep: its template as such, and each searched field with its values.</summary>
internal static class SweepRules
{
    /// <summary>Checks a sweep whose spec follows its schema.</summary>
    public static IEnumerable<SpecProblem> Check(AdapterSweepSpec spec, FieldPath at)
    {
        spec = Defaults.Apply(spec);
        var (kind, template, field) = spec.Template!.Selected;
        var schema = ResourceKind.For(kind.Type).SpecSchema;
        var problems = RunRules.Check(kind, template, at.Field("template", field), null, new Dictionary<string, IInputResource>());
        var document = (DocumentMapping)DocumentJson.Read(k8s.KubernetesJson.Serialize((object)template));
        return problems
            .Concat(spec.Parameters!.SelectMany(
                (parameter, index) => Parameter(parameter, at.Field("parameters").Item(index), schema, document)))
            .Concat(Search(spec, at));
    }

    private static IEnumerable<SpecProblem> Parameter(SweepParameter parameter, FieldPath at, SchemaNode schema, DocumentMapping template)
    {
        var (leaf, problem) = Find(parameter.Field!, at.Field("field"), schema, template);
        if (leaf is null)
        {
            return [problem!];
        }

        return parameter.Values is { } values
            ? values.SelectMany((value, index) => Value(leaf, value, at.Field("values").Item(index)))
            : Range(leaf, parameter.Range!, at.Field("range"));
    }

    // Walks from the template's spec to the searched field; on the way no choice of the template may be contradicted.
    private static (SchemaNode? Leaf, SpecProblem? Problem) Find(string field, FieldPath at, SchemaNode schema, DocumentMapping template)
    {
        DocumentNode? value = template;
        foreach (var name in field.Split('.'))
        {
            var rivals = schema.ExactlyOneOf.Concat(schema.AtMostOneOf)
                .Where(group => group.Contains(name))
                .SelectMany(group => group)
                .Where(rival => rival != name);
            if (rivals.FirstOrDefault(rival => (value as DocumentMapping)?.Get(rival) is not null) is { } chosen)
            {
                return (null, SpecProblem.Impossible(
                    at, $"the template sets {chosen}, which excludes {name}",
                    $"take {chosen} out of the template, or search another field"));
            }

            if (schema.Field(name) is not { } next)
            {
                var remedy = NearestName.Find(name, schema.Fields.Select(known => known.Name)) is { } near
                    ? $"did you mean \"{near}\"?"
                    : $"allowed there: {Names(schema)}";
                return (null, new SpecProblem(
                    Severity.Error,
                    ProblemCodes.ReferenceNotFound,
                    at,
                    $"the template's spec has no field \"{field}\": there is no \"{name}\"",
                    remedy));
            }

            schema = next.Schema;
            value = (value as DocumentMapping)?.Get(name);
        }

        return schema.Kind is SchemaKind.String or SchemaKind.Integer or SchemaKind.Boolean
            ? (schema, null)
            : (null, SpecProblem.Impossible(at, $"\"{field}\" holds no single value", $"search a field inside it: {Names(schema)}"));
    }

    private static string Names(SchemaNode schema)
    {
        return string.Join(", ", schema.Fields.Select(field => field.Name));
    }

    private static IEnumerable<SpecProblem> Value(SchemaNode leaf, string text, FieldPath at)
    {
        var expected = leaf.Kind == SchemaKind.Integer ? "an integer" : "true or false";
        var scalar = new DocumentScalar(leaf.Kind == SchemaKind.String ? text : ScalarValue.Of(text), text, 0, 0);
        return ScalarChecks.Accepts(leaf, scalar)
            ? ScalarChecks.Check(leaf, scalar, at)
            : [new SpecProblem(Severity.Error, ProblemCodes.WrongType, at, $"\"{text}\" does not fit the field, which holds {expected}")];
    }

    private static IEnumerable<SpecProblem> Range(SchemaNode leaf, SweepRange range, FieldPath at)
    {
        if (leaf.Kind != SchemaKind.Integer && leaf.Decimal is null)
        {
            return [SpecProblem.Impossible(
                at, "the field holds no number to draw from a range", "give its values one by one, under values")];
        }

        var (minimum, maximum) = (Number(range.Minimum!), Number(range.Maximum!));
        if (minimum >= maximum)
        {
            var message = $"the maximum {range.Maximum} is not above the minimum {range.Minimum}";
            return [SpecProblem.Impossible(at.Field("maximum"), message, "swap or correct them")];
        }

        return range.Scale == "log" && minimum <= 0
            ? [SpecProblem.Impossible(
                at.Field("minimum"), "a logarithmic range starts above zero", "raise the minimum, or choose scale: linear")]
            : Value(leaf, range.Minimum!, at.Field("minimum")).Concat(Value(leaf, range.Maximum!, at.Field("maximum")));
    }

    private static IEnumerable<SpecProblem> Search(AdapterSweepSpec spec, FieldPath at)
    {
        var ranged = spec.Parameters!.FindIndex(parameter => parameter.Range is not null);
        if (spec.Algorithm == "grid" && ranged >= 0)
        {
            yield return SpecProblem.Impossible(
                at.Field("parameters").Item(ranged).Field("range"),
                "a grid has no steps in a range",
                "give the values one by one, or choose algorithm: random");
        }

        if (spec.ParallelTrials > spec.MaxTrials)
        {
            yield return SpecProblem.LikelyMistake(
                at.Field("parallelTrials"),
                $"{spec.ParallelTrials} trials at a time are more than all {spec.MaxTrials}",
                "raise maxTrials or lower parallelTrials");
        }
    }

    private static double Number(string text)
    {
        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
