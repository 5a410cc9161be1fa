using System.Text;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Trainer.Running;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>What Kubernetes keeps of a run, whatever the failure says.</summary>
public sealed class TerminationMessageTests
{
    private static readonly ResultFigures Figures = new()
    {
        BaseLoss = 1.2345678901234567,
        AdaptedLoss = 0.1234567890123456,
        BaseTokenAccuracy = double.NaN,
        AdaptedTokenAccuracy = 0.98765432109876543,
        TokensPerSecond = double.PositiveInfinity,
        TrainableParameters = long.MaxValue,
        PeakMemoryBytes = long.MaxValue,
    };

    private static readonly ResultArtifact Artifact = new()
    {
        Name = new string('n', 128),
        Version = "v1",
        Digest = "sha256:" + new string('a', 64),
        Reference = new string('r', 300) + ":v1",
    };

    [Fact]
    public void Warnings_are_kept_where_they_fit_and_are_the_first_to_go()
    {
        var few = Failed("short") with { Warnings = ["first\n", "second"] };
        Assert.Equal(["first", "second"], Read(TerminationMessage.Write(few)).Warnings);

        var many = Failed(new string('m', 1000)) with { Warnings = [new string('w', 4000)] };
        var read = Read(TerminationMessage.Write(many));
        Assert.Null(read.Warnings);
        Assert.Equal(1000, read.Message.Length);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("日本語")]
    [InlineData("🙂")]
    [InlineData("a🙂")]
    [InlineData("\"\\")]
    [InlineData("<&'+>")]
    [InlineData("\u0001\u0007")]
    [InlineData("\ud83d")] // half a character
    [InlineData("\u001b[31mred\u001b[0m ")]
    [InlineData("line\r\n\tline ")]
    public void Whatever_the_failure_says_the_message_is_whole_JSON_within_the_limit(string piece)
    {
        for (var length = 0; length <= 9000; length += length is > 3000 and < 4300 ? 7 : 250)
        {
            var text = string.Concat(Enumerable.Repeat(piece, (length / piece.Length) + 1))[..length];

            var json = TerminationMessage.Write(Failed(text));

            Assert.InRange(json.Length, 2, RunResult.MaximumBytes);
            var read = Read(json);
            Assert.Equal(("Failed", "BadData", 7), (read.Outcome, read.Reason, read.Steps));
            Assert.Equal(Artifact, read.Artifact);
            Assert.Equal(
                (Figures.BaseLoss, null, null), (read.Figures!.BaseLoss, read.Figures.BaseTokenAccuracy, read.Figures.TokensPerSecond));
            Assert.All(read.Message.EnumerateRunes(), rune => Assert.False(Rune.IsControl(rune)));
            Assert.DoesNotContain("[31m", read.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void As_much_of_a_long_message_is_kept_as_fits()
    {
        var json = TerminationMessage.Write(Failed(new string('x', 100_000)));

        Assert.InRange(json.Length, RunResult.MaximumBytes * 7 / 8, RunResult.MaximumBytes);
        Assert.EndsWith("x…", Read(json).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_message_is_kept_as_it_is()
    {
        Assert.Equal("train.jsonl, line 3: “é” 🙂", Read(TerminationMessage.Write(Failed("train.jsonl, line 3: “é” 🙂"))).Message);
    }

    [Fact]
    public void Where_the_record_s_address_is_too_long_the_message_wins()
    {
        var tracking = new ResultTracking { ExperimentId = "1", RunId = "2", Uri = "http://" + new string('u', 5000) };

        var json = TerminationMessage.Write(Failed(new string('y', 3000)) with { Tracking = tracking });

        Assert.InRange(json.Length, 2, RunResult.MaximumBytes);
        var read = Read(json);
        Assert.Null(read.Tracking);
        Assert.StartsWith(new string('y', 512), read.Message, StringComparison.Ordinal);
    }

    private static RunResult Failed(string message) => new()
    {
        Outcome = "Failed",
        Reason = "BadData",
        Message = message,
        Steps = 7,
        Figures = Figures,
        Artifact = Artifact,
    };

    private static RunResult Read(byte[] json) => JsonSerializer.Deserialize<RunResult>(json, PlanJson.WireOptions)!;
}
