using Graft.Api.V1Alpha1;
using k8s;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in a pod's settings, and what would take the place of what Graft sets itself.</summary>
internal static class PodRules
{
    /// <summary>Less is a unit that was forgotten; and 0, as a limit, would mean none.</summary>
    private const string LeastMemory = "16Mi";

    /// <summary>Checks the pod, with its defaults, of the spec at a path.</summary>
    public static IEnumerable<SpecProblem> Check(PodSettings? pod, TrackingSpec? tracking, FieldPath at)
    {
        if (pod is null)
        {
            return [];
        }

        var path = at.Field("pod");
        return Resources(pod, path)
            .Concat(PodKeyRules.Check(pod, path))
            .Concat(EnvironmentRules.Check(pod.Env, tracking, path.Field("env")))
            .Concat(PlacementRules.Check(pod, path));
    }

    /// <summary>Checks the inspection pod of the spec at a path.</summary>
    public static IEnumerable<SpecProblem> Check(InspectionPodSettings? pod, FieldPath at)
    {
        // The fields that both have are the same by name and meaning.
        return Check(pod is null ? null : KubernetesJson.Deserialize<PodSettings>(KubernetesJson.Serialize(pod)), null, at);
    }

    private static IEnumerable<SpecProblem> Resources(PodSettings pod, FieldPath path)
    {
        // Defaults are filled in before the check, but a caller of another kind may have none.
        if (pod.Cpu is { } cpu && Quantity.Parse(cpu) <= 0)
        {
            yield return TooSmall(path.Field("cpu"), "0 CPUs are asked for", "ask for some: cpu: 500m");
        }

        if (pod.CpuLimit is { } limit && Quantity.Parse(limit) < Math.Max(Quantity.Parse(pod.Cpu ?? "0"), 1e-3))
        {
            yield return SpecProblem.Impossible(
                path.Field("cpuLimit"), $"fewer CPUs are allowed ({limit}) than asked for ({pod.Cpu})",
                "allow as many, or leave the limit out");
        }

        if (pod.Memory is { } memory && Quantity.Parse(memory) < Quantity.Parse(LeastMemory))
        {
            yield return TooSmall(
                path.Field("memory"), $"{memory} is less memory than any trainer needs", $"2Gi is usual for small models");
        }

        if (pod.SharedMemory is { } shared && Quantity.Parse(shared) > Quantity.Parse(pod.Memory ?? shared))
        {
            yield return SpecProblem.Impossible(
                path.Field("sharedMemory"),
                $"shared memory ({shared}) is part of the pod's memory ({pod.Memory})",
                "raise memory, or make sharedMemory smaller");
        }

        if (pod.Gpu is { Count: > 1 } gpu)
        {
            yield return SpecProblem.Impossible(
                path.Field("gpu", "count"),
                $"a trainer uses one GPU, so {gpu.Count - 1} of {gpu.Count} would be reserved and idle",
                "ask for one; runs of their own, or a sweep, use several at a time");
        }

        foreach (var (name, size) in Sizes(pod.Storage))
        {
            if (size is not null && Quantity.Parse(size) < 1)
            {
                yield return TooSmall(
                    path.Field("storage", name), "a limit of 0 leaves no room", "give it a size such as 10Gi, or leave it out");
            }
        }
    }

    private static IEnumerable<(string Name, string? Size)> Sizes(StorageLimits? storage)
    {
        return
        [
            ("scratch", storage?.Scratch), ("output", storage?.Output), ("checkpoints", storage?.Checkpoints), ("inputs", storage?.Inputs),
        ];
    }

    private static SpecProblem TooSmall(FieldPath path, string message, string remedy)
    {
        return new SpecProblem(Severity.Error, ProblemCodes.OutOfBounds, path, message, remedy);
    }
}
