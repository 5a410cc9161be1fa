using System.CommandLine;
using System.Globalization;
using Graft.Api.Planning;
using Graft.Cli.Local;
using Graft.Cli.Training;

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
            var status = await TrainerProcess.RunAttachedAsync(trainer, Arguments(parsed), stop).ConfigureAwait(false);
            return status == TrainerExitCodes.Succeeded ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }

    private static List<string> Arguments(ParseResult parsed)
    {
        var (model, adapter, template) = parsed.GetValue(Run) is { } folder ? OfRun(folder) : default;
        model = parsed.GetValue(Model)
            ?? model
            ?? throw new CliException("Name a run's folder (graft-out/NAME), or a model with --model DIR.");
        adapter = parsed.GetValue(Base) ? null : parsed.GetValue(Adapter) ?? adapter;
        List<string> arguments = ["generate", "--model", model, "--prompt", parsed.GetRequiredValue(Prompt)];
        Add("--adapter", adapter);
        Add("--input", parsed.GetValue(Input));
        Add("--template", parsed.GetValue(Template) ?? template);
        Add("--max-new-tokens", parsed.GetValue(MaxNewTokens));
        Add("--temperature", parsed.GetValue(Temperature));
        Add("--top-p", parsed.GetValue(TopP));
        Add("--seed", parsed.GetValue(Seed));
        return arguments;

        void Add(string option, IConvertible? value)
        {
            if (value is not null)
            {
                arguments.AddRange([option, value.ToString(CultureInfo.InvariantCulture)]);
            }
        }
    }

    /// <summary>The model, the adapter and the template of a run; a run that trained every weight has a model and no adapter.</summary>
    private static (string? Model, string? Adapter, string? Template) OfRun(string folder)
    {
        var (plan, trained) = FinishedRun.Read(folder);
        var template = plan.Recipe.Data.Format == "text" ? "none" : plan.Recipe.Data.Template;
        return plan.Recipe.Method.Full is not null
            ? (trained, null, template)
            : (plan.Execution.Inputs[RecipeResolver.BasePart].Path, trained, template);
    }
}
