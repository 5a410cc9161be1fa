namespace Graft.Golden.Tests;

/// <summary>Which code checks which case. A checker stands in a file per family; adding a case is one line here.</summary>
internal static class Checkers
{
    private static readonly Dictionary<string, Action<GoldenCase>> ByName = new(StringComparer.Ordinal)
    {
        ["gpt2_forward"] = LanguageModelCases.Check,
        ["llama_forward"] = LanguageModelCases.Check,
        ["llama_rope_scaled"] = LanguageModelCases.Check,
        ["llama_tied_mha"] = LanguageModelCases.Check,
        ["lora_attn"] = LoraCases.Check,
        ["lora_attn_mlp"] = LoraCases.Check,
        ["lora_patterns"] = LoraCases.Check,
        ["lora_gpt2"] = LoraCases.Check,
        ["lora_rslora"] = LoraCases.Check,
        ["lora_dora"] = LoraCases.Check,
        ["lora_pissa"] = LoraCases.CheckDecomposed,
        ["lora_olora"] = LoraCases.CheckDecomposed,
        ["bottleneck_houlsby"] = BottleneckCases.Check,
        ["bottleneck_parallel"] = BottleneckCases.Check,
        ["bottleneck_pfeiffer"] = BottleneckCases.Check,
        ["clip_vision"] = VisionCases.Check,
        ["ia3"] = Ia3Cases.Check,
        ["prompt_tuning"] = PromptCases.CheckPromptTuning,
        ["prefix_tuning"] = PromptCases.CheckPrefixTuning,
        ["prefix_tuning_mlp"] = PromptCases.CheckPrefixTuning,
        ["lr_schedules"] = ScheduleCases.Check,
    };

    public static Action<GoldenCase>? Find(string name) => ByName.GetValueOrDefault(name);
}
