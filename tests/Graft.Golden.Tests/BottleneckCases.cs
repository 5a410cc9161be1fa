using Graft.Adapters;
using Graft.Models;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Bottleneck adapters, against AdapterHub's library.</summary>
internal static class BottleneckCases
{
    public static void Check(GoldenCase golden)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        var folder = Directory.CreateTempSubdirectory("graft-golden-");
        try
        {
            // The case has the settings as the library has them; the folder around them is as the library would write it.
            File.WriteAllText(Path.Combine(folder.FullName, "adapter_config.json"), $$"""{"config": {{golden.Description["adapter_config"]!.ToJsonString()}}}""");
            File.Copy(golden.PathOf("trainable.safetensors"), Path.Combine(folder.FullName, "adapter.safetensors"));
            using var adapter = AdapterMethods.Load(folder.FullName, model);
            TrainingCheck.Of(golden, model, adapter).Run();

            var saved = Directory.CreateDirectory(Path.Combine(folder.FullName, "saved")).FullName;
            adapter.Save(saved);
            using var again = AdapterMethods.Load(saved, model);
            using var noGradient = no_grad();
            foreach (var (name, tensor) in golden.Tensors("trained.safetensors"))
            {
                Compare.Close(tensor, again.State[name], Compare.Trained, $"{name}, saved and loaded");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
