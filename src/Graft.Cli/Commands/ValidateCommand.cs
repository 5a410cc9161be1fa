using System.CommandLine;
using System.Text.Json;
using Graft.Api.Documents;
using Graft.Api.Planning;
using Graft.Api.Validation;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Common;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft validate FILE…</c>: what an API server would refuse, and what no run could do, before anything is applied.</summary>
public static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var specs = new SpecArguments();
        var strict = new Option<bool>("--strict") { Description = "Every reference must be in the files, and warnings count as errors." };
        var output = OutputFormat.Option();
        var command = new ExampleCommand(
            "validate",
            "Check specs; exit status 1 if any has an error.",
            "graft validate examples/quickstart/",
            "graft validate examples/quickstart/ --strict",
            "graft validate run.yaml -o json")
        {
            strict, output,
        };
        specs.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isStrict = parsed.GetValue(strict);
            var missing = isStrict ? Severity.Error : Severity.Warning;
            var set = await specs.LoadAsync(parsed, missing, terminal, cancellationToken).ConfigureAwait(false);
            var builtins = BuiltinFolders.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(BuiltinFolders.Variable));
            set.Report(new SpecLookups(set, builtins).Check());
            if (OutputFormat.IsJson(parsed, output))
            {
                terminal.WriteLine(JsonSerializer.Serialize(set.Diagnostics.Select(Json), PlanJson.WireOptions));
            }
            else
            {
                foreach (var diagnostic in set.Diagnostics)
                {
                    SpecArguments.WriteDiagnostic(terminal.Out, diagnostic);
                }

                terminal.WriteErrorLine(Summary(set));
            }

            var failing = isStrict ? Severity.Warning : Severity.Error;
            return set.Diagnostics.Any(diagnostic => diagnostic.Severity >= failing) ? ExitCodes.Failed : ExitCodes.Succeeded;
        });
        return command;
    }

    private static object Json(Diagnostic diagnostic)
    {
        return new
        {
            diagnostic.File,
            diagnostic.Line,
            diagnostic.Column,
            Severity = diagnostic.Severity.ToString(),
            diagnostic.Problem.Code,
            Path = diagnostic.Problem.Path.ToString(),
            diagnostic.Problem.Message,
            diagnostic.Problem.Remedy,
        };
    }

    private static string Summary(SpecSet set)
    {
        return $"{English.Count(set.Resources.Count, "resource")}, {English.Count(set.Count(Severity.Error), "error")}, "
            + English.Count(set.Count(Severity.Warning), "warning");
    }
}
