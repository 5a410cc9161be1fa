using System.CommandLine;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Cli.Display;
using Graft.Cli.Inspection;
using Graft.Programs;
using Spectre.Console;

namespace Graft.Cli.Commands;

/// <summary><c>graft inspect FOLDER</c>: what an adapter or a model is, without loading it.</summary>
public static class InspectCommand
{
    // The fields that tell one adapter or model from another; --output json shows all.
    private static readonly string[] TellingFields =
    [
        "peft_type", "base_model_name_or_path", "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "use_dora",
        "architectures", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "vocab_size",
        "max_position_embeddings",
    ];

    private static readonly JsonSerializerOptions Indented = new(PlanJson.WireOptions) { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("FOLDER") { Description = "An adapter's folder, a model's, or a run's (graft-out/NAME)." };
        var output = OutputFormat.Option();
        var command = new ExampleCommand(
            "inspect",
            "Show what an adapter or a model is, without loading it.",
            "graft inspect graft-out/quickstart",
            "graft inspect examples/builtin/tiny-wordnet -o json")
        {
            folder, output,
        };
        command.SetAction(parsed =>
        {
            var inspected = InspectedFolder.Read(
                parsed.GetRequiredValue(folder), part => terminal.Begin(part, TimeProvider.System));
            if (OutputFormat.IsJson(parsed, output))
            {
                terminal.WriteLine(JsonSerializer.Serialize(inspected, Indented));
            }
            else
            {
                Write(terminal.Out, inspected);
            }

            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, InspectedFolder inspected)
    {
        var facts = new FactList();
        facts.Add(inspected.Kind, inspected.Folder);
        facts.Add("digest", inspected.Digest);
        facts.Add(
            "parameters",
            $"{NumberText.Count(inspected.Parameters)} in {inspected.Tensors} tensors of {string.Join(", ", inspected.Types)}, "
                + NumberText.Bytes(inspected.Bytes));
        foreach (var field in TellingFields)
        {
            if (inspected.Configuration.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                facts.Add(field, Text(value));
            }
        }

        if (inspected.Figures is { ValueKind: JsonValueKind.Object } figures)
        {
            AddFigures(facts, "", figures);
        }

        facts.Write(console);
    }

    /// <summary>Nested figures get the names on the way to them: <c>base.loss</c>.</summary>
    private static void AddFigures(FactList facts, string prefix, JsonElement figures)
    {
        foreach (var figure in figures.EnumerateObject())
        {
            if (figure.Value.ValueKind == JsonValueKind.Object)
            {
                AddFigures(facts, $"{prefix}{figure.Name}.", figure.Value);
            }
            else
            {
                facts.Add(prefix + figure.Name, Text(figure.Value));
            }
        }
    }

    private static string Text(JsonElement value)
    {
        return value.ValueKind switch
        {
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray()),
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
    }
}
