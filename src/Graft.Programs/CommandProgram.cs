using System.CommandLine;
using System.Reflection;

namespace Graft.Programs;

/// <summary>What a failure means to whoever started a program.</summary>
/// <param name="ExitCode">The exit status.</param>
/// <param name="Message">A sentence for standard error; null where there is nothing to say.</param>
public sealed record ExplainedFailure(int ExitCode, string? Message);

/// <summary>A program with commands: how its arguments are read, and how every failure leaves it.</summary>
/// <param name="name">The program's name, for what it says about itself.</param>
/// <param name="root">Its commands; <c>--verbose</c> is added to all of them.</param>
/// <param name="wrongUse">The exit status for arguments that are wrong.</param>
/// <param name="explain">The failures that the program expects; null for any other.</param>
public sealed class CommandProgram(string name, RootCommand root, int wrongUse, Func<Exception, ExplainedFailure?> explain)
{
    /// <summary>The environment variable that does what <see cref="Verbose"/> does.</summary>
    public const string VerboseVariable = "GRAFT_VERBOSE";

    private const int Unexpected = 1;

    /// <summary>The option of all commands that asks for more words.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = $"Say more: the trainer's log, and where in the program an error came from. {VerboseVariable}=1 does the same.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(VerboseVariable) is { Length: > 0 } and not "0",
    };

    /// <summary>Carries out a command line. No exception leaves it: each becomes a sentence and an exit status.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="errors">Where failures are told.</param>
    /// <param name="stop">Ends commands early.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> InvokeAsync(IReadOnlyList<string> arguments, TextWriter errors, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(errors);
        Complete();
        var parsed = LiteralArguments.Parse(root, arguments);
        // Signals are the programs' own affair: the library ends a process two seconds after the first.
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Error = errors,
        };
        try
        {
            if (WrongUse.Of(root, arguments, parsed) is { Count: > 0 } mistakes)
            {
                await RefuseAsync(parsed, mistakes, errors).ConfigureAwait(false);
                return wrongUse;
            }

            if (parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
            {
                // No command, or one that only holds others: what there is to choose from.
                await LiteralArguments.Parse(root, [.. arguments, "--help"]).InvokeAsync(configuration, stop).ConfigureAwait(false);
                return wrongUse;
            }

            var status = await parsed.InvokeAsync(configuration, stop).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? wrongUse : status;
        }
#pragma warning disable CA1031 // Whatever goes wrong, people get a sentence and scripts an exit status.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var cause = Cause(error);
            var failure = explain(cause) ?? new ExplainedFailure(Unexpected, Describe(cause));
            if (failure.Message is { } message)
            {
                await errors.WriteLineAsync(message).ConfigureAwait(false);
            }

            if (parsed.GetValue(Verbose))
            {
                await errors.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            }

            return failure.ExitCode;
        }
    }

    /// <summary>Adds what every program has.</summary>
    private void Complete()
    {
        if (root.Options.Contains(Verbose))
        {
            return;
        }

        root.Add(Verbose);
        root.Add(CommandHelp.Command(root));
        CommandHelp.AddTo(root);
        var version = new Command("version", $"Print the version, as {name} --version does.");
        version.SetAction(
            (parsed, stop) => LiteralArguments.Parse(root, ["--version"]).InvokeAsync(parsed.InvocationConfiguration, stop));
        root.Add(version);
    }

    private async Task RefuseAsync(ParseResult parsed, IReadOnlyList<string> mistakes, TextWriter errors)
    {
        var command = $"{name} {WrongUse.PathOf(parsed)}".TrimEnd();
        foreach (var mistake in mistakes)
        {
            await errors.WriteLineAsync($"{command}: {mistake}").ConfigureAwait(false);
        }

        await errors.WriteLineAsync($"`{command} --help` shows how it is used.").ConfigureAwait(false);
    }

    /// <summary>What happened, without the exceptions that only say where.</summary>
    private static Exception Cause(Exception exception)
    {
        while (exception is AggregateException or TypeInitializationException or TargetInvocationException
            && exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    private string Describe(Exception exception)
    {
        // libtorch appends a native stack trace to its messages.
        var line = exception.Message.Split('\n')[0].TrimEnd('\r', '.');
        return exception switch
        {
            OutOfMemoryException => $"{name}: memory ran out. Give it more, or less to do at once; --verbose shows where.",
            DllNotFoundException or BadImageFormatException =>
                $"{name}: a native library is missing or made for another system: {line}. Install {name} anew, whole, for this system.",
            _ => $"{name}: unexpected {exception.GetType().Name}: {line}. This is a defect of {name}; --verbose shows where.",
        };
    }
}
