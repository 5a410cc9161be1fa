using System.Diagnostics;
using System.Text.RegularExpressions;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>What <c>graft generate</c> writes where, with the real trainer.</summary>
public sealed class GenerateTests : IDisposable
{
    private static readonly string Model = Path.Combine(Repository.Root, "examples", "builtin", "tiny-wordnet");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Standard_output_is_the_answer_whatever_a_terminal_shows_meanwhile(bool isTerminalForBoth)
    {
        Assert.SkipWhen(GraftProgram.Trainer is null, "Needs the trainer: make build.");
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "Needs script, of util-linux, for a terminal.");
        string[] asked = ["generate", "--model", Model, "--template", "none", "--prompt", "A weeknight is", "--max-new-tokens", "20"];
        var piped = await GraftProgram.RunAsync(_folder.Path, asked);
        Assert.True(piped.ExitCode == 0, piped.Errors);

        var words = string.Join(' ', asked.Select(word => $"'{word}'"));
        var command = $"'{GraftProgram.File}' {words}{(isTerminalForBoth ? "" : " > answer")}";
        var start = new ProcessStartInfo("script", ["-qec", command, "shown"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var shown = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.True(process.ExitCode == 0, shown);
        if (isTerminalForBoth)
        {
            // Whatever was shown before it was taken away again.
            Assert.Matches($@"(^|[hl=]|\e\[K){Regex.Escape(piped.Output.TrimEnd('\n'))}\r\n$", shown);
        }
        else
        {
            Assert.Equal(piped.Output, await File.ReadAllTextAsync(Path.Combine(_folder.Path, "answer"), Cancellation));
            Assert.Matches(@"(^|[hl=]|\e\[K)$", shown);
        }
    }
}
