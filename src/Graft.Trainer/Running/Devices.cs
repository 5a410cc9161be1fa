using Graft.Api.Planning;
using Graft.Trainer.Failures;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>The device that a plan asks for.</summary>
internal static class Devices
{
    public static Device Find(string wanted) => wanted switch
    {
        "cpu" => CPU,
        "auto" => cuda_is_available() ? CUDA : CPU,
        "cuda" => cuda_is_available()
            ? CUDA
            : throw new DeviceException("The run asks for a GPU, but the trainer cannot use one: its image is built without CUDA, or the "
                + "node has no working NVIDIA driver. Nothing was trained. Use an image with CUDA, or leave the GPU out to train on CPUs."),
        _ => throw new PlanFormatException($"execution.device: '{wanted}' is not known; known are auto, cpu, cuda."),
    };
}
