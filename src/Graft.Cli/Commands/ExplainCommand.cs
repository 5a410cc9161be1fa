using System.CommandLine;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Cli.Display;
using Graft.Cli.Explaining;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary>
/// <c>graft explain [KIND[.FIELD…]|REASON]</c>: the manual of the specs and of what their conditions say, without a cluster.
/// </summary>
public static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "A kind by any of its names, and a path of fields: atr, BaseModel.spec.source, atr.method.lora.rank; or a condition's reason: OutOfMemory.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var recursive = new Option<bool>("--recursive") { Description = "All fields below, by name and type." };
        var command = new ExampleCommand(
            "explain",
            "Explain a kind of resource, a field of it, or a condition's reason.",
            "graft explain",
            "graft explain atr.method.lora",
            "graft explain BaseModel --recursive",
            "graft explain OutOfMemory")
        {
            path, recursive,
        };
        command.SetAction(parsed =>
        {
            var descriptions = ReadDescriptions();
            var lines = parsed.GetValue(path) is { } asked
                ? FieldExplanation.Lines(asked, descriptions, parsed.GetValue(recursive))
                : ResourceKind.All.Select(kind => $"{kind.Kind,-20} {kind.ShortName,-5} {descriptions.Of(kind.Type)}");
            foreach (var line in lines)
            {
                terminal.WriteLine(line);
            }

            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static Descriptions ReadDescriptions()
    {
        // The compiler puts the API's documentation beside the program.
        var file = Path.Combine(AppContext.BaseDirectory, typeof(GraftApi).Assembly.GetName().Name + ".xml");
        return File.Exists(file) ? Descriptions.Parse(File.ReadAllText(file)) : Descriptions.None;
    }
}
