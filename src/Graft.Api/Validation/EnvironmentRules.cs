using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>Environment variables that a run may not set, since Graft or the installation does, or since they load code.</summary>
internal static class EnvironmentRules
{
    private const string Tracking = "MLFLOW_";

    private static readonly IReadOnlyList<(string Prefix, string Why)> Reserved =
    [
        ("GRAFT_", "Graft sets it"),
        ("DOTNET_", "it changes which code the trainer runs"),
        ("CORECLR_", "it changes which code the trainer runs"),
        ("COMPLUS_", "it changes which code the trainer runs"),
        ("LD_", "it changes which code the trainer runs"),
        ("KUBERNETES_", "Kubernetes sets it"),
    ];

    private static readonly IReadOnlyList<(string Name, string Why)> ReservedNames =
    [
        ("HOME", "Graft sets it"),
        ("PATH", "the image sets it"),
        ("HOSTNAME", "Kubernetes sets it"),
    ];

    public static IEnumerable<SpecProblem> Check(IReadOnlyList<EnvironmentVariable>? variables, TrackingSpec? tracking, FieldPath path)
    {
        for (var i = 0; i < (variables?.Count ?? 0); i++)
        {
            var name = variables![i].Name!;
            if (Why(name) is { } why)
            {
                yield return Refused(path.Item(i), $"{name} cannot be set: {why}", "leave it out");
            }
            else if (Begins(name, Tracking) && tracking?.Uri is null)
            {
                yield return Refused(
                    path.Item(i),
                    $"{name} cannot be set: the installation sets what its MLflow server needs",
                    "leave it out, or name a server of your own in tracking.uri");
            }
        }
    }

    // The runtime takes some of its variables in any case.
    private static string? Why(string name)
    {
        return ReservedNames.FirstOrDefault(known => known.Name == name).Why
            ?? Reserved.FirstOrDefault(known => Begins(name, known.Prefix)).Why;
    }

    private static bool Begins(string name, string prefix)
    {
        return name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
    }

    private static SpecProblem Refused(FieldPath path, string message, string remedy)
    {
        return new SpecProblem(Severity.Error, ProblemCodes.NotAllowed, path.Field("name"), message, remedy);
    }
}
