using System.CommandLine;
using System.Reflection;
using Graft.Programs;
using Xunit;

namespace Graft.Cli.Tests.Programs;

/// <summary>How failures leave a program.</summary>
public sealed class CommandProgramTests
{
    [Fact]
    public async Task An_expected_failure_is_its_sentence_and_its_status()
    {
        Assert.Equal((7, "The file is missing.\n"), await FailAsync(new IOException("The file is missing.")));
    }

    [Fact]
    public async Task An_unexpected_failure_is_one_sentence_without_a_trace()
    {
        var (status, told) = await FailAsync(
            new TypeInitializationException("x", new InvalidOperationException("It broke.\nat native code")));
        Assert.Equal((
            1, "tool: unexpected InvalidOperationException: It broke. This is a defect of tool; --verbose shows where.\n"), (status, told));
    }

    [Fact]
    public async Task A_failure_is_explained_by_what_happened_and_not_by_where()
    {
        var failure = new AggregateException(new TargetInvocationException(new IOException("The file is missing.")));

        Assert.Equal((7, "The file is missing.\n"), await FailAsync(failure));
    }

    [Fact]
    public async Task A_library_that_is_missing_is_named_with_its_remedy()
    {
        var missing = new DllNotFoundException("Unable to load 'LibTorchSharp'.\nmore");
        var (status, told) = await FailAsync(new TypeInitializationException("x", missing));

        Assert.Equal(1, status);
        Assert.Equal(
            "tool: a native library is missing or made for another system: Unable to load 'LibTorchSharp'. Install tool anew, whole, for this system.\n",
            told);
    }

    [Fact]
    public async Task Memory_that_ran_out_is_told()
    {
        Assert.Equal(
            (1, "tool: memory ran out. Give it more, or less to do at once; --verbose shows where.\n"),
            await FailAsync(new InsufficientMemoryException()));
    }

    [Theory]
    [InlineData("-v")]
    [InlineData("--verbose")]
    public async Task With_verbose_the_trace_is_told_too(string option)
    {
        var (status, told) = await FailAsync(new InvalidOperationException("It broke."), option);
        Assert.Equal(1, status);
        Assert.Contains($"   at {typeof(CommandProgramTests).FullName}", told, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Told)> FailAsync(Exception exception, params string[] more)
    {
        var fail = new Command("fail");
        fail.SetAction(_ => Throw(exception));
        var program = new CommandProgram(
            "tool", new RootCommand { fail }, 2, error => error is IOException ? new ExplainedFailure(7, error.Message) : null);
        await using var told = new StringWriter { NewLine = "\n" };
        var status = await program.InvokeAsync(["fail", .. more], told, TestContext.Current.CancellationToken);
        return (status, told.ToString());
    }

    private static int Throw(Exception exception)
    {
        throw exception;
    }
}
