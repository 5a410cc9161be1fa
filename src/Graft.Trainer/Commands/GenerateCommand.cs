using System.CommandLine;
using System.Text.Json;
using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Generation;
using Graft.Trainer.Running;
using TorchSharp;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer generate REQUEST.json</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var request = new Argument<FileInfo>("request") { Description = "What to answer and with what, as `graft generate` writes it." };
        var command = new Command("generate", "Answer a prompt, with or without an adapter.") { request };
        command.SetAction(parsed => Answer(GenerationRequest.Read(SmallFile.ReadText(parsed.GetRequiredValue(request).FullName))));
        return command;
    }

    private static void Answer(GenerationRequest request)
    {
        Threads.Initialize(request.Threads);
        var options = new GenerationOptions
        {
            MaxNewTokens = request.MaxNewTokens,
            Temperature = request.Temperature,
            TopP = request.TopP,
            Seed = request.Seed,
        };
        var question = new InstructionRecord("prompt", request.Prompt, request.Input, Output: null);
        var adapter = request.Adapter is { } folder ? Path.GetFullPath(folder) : null;
        Answer(Path.GetFullPath(request.Model), adapter, question, request.Template, options);
    }

    private static void Answer(
        string modelFolder, string? adapterFolder, InstructionRecord question, string? templateName, GenerationOptions options)
    {
        var tokenizer = TokenizerFolder.Load(modelFolder);
        using var model = CausalLanguageModels.Load(modelFolder, torch.ScalarType.Float32);
        tokenizer.CheckFits(model.VocabularySize);
        using var adapter = adapterFolder is null ? null : AdapterMethods.Load(adapterFolder, model);
        var template = FindTemplate(templateName ?? TrainedTemplate(adapterFolder ?? modelFolder));
        var ids = template is null
            ? [.. tokenizer.Prefix, .. tokenizer.EncodePart(question.Instruction, TextPosition.Start)]
            : new SampleEncoder(tokenizer, template).EncodePrompt(question);
        options = options with
        {
            StopIds = (template?.StopIds(tokenizer) ?? tokenizer.Special.Stop).Select(id => (long)id).ToHashSet(),
        };
        var answer = new List<int>();
        var written = 0;
        TokenGenerator.Generate(model, [Array.ConvertAll(ids, id => (long)id)], options, adapter?.Hooks, (_, token) =>
        {
            answer.Add((int)token);
            var text = tokenizer.Decode(answer, position: TextPosition.Continuation);
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
        var path = Path.Combine(folder, "run-plan.json");
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var plan = JsonDocument.Parse(SmallFile.ReadText(path));
            return plan.RootElement.GetProperty("data").TryGetProperty("template", out var template) ? template.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new AdapterException(
                $"{path} does not say which template was trained with ({error.Message}); name one with --template.", error);
        }
    }

    private static IPromptTemplate? FindTemplate(string? name) => name is null or "none"
        ? null
        : PromptTemplates.Find(name) ?? throw new AdapterException(
            $"The template '{name}' is not known; known are none, {string.Join(", ", PromptTemplates.Names)}.");
}
