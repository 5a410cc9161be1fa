using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Trainer.Publishing;

/// <summary>The Python by which a library of other people loads what is published; a model card shows it.</summary>
internal static class LoadingCode
{
    /// <summary>The lines; none where only Graft loads it.</summary>
    /// <param name="library">The library's name on model hubs.</param>
    /// <param name="baseModel">What the base is called.</param>
    public static IReadOnlyList<string> Of(string library, string baseModel) => library switch
    {
        Libraries.Peft =>
        [
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            $"base = {Literal(baseModel)}  # the base model's name on the hub, or its folder",
            "tokenizer = AutoTokenizer.from_pretrained(base)",
            "model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), \".\")  # this folder",
        ],
        Libraries.Adapters =>
        [
            "from adapters import AutoAdapterModel",
            "",
            $"model = AutoAdapterModel.from_pretrained({Literal(baseModel)})  # the base model's name on the hub, or its folder",
            "model.load_adapter(\".\", set_active=True)  # this folder",
        ],
        Libraries.Transformers =>
        [
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            "tokenizer = AutoTokenizer.from_pretrained(\".\")  # this folder",
            "model = AutoModelForCausalLM.from_pretrained(\".\")",
        ],
        _ => [],
    };

    // A string of JSON is one of Python.
    private static string Literal(string text) => JsonSerializer.Serialize(text);
}
