using System.CommandLine;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Cli.Local;
using Graft.Cli.Training;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft generate RUN --prompt TEXT</c>: try what a run on this computer has trained.</summary>
public static class GenerateCommand
{
    private static readonly Argument<string?> Run = new("RUN")
    {
        Description = "The folder of a local run (graft-out/NAME); it knows its base model and its prompt template.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Prompt = new("--prompt", "-p")
    {
        Description = "The instruction, the user's message, or the text to go on from.",
        HelpName = "TEXT",
        Required = true,
    };

    private static readonly Option<string?> Input = new("--input") { Description = "The instruction's input.", HelpName = "TEXT" };
    private static readonly Option<bool> Base = new("--base") { Description = "Leave the adapter out: what the base model answers." };
    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The base model's folder, in place of the run's.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Adapter = new("--adapter")
    {
        Description = "The adapter's folder, in place of the run's.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Template = new("--template")
    {
        Description = "alpaca, chatml, plain, or none, in place of the one trained with.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> MaxNewTokens = new("--max-new-tokens")
    {
        Description = "The longest answer in tokens.",
        HelpName = "N",
    };

    private static readonly Option<double?> Temperature = new("--temperature")
    {
        Description = "0 takes the likeliest token; above, tokens are sampled.",
        HelpName = "T",
    };

    private static readonly Option<double?> TopP = new("--top-p")
    {
        Description = "Sample from the likeliest tokens with this share of the probability.",
        HelpName = "P",
    };

    private static readonly Option<int?> Seed = new("--seed") { Description = "Decides what is sampled.", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("generate", "Answer a prompt with an adapted model, or with its base.")
        {
            Run, Prompt, Input, Base, Model, Adapter, Template, MaxNewTokens, Temperature, TopP, Seed,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var trainer = TrainerProgram.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(TrainerProgram.Variable));
            var status = await AnswerAsync(trainer, Request(parsed), parsed.GetValue(CommandProgram.Verbose), stop).ConfigureAwait(false);
            return status == TrainerExitCodes.Succeeded ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<int> AnswerAsync(string trainer, GenerationRequest request, bool isVerbose, CancellationToken stop)
    {
        // Only its owner can read it, unlike a command line.
        var folder = Directory.CreateTempSubdirectory("graft-generate-");
        try
        {
            var file = Path.Combine(folder.FullName, "request.json");
            await File.WriteAllTextAsync(file, request.Write(), stop).ConfigureAwait(false);
            string[] verbose = isVerbose ? ["--verbose"] : [];
            return await TrainerProcess.RunAttachedAsync(trainer, ["generate", .. verbose, file], stop).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static GenerationRequest Request(ParseResult parsed)
    {
        var (model, adapter, template) = parsed.GetValue(Run) is { } folder ? OfRun(folder) : default;
        var request = new GenerationRequest
        {
            Model = parsed.GetValue(Model)
                ?? model
                ?? throw new CliException("Name a run's folder (graft-out/NAME), or a model with --model DIR."),
            Adapter = parsed.GetValue(Base) ? null : parsed.GetValue(Adapter) ?? adapter,
            Prompt = parsed.GetRequiredValue(Prompt),
            Input = parsed.GetValue(Input),
            Template = parsed.GetValue(Template) ?? template,
        };
        return request with
        {
            MaxNewTokens = parsed.GetValue(MaxNewTokens) ?? request.MaxNewTokens,
            Temperature = parsed.GetValue(Temperature) ?? request.Temperature,
            TopP = parsed.GetValue(TopP) ?? request.TopP,
            Seed = parsed.GetValue(Seed) ?? request.Seed,
        };
    }

    /// <summary>The model, the adapter and the template of a run; a run that trained every weight has a model and no adapter.</summary>
    private static (string? Model, string? Adapter, string? Template) OfRun(string folder)
    {
        var (plan, trained) = FinishedRun.Read(folder);
        var template = plan.Recipe.Data.Format == "text" ? "none" : plan.Recipe.Data.Template;
        return plan.Recipe.Method.Selected.Publishes == ArtifactKind.Model
            ? (trained, null, template)
            : (plan.Execution.Inputs[RecipeResolver.BasePart].Path, trained, template);
    }
}
