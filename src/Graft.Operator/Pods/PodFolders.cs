using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>A pod's own folders on its node's disk: each has a largest size, so that no pod fills the disk.</summary>
/// <param name="settings">What the run asks for.</param>
/// <param name="options">What the installation gives.</param>
public sealed class PodFolders(PodSettings settings, PodOptions options)
{
    public V1Volume Scratch(string name)
    {
        return Folder(name, settings.Storage?.Scratch ?? options.ScratchLimit);
    }

    public V1Volume Output(string name)
    {
        return Folder(name, settings.Storage?.Output ?? options.OutputLimit);
    }

    public V1Volume Checkpoints(string name)
    {
        return Folder(name, settings.Storage?.Checkpoints ?? options.CheckpointLimit);
    }

    /// <summary>The largest size of a fetched input.</summary>
    public string InputLimit => settings.Storage?.Inputs ?? options.InputLimit;

    /// <summary>A folder that is emptied with its pod.</summary>
    public static V1Volume Folder(string name, string limit)
    {
        return new V1Volume { Name = name, EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity(limit) } };
    }

    /// <summary>A folder in memory.</summary>
    public static V1Volume InMemory(string name, string limit)
    {
        return new V1Volume
        {
            Name = name,
            EmptyDir = new V1EmptyDirVolumeSource
            {
                Medium = "Memory",
                SizeLimit = new ResourceQuantity(limit)
            }
        };
    }
}
