using System.Globalization;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>
/// Tolerations, affinity and spread that the API server would refuse in a pod, or that mean something else than they seem to.
/// </summary>
internal static class PlacementRules
{
    public static IEnumerable<SpecProblem> Check(PodSettings pod, FieldPath path)
    {
        return Tolerations(pod, path)
            .Concat(Nodes(pod.Affinity?.NodeAffinity, path.Field("affinity", "nodeAffinity")))
            .Concat(Pods(pod.Affinity?.PodAffinity, path.Field("affinity", "podAffinity")))
            .Concat(Pods(pod.Affinity?.PodAntiAffinity, path.Field("affinity", "podAntiAffinity")))
            .Concat(Each(pod.TopologySpreadConstraints, path.Field("topologySpreadConstraints"), Spread));
    }

    private static IEnumerable<SpecProblem> Tolerations(PodSettings pod, FieldPath path)
    {
        return Each(pod.Tolerations, path.Field("tolerations"), (toleration, at) => toleration switch
        {
            { Operator: "Exists", Value.Length: > 0 } =>
                [SpecProblem.Impossible(at.Field("value"), "the operator Exists compares no value", "leave the value out")],
            { Operator: not "Exists", Key: null } =>
                [SpecProblem.Impossible(
                    at.Field("key"), "a toleration without a key tolerates every taint", "set a key, or operator: Exists")],
            { TolerationSeconds: not null, Effect: not "NoExecute" } =>
                [SpecProblem.Impossible(at.Field("tolerationSeconds"), "only a pod that is driven out by NoExecute can stay for a time",
                    "set effect: NoExecute")],
            _ => [],
        });
    }

    private static IEnumerable<SpecProblem> Nodes(NodeAffinitySpec? affinity, FieldPath path)
    {
        const string Required =
            "requiredDuringSchedulingIgnoredDuringExecution", Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        var required = affinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        return Each(required, path.Field(Required, "nodeSelectorTerms"), Term)
            .Concat(Each(affinity?.PreferredDuringSchedulingIgnoredDuringExecution, path.Field(Preferred), (nodes, at) =>
                Term(nodes.Preference!, at.Field("preference"))));

        static IEnumerable<SpecProblem> Term(NodeSelectorTerm term, FieldPath at)
        {
            return Each(term.MatchExpressions, at.Field("matchExpressions"), (rule, here) => Values(rule.Operator!, rule.Values, here))
                .Concat(Each(term.MatchFields, at.Field("matchFields"), Field));
        }

        static IEnumerable<SpecProblem> Field(NodeRequirement rule, FieldPath at)
        {
            return rule is { Key: "metadata.name", Operator: "In" or "NotIn", Values.Count: 1 }
                ? []
                : [SpecProblem.Impossible(
                    at, "a node has one field to match, its name", "write {key: metadata.name, operator: In, values: [NODE]}")];
        }
    }

    private static IEnumerable<SpecProblem> Pods(PodAffinitySpec? affinity, FieldPath path)
    {
        const string Required =
            "requiredDuringSchedulingIgnoredDuringExecution", Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        return Each(affinity?.RequiredDuringSchedulingIgnoredDuringExecution, path.Field(Required), Term)
            .Concat(Each(affinity?.PreferredDuringSchedulingIgnoredDuringExecution, path.Field(Preferred), (term, at) =>
                Term(term.PodAffinityTerm!, at.Field("podAffinityTerm"))));

        static IEnumerable<SpecProblem> Term(PodAffinityTerm term, FieldPath at)
        {
            return Selector(term.LabelSelector, at.Field("labelSelector")).Concat(
                Selector(term.NamespaceSelector, at.Field("namespaceSelector")));
        }
    }

    private static IEnumerable<SpecProblem> Spread(TopologySpread spread, FieldPath path)
    {
        return spread is { MinDomains: not null, WhenUnsatisfiable: not "DoNotSchedule" }
            ? [SpecProblem.Impossible(
                path.Field("minDomains"), "a least number of domains can only be demanded", "set whenUnsatisfiable: DoNotSchedule")]
            : Selector(spread.LabelSelector, path.Field("labelSelector"));
    }

    private static IEnumerable<SpecProblem> Selector(LabelSelectorSpec? selector, FieldPath path)
    {
        return Each(selector?.MatchExpressions, path.Field("matchExpressions"), (rule, at) => Values(rule.Operator!, rule.Values, at));
    }

    private static IEnumerable<SpecProblem> Values(string @operator, List<string>? values, FieldPath path)
    {
        var count = values?.Count ?? 0;
        var problem = @operator switch
        {
            "In" or "NotIn" => count == 0 ? "needs at least one value" : null,
            "Gt" or "Lt" => count == 1 && long.TryParse(values![0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                ? null
                : "needs exactly one integer",
            _ => count > 0 ? "compares no values" : null,
        };
        return problem is null
            ? []
            : [SpecProblem.Impossible(path.Field("values"), $"the operator {@operator} {problem}", "change the operator or the values")];
    }

    private static IEnumerable<SpecProblem> Each<T>(List<T>? items, FieldPath path, Func<T, FieldPath, IEnumerable<SpecProblem>> check)
    {
        return (items ?? []).SelectMany((item, index) => check(item, path.Item(index)));
    }
}
