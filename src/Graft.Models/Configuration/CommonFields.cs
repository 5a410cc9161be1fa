namespace Graft.Models.Configuration;

/// <summary>
/// Fields of config.json that any family may have. Those that are fixed belong to other families than the ones computed here; where one of
/// these is asked for, the model is not what its <c>model_type</c> says.
/// </summary>
internal static class CommonFields
{
    public static readonly IReadOnlyList<FixedField> Fixed =
    [
        FixedField.Absent("quantization_config", "weights that are not quantized: take the model before its quantization"),
        FixedField.Absent("compression_config", "weights that are not compressed: take the model before its compression"),
        new("sliding_window", config => !config.Has("sliding_window") || !config.Flag("use_sliding_window", true), "full attention only"),
        FixedField.Off("use_sliding_window"),
        new(
            "layer_types",
            config => (config.Texts("layer_types") ?? []).All(type => type == "full_attention"),
            "full_attention in every layer"),
        FixedField.Absent("attention_chunk_size", "full attention only"),
        FixedField.Absent("no_rope_layers", "rotary positions in every layer"),
        FixedField.Off("rope_interleaved"),
        FixedField.Off("alibi"),
        FixedField.Off("qk_norm"),
        FixedField.Off("use_qk_norm"),
        FixedField.Off("qk_layernorm"),
        FixedField.Absent("clip_qkv"),
        FixedField.Off("parallel_attn"),
        FixedField.Off("use_parallel_residual"),
        FixedField.Off("is_encoder_decoder"),
        FixedField.Off("add_cross_attention"),
        FixedField.Off("use_bidirectional_attention"),
        FixedField.Off("scale_embedding"),
        FixedField.Absent("attn_logit_softcapping"),
        FixedField.Absent("final_logit_softcapping"),
        FixedField.Absent("query_pre_attn_scalar"),
        FixedField.Absent("attention_multiplier"),
        FixedField.Number("embedding_multiplier", 1),
        FixedField.Number("residual_multiplier", 1),
        FixedField.Number("logits_scaling", 1),
        FixedField.Number("logit_scale", 1),
        FixedField.Number("partial_rotary_factor", 1),
        FixedField.Number("rotary_pct", 1),
        FixedField.Absent("num_experts", "one feed-forward network in each layer"),
        FixedField.Absent("num_local_experts", "one feed-forward network in each layer"),
        FixedField.Absent("n_routed_experts", "one feed-forward network in each layer"),
        FixedField.Absent("text_config", "a model of one part"),
        FixedField.Absent("vision_config", "a model of one part"),
        new("pruned_heads", config => config.Section("pruned_heads")?.Names().Any() != true, "all heads"),
    ];

    public static readonly IReadOnlyList<string> Harmless =
    [
        // What the files are, and who wrote them.
        "architectures", "model_type", "transformers_version", "dtype", "torch_dtype", "_name_or_path", "name_or_path", "auto_map",
        "tokenizer_class", "is_llama_config", "transformers.js_config", "unsloth_fixed", "unsloth_version", "tf_legacy_loss", "torchscript",
        "use_bfloat16", "_commit_hash",
        // Tokens: the tokenizer's reader knows them.
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id", "mask_token_id",
        "decoder_start_token_id",
        // How a program runs it and what it returns.
        "use_cache", "attn_implementation", "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
        "experts_implementation", "_experts_implementation", "_flash_attn_2_enabled", "gradient_checkpointing", "chunk_size_feed_forward",
        "return_dict", "output_attentions", "output_hidden_states", "output_scores", "return_dict_in_generate", "is_decoder",
        "cross_attention_hidden_size", "tie_encoder_decoder",
        // Training: a frozen model runs without dropout.
        "attention_dropout", "hidden_dropout", "dropout", "neftune_noise_alpha",
        // Heads for other tasks.
        "id2label", "label2id", "num_labels", "problem_type", "task_specific_params", "finetuning_task", "prefix",
        // Settings of generation, from before generation_config.json.
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature",
        "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
        "bad_words_ids", "num_return_sequences", "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens",
        "begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id",
    ];
}
