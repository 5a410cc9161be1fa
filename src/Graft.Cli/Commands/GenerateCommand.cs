using System.CommandLine;
using Graft.Api.Data;
using Graft.Api.Generation;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Cli.Display;
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

    private static readonly SamplingOptions Defaults = new();

    private static readonly Option<int> MaxNewTokens = NumberOption.Create(
        "--max-new-tokens", "N", Defaults.MaxNewTokens, "The longest answer in tokens.", n => n > 0, "1 or more");

    private static readonly Option<double> Temperature = NumberOption.Create(
        "--temperature", "T", Defaults.Temperature, "0 takes the likeliest token; above, tokens are sampled.", t => t >= 0, "0 or more");

    private static readonly Option<int> TopK = NumberOption.Create(
        "--top-k", "K", Defaults.TopK, "Sample from the K likeliest tokens; 0 from all.", k => k >= 0, "0 or more");

    private static readonly Option<double> TopP = NumberOption.Create(
        "--top-p", "P", Defaults.TopP, "Sample from the likeliest tokens with this share of the probability.", p => p is > 0 and <= 1,
        "above 0 and at most 1");

    private static readonly Option<double> RepetitionPenalty = NumberOption.Create(
        "--repetition-penalty", "R", Defaults.RepetitionPenalty, "Above 1 makes tokens that stand in the text already less likely.",
        penalty => penalty > 0, "above 0");

    private static readonly Option<int> Seed = NumberOption.Create(
        "--seed", "N", Defaults.Seed, "Decides what is sampled.", _ => true, "a whole number");

    private static readonly Option<string[]> Stop = new("--stop")
    {
        Description = "A text before which the answer ends; can be given several times.",
        HelpName = "TEXT",
    };

    public static Command Create(Terminal terminal, StopTokens stop)
    {
        var command = new ExampleCommand(
            "generate",
            "Answer a prompt with an adapted model, or with its base.",
            "graft generate graft-out/quickstart --prompt 'What kind of thing is this?' --input 'weeknight: any night of the week'",
            "graft generate graft-out/quickstart --base --prompt 'What kind of thing is this?' --input 'weeknight: any night of the week'",
            "graft generate --model examples/builtin/tiny-wordnet --template none --prompt 'A weeknight is' --temperature 0.8 --seed 1")
        {
            Run, Prompt, Input, Base, Model, Adapter, Template, MaxNewTokens, Temperature, TopK, TopP,
            RepetitionPenalty, Stop, Seed,
        };
        command.SetAction(async (parsed, _) =>
        {
            var trainer = TrainerProgram.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(TrainerProgram.Variable));
            var isVerbose = parsed.GetValue(CommandProgram.Verbose);
            var status = await AnswerAsync(trainer, Request(parsed, terminal), isVerbose, stop).ConfigureAwait(false);
            return stop.Gently.IsCancellationRequested ? ExitCodes.Interrupted
                : status == TrainerExitCodes.Succeeded ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<int> AnswerAsync(string trainer, GenerationRequest request, bool isVerbose, StopTokens stop)
    {
        // Only its owner can read it, unlike a command line.
        var folder = Directory.CreateTempSubdirectory("graft-generate-");
        try
        {
            var file = Path.Combine(folder.FullName, "request.json");
            await File.WriteAllTextAsync(file, request.Write(), stop.Gently).ConfigureAwait(false);
            string[] verbose = isVerbose ? ["--verbose"] : [];
            return await TrainerProcess.RunAttachedAsync(trainer, "generate", [.. verbose, file], stop).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static GenerationRequest Request(ParseResult parsed, Terminal terminal)
    {
        var digests = FolderDigestCache.OfUser();
        var (model, adapter, template) = parsed.GetValue(Run) is { } folder ? OfRun(folder, parsed, Begin, DigestOf) : default;
        adapter = parsed.GetValue(Base) ? null : parsed.GetValue(Adapter) ?? adapter;
        if (parsed.GetValue(Model) is { } named)
        {
            model = named;
            if (adapter is not null && FinishedRun.DifferenceTo(named, adapter, DigestOf) is { } difference)
            {
                terminal.WriteErrorLine($"graft: warning: {difference}");
            }
        }

        return new GenerationRequest
        {
            Model = model ?? throw new CliException("Name a run's folder (graft-out/NAME), or a model with --model DIR."),
            Adapter = adapter,
            Prompt = new TextPrompt(parsed.GetRequiredValue(Prompt), parsed.GetValue(Input)),
            Template = parsed.GetValue(Template) ?? template,
            Sampling = new SamplingOptions
            {
                MaxNewTokens = parsed.GetValue(MaxNewTokens),
                Temperature = parsed.GetValue(Temperature),
                TopK = parsed.GetValue(TopK),
                TopP = parsed.GetValue(TopP),
                RepetitionPenalty = parsed.GetValue(RepetitionPenalty),
                Seed = parsed.GetValue(Seed),
                Stop = [.. (parsed.GetValue(Stop) ?? []).Where(text => text.Length > 0)],
            },
        };

        string DigestOf(string files)
        {
            using var line = Begin(new ActivityProgress { What = $"Listing {ShortPath.Of(files)}" });
            return digests.Digest(files, line);
        }

        ActivityLine Begin(ActivityProgress part) => terminal.Begin(part, TimeProvider.System);
    }

    /// <summary>
    /// The model, the adapter and the template of a run, as far as the options do not name others; a run that trained every weight has a
    /// model and no adapter. Both must be what they were when the run ended.
    /// </summary>
    private static (string? Model, string? Adapter, string? Template) OfRun(
        string folder, ParseResult parsed, Func<ActivityProgress, ActivityLine> begin, Func<string, string> digestOf)
    {
        var (plan, trained) = FinishedRun.Read(folder);
        var template = SampleFormats.Find(plan.Recipe.Data.Format)?.HasAnswer == false ? "none" : plan.Recipe.Data.Template;
        var isWhole = plan.Recipe.Trained.Any(part => part.Publishes == ArtifactKind.Model);
        if (isWhole ? parsed.GetValue(Model) is null : parsed.GetValue(Adapter) is null && !parsed.GetValue(Base))
        {
            FinishedRun.RequireAsTrained(folder, trained, begin);
        }

        return isWhole
            ? (trained, null, template)
            : (parsed.GetValue(Model) ?? FinishedRun.RequirePinned(plan, RecipeResolver.BasePart, digestOf), trained, template);
    }
}
