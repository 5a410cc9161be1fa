using Graft.Api.Planning;
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
            : throw new PlanFormatException("execution.device: the plan asks for cuda, but there is no CUDA device, or this trainer is "
                + "built without CUDA; use auto or cpu."),
        _ => throw new PlanFormatException($"execution.device: '{wanted}' is not known; known are auto, cpu, cuda."),
    };
}
