using System.CommandLine;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Cli.Display;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft image push ARCHIVE REFERENCE</c>: Graft's own images into a registry, without a container engine.</summary>
public static class ImageCommand
{
    public static Command Create(Terminal terminal)
    {
        return new Command("image", "Container images in files, as `make image` and `docker save` write them.") { Push(terminal) };
    }

    private static Command Push(Terminal terminal)
    {
        var archive = new Argument<string>("ARCHIVE") { Description = "The image archive, such as artifacts/images/operator.tar." };
        var reference = new Argument<string>("REFERENCE") { Description = "Where to push: REGISTRY/NAME:TAG." };
        var speaking = new RegistryOptionSet();
        var command = new ExampleCommand(
            "push",
            "Push an image archive to a registry, without a container engine.",
            "graft image push artifacts/images/operator.tar registry.example/graft/operator:0.1.0")
        {
            archive, reference,
        };
        speaking.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(reference);
            var digest = await PushAsync().ConfigureAwait(false);
            terminal.WriteLine($"{target}  {digest}");
            return ExitCodes.Succeeded;

            async Task<string> PushAsync()
            {
                var activity = $"Pushing to {target}";
                using var line = terminal.Begin(new ActivityProgress { What = activity }, TimeProvider.System);
                var options = speaking.Of(parsed, target, line, activity);
                return await ImageArchive.PushAsync(parsed.GetRequiredValue(archive), target, options, cancellationToken)
                    .ConfigureAwait(false);
            }
        });
        return command;
    }
}
