using System.CommandLine;
using System.Text.Json;
using Graft.Adapters;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Generation;
using Graft.Trainer.Failures;
using Graft.Trainer.Running;
using TorchSharp;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer generate --model DIR [--adapter DIR] --prompt TEXT</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model")
        {
            Description = "The base model's folder in the Hugging Face layout.",
            Required = true,
        };
        var adapter = new Option<DirectoryInfo?>("--adapter") { Description = "The adapter's folder; without it the base model answers." };
        var prompt = new Option<string>("--prompt")
        {
            Description = "The instruction, the user's message, or the text to go on from.",
            Required = true,
        };
        var input = new Option<string?>("--input") { Description = "The instruction's input." };
        var template = new Option<string?>("--template")
        {
            Description = "alpaca, chatml, plain, or none (the prompt as it is); without it the one that the adapter was trained with, "
                + "else none.",
        };
        var tokens = new Option<int>("--max-new-tokens") { Description = "The longest answer in tokens.", DefaultValueFactory = _ => 128 };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token; above, tokens are sampled." };
        var topP = new Option<double>("--top-p")
        {
            Description = "Sample from the likeliest tokens with this share of the probability.",
            DefaultValueFactory = _ => 1.0,
        };
        var seed = new Option<int>("--seed") { Description = "Decides what is sampled." };
        var threads = new Option<int?>("--threads") { Description = "Threads of the CPU; all cores without it." };
        var command = new Command("generate", "Answer a prompt, with or without an adapter.")
        {
            model, adapter, prompt, input, template, tokens, temperature, topP, seed, threads,
        };
        command.SetAction(parsed =>
        {
            Threads.Initialise(parsed.GetValue(threads));
            var options = new GenerationOptions
            {
                MaxNewTokens = parsed.GetValue(tokens),
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP),
                Seed = parsed.GetValue(seed),
            };
            var question = new InstructionRecord("prompt", parsed.GetRequiredValue(prompt), parsed.GetValue(input), Output: null);
            try
            {
                var (modelFolder, adapterFolder) = (parsed.GetRequiredValue(model).FullName, parsed.GetValue(adapter)?.FullName);
                Answer(modelFolder, adapterFolder, question, parsed.GetValue(template), options);
                return 0;
            }
            catch (Exception e) when (TrainerFailure.From(e) is { IsExplained: true } failure)
            {
                Console.Error.WriteLine(failure.Message);
                return failure.ExitCode;
            }
        });
        return command;
    }

    private static void Answer(
        string modelFolder, string? adapterFolder, InstructionRecord question, string? templateName, GenerationOptions options)
    {
        TextTokenizer tokenizer = TokenizerFolder.Load(modelFolder);
        using ICausalLanguageModel model = CausalLanguageModels.Load(modelFolder, torch.ScalarType.Float32);
        tokenizer.CheckFits(model.Shape.VocabularySize);
        using IAdapter? adapter = adapterFolder is null ? null : AdapterMethods.Load(adapterFolder, model);
        IPromptTemplate? template = FindTemplate(templateName ?? TrainedTemplate(adapterFolder ?? modelFolder));
        int[] ids = template is null
            ? [.. tokenizer.Prefix, .. tokenizer.EncodePart(question.Instruction, TextPosition.Start)]
            : new SampleEncoder(tokenizer, template).EncodePrompt(question);
        options = options with
        {
            StopIds = (template?.StopIds(tokenizer) ?? tokenizer.Special.Stop).Select(id => (long)id).ToHashSet(),
        };
        var answer = new List<int>();
        int written = 0;
        TokenGenerator.Generate(model, [Array.ConvertAll(ids, id => (long)id)], options, adapter?.Hooks, (_, token) =>
        {
            answer.Add((int)token);
            string text = tokenizer.Decode(answer, position: TextPosition.Continuation);
            // A character of several tokens shows as U+FFFD until it is whole.
            if (!text.EndsWith('\uFFFD'))
            {
                Console.Out.Write(text[written..]);
                Console.Out.Flush();
                written = text.Length;
            }
        });
        Console.Out.WriteLine(tokenizer.Decode(answer, position: TextPosition.Continuation)[written..]);
    }

    /// <summary>The template in the recipe that lies beside what Graft trains; null where there is none.</summary>
    private static string? TrainedTemplate(string folder)
    {
        string path = Path.Combine(folder, "run-plan.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var plan = JsonDocument.Parse(File.ReadAllText(path));
        return plan.RootElement.TryGetProperty("data", out JsonElement data) && data.TryGetProperty("template", out JsonElement template)
            ? template.GetString()
            : null;
    }

    private static IPromptTemplate? FindTemplate(string? name) => name is null or "none"
        ? null
        : PromptTemplates.Find(name) ?? throw new AdapterException(
            $"The template '{name}' is not known; known are none, {string.Join(", ", PromptTemplates.Names)}.");
}
