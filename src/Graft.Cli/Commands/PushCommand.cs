using System.CommandLine;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft push RUN REPOSITORY</c>: what a local run has trained, into a registry.</summary>
public static class PushCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a local run that has succeeded (graft-out/NAME)." };
        var repository = new Argument<string>("REPOSITORY") { Description = "Where to push: REPOSITORY/NAME gets the next version." };
        var speaking = new RegistryOptionSet();
        var command = new ExampleCommand(
            "push",
            "Publish what a local run has trained in a registry.",
            "graft push graft-out/quickstart registry.example/adapters")
        {
            run, repository,
        };
        speaking.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(run);
            var (plan, trained) = FinishedRun.Read(folder);
            FinishedRun.RequireAsTrained(folder, trained, part => terminal.Begin(part, TimeProvider.System));
            var prefix = parsed.GetRequiredValue(repository);
            var request = Request(plan);
            var published = await PublishAsync().ConfigureAwait(false);
            terminal.WriteLine($"{published.Reference}  {published.Digest}");
            return ExitCodes.Succeeded;

            async Task<PublishedArtifact> PublishAsync()
            {
                var activity = $"Pushing to {prefix}/{request.Name}";
                using var line = terminal.Begin(new ActivityProgress { What = activity }, TimeProvider.System);
                var store = ArtifactStore.InRegistry(prefix, speaking.Of(parsed, prefix, line, activity));
                return await store.PublishAsync(trained, request, cancellationToken).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static PublishRequest Request(RunPlan plan)
    {
        return new PublishRequest
        {
            Name = plan.Execution.Publish.Name,
            RunUid = plan.Execution.Publish.RunUid ?? plan.Execution.Run.Uid,
            PlanHash = RecipeHash.Of(plan.Recipe),
            BaseModel = plan.Recipe.LanguageModel.Model,
        };
    }
}
