using System.Diagnostics;
using Xunit;

namespace Graft.Trainer.Tests.Support;

/// <summary>The built program, run to its end.</summary>
internal static class TrainerProgram
{
    public static async Task<(int ExitCode, string Text, string Error)> RunAsync(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "graft-trainer");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, text, await error);
    }
}
