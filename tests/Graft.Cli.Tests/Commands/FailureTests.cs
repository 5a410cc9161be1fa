using System.Runtime.Versioning;
using Graft.Api.Generation;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>Whatever is given to the program, it says what is wrong in a sentence.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a: [b\n")]
    [InlineData("just words\n")]
    [InlineData("")]
    [InlineData("clusters: 3\n")]
    [InlineData("apiVersion: v1\nkind: Config\n")]
    [InlineData("\u0001\u0002\0")]
    public async Task A_file_that_is_no_kubeconfig_is_named(string content)
    {
        _folder.Write("kubeconfig", content);
        var result = await GraftProgram.RunAsync(_folder.Path, "logs", "run", "--kubeconfig", "kubeconfig");
        IsSentence(result, "--kubeconfig");
    }

    [Theory]
    [InlineData("validate", "/dev/zero")]
    [InlineData("run", "/dev/zero")]
    [InlineData("plan", "/dev/zero")]
    public async Task A_file_that_never_ends_is_refused(params string[] arguments)
    {
        IsSentence(await GraftProgram.RunAsync(_folder.Path, arguments), "larger than");
    }

    [Fact]
    public async Task A_run_whose_plan_is_damaged_is_named()
    {
        _folder.Write("run/plan.json", "{\"version\": 1");
        _folder.Write("run/adapter/adapter_config.json", "{}");
        IsSentence(await GraftProgram.RunAsync(_folder.Path, "push", "run", "localhost:5000/adapters"), "plan");
    }

    [Theory]
    [InlineData("oci:/path", "folder")]
    [InlineData("oci:", "folder")]
    [InlineData("http://", "no reference")]
    [InlineData("-", "no reference")]
    [InlineData("@plan", "no reference")]
    public async Task A_place_that_is_no_registry_is_named(string place, string word)
    {
        var file = Specs.WriteWithInputs(_folder);
        var plan = await GraftProgram.RunAsync(_folder.Path, "plan", file);
        Assert.Equal(0, plan.ExitCode);
        _folder.Write("run/plan.json", plan.Output);
        _folder.Write("run/adapter/adapter_config.json", "{}");
        IsSentence(await GraftProgram.RunAsync(_folder.Path, "push", "run", place), word);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_named_with_the_folder_that_was_meant_and_the_cluster_that_is_not()
    {
        _folder.Write("graft-out/quickstart/plan.json", "{}");
        var environment = new Dictionary<string, string> { ["HOME"] = _folder.Path, ["KUBECONFIG"] = "" };
        using var process = GraftProgram.Start(_folder.Path, environment, "plot", "quikstart");
        var result = await GraftProgram.FinishAsync(process);
        IsSentence(result, "There is no folder 'quikstart' of a run on this computer; did you mean graft-out/quickstart?");
        Assert.Contains("No cluster is configured", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("8080", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_stands_for_a_claim_and_is_not_there_is_named()
    {
        var file = Specs.WriteWithInputs(_folder);
        IsSentence(await GraftProgram.RunAsync(_folder.Path, "plan", file, "--volume", "models=nowhere"), "no folder 'nowhere'");
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_no_file_of_arguments()
    {
        _folder.Write("words", "--help\n");
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "@words");
        IsSentence(result, "'@words'");
        Assert.Equal("", result.Output);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task What_is_asked_reaches_the_trainer_in_a_file_and_not_as_words()
    {
        var trainer = _folder.Write("trainer", """
            #!/bin/sh
            printf '%s\n' "$@" > words
            cat "$2" > request
            """);
        File.SetUnixFileMode(trainer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string> { ["GRAFT_TRAINER"] = trainer };
        string[] asked = ["--model", "--adapter", "--prompt", "--template=none", "--input", "@words", "--template", "-x", "--seed", "-3"];
        using var process = GraftProgram.Start(_folder.Path, environment, ["generate", .. asked]);
        var result = await GraftProgram.FinishAsync(process);

        Assert.True(result.ExitCode == 0, result.Errors);
        var words = await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "words"), TestContext.Current.CancellationToken);
        var request = GenerationRequest.Read(
            await File.ReadAllTextAsync(Path.Combine(_folder.Path, "request"), TestContext.Current.CancellationToken));
        Assert.Equal("generate", words[0]);
        Assert.Equal("--end-with-input", words[^1]);
        Assert.True(words.Length == 3 && Path.IsPathFullyQualified(words[1]), string.Join('\n', words));
        Assert.False(File.Exists(words[1]), "the request is gone afterwards");
        var expected = new GenerationRequest
        {
            Model = "--adapter",
            Prompt = new TextPrompt("--template=none", "@words"),
            Template = "-x",
            Sampling = new SamplingOptions { Seed = -3 },
        };
        Assert.Equal(expected.Write(), request.Write());
    }

    [Theory]
    [InlineData("--top-p", "0")]
    [InlineData("--top-p", "1.5")]
    [InlineData("--top-k", "-1")]
    [InlineData("--temperature", "-0.5")]
    [InlineData("--repetition-penalty", "0")]
    [InlineData("--max-new-tokens", "0")]
    public async Task A_sampling_setting_outside_its_range_is_refused_by_name(string name, string value)
    {
        var result = await GraftProgram.RunAsync(_folder.Path, ["generate", "--model", "m", "--prompt", "p", $"{name}={value}"]);
        Assert.NotEqual(ExitCodes.Succeeded, result.ExitCode);
        Assert.Contains($"{name} is {value}; it must be ", result.Errors, StringComparison.Ordinal);
    }

    private static void IsSentence(ProgramResult result, string word)
    {
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains(word, result.Errors, StringComparison.Ordinal);
        Assert.StartsWith("graft: ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\n   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", result.Errors, StringComparison.Ordinal);
    }
}
