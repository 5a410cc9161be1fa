namespace Graft.Api.Validation;

/// <summary>What transformers and PEFT call our fields, where edit distance would not lead there.</summary>
internal static class ForeignNames
{
    private static readonly Dictionary<string, string> Ours = new()
    {
        ["r"] = "rank",
        ["lora_alpha"] = "alpha",
        ["lora_dropout"] = "dropout",
        ["use_rslora"] = "rsLora",
        ["use_dora"] = "dora",
        ["init_lora_weights"] = "initialization",
        ["lr"] = "learningRate",
        ["lr_scheduler_type"] = "schedule",
        ["num_train_epochs"] = "epochs",
        ["per_device_train_batch_size"] = "batchSize",
        ["max_grad_norm"] = "maxGradientNorm",
        ["max_seq_length"] = "maxLength",
        ["eval_steps"] = "everySteps",
        ["save_steps"] = "everySteps",
        ["torch_dtype"] = "precision",
        ["dtype"] = "precision",
        ["model"] = "baseModelRef",
        ["base_model_name_or_path"] = "baseModelRef",
        ["dataset"] = "datasetRef",
    };

    /// <summary>Our name for a field that others call so, or null.</summary>
    public static string? Find(string name)
    {
        return Ours.GetValueOrDefault(name);
    }
}
