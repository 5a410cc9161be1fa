using System.CommandLine;
using Graft.Artifacts.Registry;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary>The options of the commands that speak to a registry.</summary>
public sealed class RegistryOptionSet
{
    private readonly Option<bool?> _plainHttp = new("--plain-http")
    {
        Description = "Speak HTTP without TLS; the default for localhost and private addresses.",
    };

    private readonly Option<int?> _wait = new("--wait")
    {
        Description = "How long a registry that does not answer or is busy is tried; 30 and 120 without it.",
        HelpName = "SECONDS",
    };

    public RegistryOptionSet()
    {
        _wait.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int?>() is < 0 or > 86_400)
            {
                result.AddError($"--wait is {result.Tokens[0].Value}; it must be 0 to 86400 seconds.");
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_plainHttp);
        command.Add(_wait);
    }

    /// <summary>How to speak to a reference's registry.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="line">Shows on standard error what is transferred and waited for.</param>
    /// <param name="what">What is transferred.</param>
    public RegistryOptions Of(ParseResult parsed, string reference, ActivityLine line, string what)
    {
        return RegistryHosts.Options(
            reference,
            parsed.GetValue(_plainHttp),
            parsed.GetValue(_wait) is { } seconds ? TimeSpan.FromSeconds(seconds) : null).ShownBy(line, what);
    }
}
