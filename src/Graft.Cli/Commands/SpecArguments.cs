using System.CommandLine;
using Graft.Api.Documents;
using Graft.Api.Validation;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Spectre.Console;

namespace Graft.Cli.Commands;

/// <summary>The files and folders of specs that several commands take, and what they say about bad ones.</summary>
public sealed class SpecArguments
{
    private readonly Argument<string[]> _paths = new("FILE")
    {
        Description = "Files or folders of specs; - is standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Look into the folders of a folder, too." };

    public void AddTo(Command command)
    {
        command.Add(_paths);
        command.Add(_recursive);
    }

    /// <summary>Reads and checks the specs.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="missingReference">How bad a reference to something outside of the files is.</param>
    /// <param name="terminal">Where it is said what is waited for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<SpecSet> LoadAsync(
        ParseResult parsed, Severity missingReference, Terminal terminal, CancellationToken cancellationToken)
    {
        var files = await SpecFiles.ReadAsync(
            parsed.GetRequiredValue(_paths), parsed.GetValue(_recursive), terminal, cancellationToken).ConfigureAwait(false);
        return SpecSet.Load(files, new SpecSetOptions { MissingReference = missingReference });
    }

    /// <summary>Reads and checks the specs for a run on this computer; errors are shown, and end the command.</summary>
    /// <exception cref="CliException">Something in them does not run.</exception>
    public async Task<SpecSet> LoadForRunningAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var set = await LoadAsync(parsed, Severity.Error, terminal, cancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in set.Diagnostics.Where(diagnostic => diagnostic.Severity > Severity.Note))
        {
            WriteDiagnostic(terminal.Error, diagnostic);
        }

        return set.HasErrors ? throw new CliException("The specs have errors, so nothing was done.") : set;
    }

    /// <summary>Writes a diagnostic in the form that editors and CI systems recognize.</summary>
    public static void WriteDiagnostic(IAnsiConsole console, Diagnostic diagnostic)
    {
        // Long lines stay whole: whoever reads them by program expects one line each.
        console.WriteWholeLine(diagnostic.ToString());
    }
}
