using System.Globalization;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Operator.Policy;

/// <summary>Holds what resources ask for against what the installation allows.</summary>
/// <param name="options">The installation's bounds.</param>
/// <param name="trainerImage">Its trainer image.</param>
public sealed class InstallationPolicy(PolicyOptions options, string trainerImage)
{
    /// <summary>The policy of an installation.</summary>
    public static InstallationPolicy Of(OperatorOptions options)
    {
        return new InstallationPolicy(options.Policy, options.TrainerImage);
    }

    /// <summary>
    /// What is not allowed, a sentence each: the field, its value, and the chart's value that bounds it. Nothing if all is allowed.
    /// </summary>
    public IReadOnlyList<string> Check(PodDemand demand)
    {
        var pod = demand.Pod;
        return
        [
            .. Image(demand.Image),
            .. Named("spec.pod.priorityClassName", pod?.PriorityClassName, options.PriorityClasses, "priorityClasses"),
            .. Named("spec.pod.runtimeClassName", pod?.RuntimeClassName, options.RuntimeClasses, "runtimeClasses"),
            .. Named("spec.pod.serviceAccountName", pod?.ServiceAccountName, $"default {options.ServiceAccounts}", "serviceAccounts"),
            .. (pod?.Tolerations ?? []).SelectMany(Toleration),
            .. (pod?.ImagePullSecrets ?? []).SelectMany((secret, index) =>
                Named($"spec.pod.imagePullSecrets[{index}].name", secret.Name, options.RegistrySecrets, "registrySecrets")),
            .. (pod?.Env ?? []).SelectMany((variable, index) =>
                Named($"spec.pod.env[{index}].secretKeyRef.name", variable.SecretKeyRef?.Name, options.EnvironmentSecrets,
                    "environmentSecrets")),
            .. demand.RegistrySecrets.SelectMany(secret => Named(secret.Path, secret.Name, options.RegistrySecrets, "registrySecrets")),
            .. demand.Claims.SelectMany(claim => Named(claim.Path, claim.Name, options.Claims, "claims")),
            .. demand.Cpus.SelectMany(cpu => AtMost(cpu.Path, cpu.Quantity, options.MaxCpu, "maxCpu")),
            .. demand.Memory.SelectMany(memory => AtMost(memory.Path, memory.Quantity, options.MaxMemory, "maxMemory")),
            .. demand.Sizes.SelectMany(size => AtMost(size.Path, size.Quantity, options.MaxStorage, "maxStorage")),
            .. AtMost(
                "spec.pod.gpu.count",
                demand.Gpus?.ToString(CultureInfo.InvariantCulture),
                options.MaxGpus?.ToString(CultureInfo.InvariantCulture) ?? "",
                "maxGpus"),
        ];
    }

    private IEnumerable<string> Image(string? image)
    {
        var own = Repository(trainerImage);
        return image is null || Repository(image) == own ? [] : Named("spec.pod.image", image, options.Images, "images", $", beside {own}");
    }

    private IEnumerable<string> Toleration(TolerationSpec toleration, int index)
    {
        var patterns = Patterns.Of(options.Tolerations);
        var path = $"spec.pod.tolerations[{index}]";
        return toleration.Key is { } key ? Named($"{path}.key", key, options.Tolerations, "tolerations")
            : patterns.AllowsEverything ? []
            : [$"{path}: a toleration of every taint is not allowed here: the installation's value policy.tolerations is {patterns.Text}"];
    }

    private static IEnumerable<string> Named(string path, string? name, string allowed, string value, string beside = "")
    {
        var patterns = Patterns.Of(allowed);
        return name is null || patterns.Allows(name)
            ? []
            : [$"{path}: \"{name}\" is not allowed here: the installation's value policy.{value} is {patterns.Text}{beside}"];
    }

    private static IEnumerable<string> AtMost(string path, string? asked, string most, string value)
    {
        return asked is null || most.Length == 0 || Quantity.Parse(asked) <= Quantity.Parse(most)
            ? []
            : [$"{path}: {asked} is more than is allowed here: the installation's value policy.{value} is {most}"];
    }

    /// <summary>An image's reference without its tag and digest. A colon before the last slash belongs to the registry's port.</summary>
    private static string Repository(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
