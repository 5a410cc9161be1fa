using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>Keys and values of labels, annotations and node selectors: their form, and whose they are.</summary>
internal static class PodKeyRules
{
    private const int LongestPrefix = 253;
    private const string KeyPattern =
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";

    private const string KeyMeaning = "[DOMAIN/]NAME, the name of at most 63 letters, digits, '-', '_' and '.'";
    private const string ValuePattern = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

    /// <summary>Domains whose keys others set, with the owner's name. A domain covers those below it.</summary>
    private static readonly IReadOnlyList<(string Domain, string Owner)> Reserved =
    [
        (GraftApi.Group, "Graft"),
        ("app.kubernetes.io", "Graft"),
        ("kueue.x-k8s.io", "Kueue"),
        ("batch.kubernetes.io", "the Job controller"),
        ("pod-security.kubernetes.io", "Pod Security"),
        ("security.alpha.kubernetes.io", "the container runtime's confinement"),
        ("security.beta.kubernetes.io", "the container runtime's confinement"),
        ("argocd.argoproj.io", "Argo CD"),
    ];

    /// <summary>Labels of the Job controller without a domain.</summary>
    private static readonly IReadOnlyList<string> ReservedNames = ["job-name", "controller-uid"];

    /// <summary>What a person may ask of Kueue for the pods: where they lie in its topology.</summary>
    private static readonly IReadOnlyList<string> TopologyRequests =
    [
        "kueue.x-k8s.io/podset-required-topology", "kueue.x-k8s.io/podset-preferred-topology",
        "kueue.x-k8s.io/podset-unconstrained-topology",
    ];

    public static IEnumerable<SpecProblem> Check(PodSettings pod, FieldPath path)
    {
        return Keys(pod.Labels, path.Field("labels"), [], areLabels: true)
            .Concat(Keys(pod.Annotations, path.Field("annotations"), TopologyRequests, areLabels: false))
            .Concat(Forms(pod.NodeSelector, path.Field("nodeSelector"), areLabels: true));
    }

    private static IEnumerable<SpecProblem> Keys(
        Dictionary<string, string>? entries, FieldPath path, IReadOnlyList<string> allowed, bool areLabels)
    {
        return Forms(entries, path, areLabels).Concat((entries ?? []).Keys
            .Where(key => !allowed.Contains(key))
            .Select(key => (Key: key, Owner: OwnerOf(key)))
            .Where(found => found.Owner is not null)
            .Select(found => new SpecProblem(
                Severity.Error, ProblemCodes.NotAllowed, path.Field(found.Key), $"this key belongs to {found.Owner}",
                "use a key of your own")));
    }

    private static string? OwnerOf(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return ReservedNames.Contains(key) ? "the Job controller" : null;
        }

        var domain = key[..slash];
        return Reserved.FirstOrDefault(
            known => domain == known.Domain || domain.EndsWith("." + known.Domain, StringComparison.Ordinal)).Owner;
    }

    private static IEnumerable<SpecProblem> Forms(Dictionary<string, string>? entries, FieldPath path, bool areLabels)
    {
        foreach (var (key, value) in entries ?? [])
        {
            if (!ScalarChecks.Matches(KeyPattern, key) || key.IndexOf('/', StringComparison.Ordinal) > LongestPrefix)
            {
                yield return new SpecProblem(
                    Severity.Error, ProblemCodes.BadFormat, path.Field(key), $"\"{key}\" has the wrong form", $"expected {KeyMeaning}");
            }
            else if (areLabels && !ScalarChecks.Matches(ValuePattern, value))
            {
                yield return new SpecProblem(
                    Severity.Error,
                    ProblemCodes.BadFormat,
                    path.Field(key),
                    $"\"{value}\" has the wrong form",
                    "expected letters, digits, '-', '_' and '.', a letter or digit first and last");
            }
        }
    }
}
