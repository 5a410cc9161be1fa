using System.Globalization;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>What a trainer gets of its node.</summary>
public static class PodResources
{
    /// <summary>More threads than this only wait for each other, whatever a run asks for.</summary>
    public const int MostThreads = 256;

    /// <summary>Requests and limits of the container.</summary>
    public static V1ResourceRequirements Of(PodSettings settings)
    {
        var requests = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new(settings.Cpu!),
            ["memory"] = new(settings.Memory!),
        };
        var limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new(settings.Memory!) };
        if (settings.CpuLimit is { } limit)
        {
            limits["cpu"] = new ResourceQuantity(limit);
        }

        if (settings.Gpu is { } gpu)
        {
            // Extended resources cannot be overcommitted: request and limit are one.
            var count = new ResourceQuantity(gpu.Count!.Value.ToString(CultureInfo.InvariantCulture));
            requests[gpu.ResourceName!] = count;
            limits[gpu.ResourceName!] = count;
        }

        return new V1ResourceRequirements { Requests = requests, Limits = limits };
    }

    /// <summary>
    /// The device that the trainer must use: a GPU that is asked for is not reserved in vain, and one that is not asked for, but that a
    /// node shows to all its pods, is somebody else's.
    /// </summary>
    public static string Device(PodSettings settings)
    {
        return settings.Gpu is null ? "cpu" : "cuda";
    }

    /// <summary>
    /// As many threads as whole CPUs are allowed or, without a limit, asked for: without a limit a pod sees all of its node's CPUs.
    /// </summary>
    public static int Threads(PodSettings settings)
    {
        return (int)Math.Clamp(Math.Ceiling(Quantity.Parse(settings.CpuLimit ?? settings.Cpu!)), 1, MostThreads);
    }
}
