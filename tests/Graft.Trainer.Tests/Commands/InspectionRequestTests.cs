using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Commands;

/// <summary><c>graft-trainer inspect REQUEST.json</c>, as an inspection pod starts it, on files that mean no good.</summary>
public sealed class InspectionRequestTests : IDisposable
{
    private const string Secret = "token-4f1c";

    private readonly TinyWorld _world = new();
    private readonly string _secret;

    public InspectionRequestTests()
    {
        _secret = Path.Combine(_world.Root, "credentials");
        File.WriteAllText(_secret, Secret);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_request_is_answered_in_print_and_in_the_termination_message()
    {
        var model = await InspectAsync(new InspectionPlan
        {
            Input = new PlanInput { Path = _world.Model },
            Model = new InspectedModel { Format = "huggingFace" },
        });
        var data = await InspectAsync(Dataset("train.jsonl", "heldout.jsonl"));

        Assert.Equal(0, model.ExitCode);
        Assert.Equal((FolderDigest.Compute(_world.Model), "LlamaForCausalLM"), (model.Report.Digest, model.Report.Architecture));
        Assert.Equal((48L, 16L, 0L), (data.Report.TrainRecords, data.Report.EvaluationRecords, data.Report.BadRecords));
    }

    [Theory]
    [InlineData("@SECRET")]
    [InlineData("SECRET")]
    [InlineData("../credentials")]
    [InlineData("sub/../../credentials")]
    [InlineData("--help")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData(".link.jsonl")]
    [InlineData(".linked/credentials")]
    public async Task No_file_name_leads_to_a_file_outside_the_folder(string name)
    {
        name = name.Replace("SECRET", _secret, StringComparison.Ordinal);
        File.CreateSymbolicLink(Path.Combine(_world.Data, ".link.jsonl"), _secret);
        Directory.CreateSymbolicLink(Path.Combine(_world.Data, ".linked"), _world.Root);

        var (exitCode, report, printed) = await InspectAsync(Dataset(name));

        Assert.Equal(TrainerExitCodes.BadData, exitCode);
        Assert.Equal(Reasons.BadData, report.Reason);
        Assert.NotNull(report.Error);
        Assert.DoesNotContain(Secret, printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out", "..", "leads out of its folder")]
    [InlineData("root", "/", "leads out of its folder")]
    [InlineData("round", "round", "leads out of its folder")]
    [InlineData("self", ".", "leads to a folder that it is in")]
    public async Task A_link_that_leads_out_or_round_is_refused_before_it_is_followed(string name, string target, string words)
    {
        Directory.CreateSymbolicLink(Path.Combine(_world.Data, name), target);

        var (exitCode, report, _) = await InspectAsync(Dataset("train.jsonl"));

        Assert.Equal(TrainerExitCodes.BadData, exitCode);
        Assert.Contains(words, report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_inside_the_folder_are_files_like_others()
    {
        // As Kubernetes lays out a mounted ConfigMap.
        Directory.CreateDirectory(Path.Combine(_world.Data, "..2026"));
        File.Move(Path.Combine(_world.Data, "train.jsonl"), Path.Combine(_world.Data, "..2026", "train.jsonl"));
        Directory.CreateSymbolicLink(Path.Combine(_world.Data, "..data"), "..2026");
        File.CreateSymbolicLink(Path.Combine(_world.Data, "train.jsonl"), "..data/train.jsonl");

        var (exitCode, report, _) = await InspectAsync(Dataset("train.jsonl"));

        Assert.Equal((0, 48L), (exitCode, report.TrainRecords));
    }

    [Fact]
    public async Task A_report_is_short_and_plain_whatever_the_records_hold()
    {
        string field = new('x', 100_000);
        File.WriteAllText(
            Path.Combine(_world.Data, "bad.jsonl"), JsonSerializer.Serialize(
                new Dictionary<string, string> { ["id"] = "a\u001b[2J", [field] = Secret }) + "\n");

        var (exitCode, report, printed) = await InspectAsync(Dataset("bad.jsonl"));

        Assert.Equal((0, 1L), (exitCode, report.BadRecords));
        Assert.Contains("the field 'instruction' is missing", report.FirstBadRecord, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', report.FirstBadRecord!);
        Assert.DoesNotContain(Secret, printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_its_registry_does_not_give_is_told_from_bad_files()
    {
        using var registry = new TcpListener(IPAddress.Loopback, 0);
        registry.Start();
        var refusing = RefuseAsync(registry);
        var plan = Dataset("train.jsonl") with
        {
            Input = new PlanInput
            {
                Path = _world.Folder("fetched"),
                Oci = new PlanOci { Reference = $"{registry.LocalEndpoint}/none/data:1", PlainHttp = true },
            },
        };

        var (exitCode, report, _) = await InspectAsync(plan);
        registry.Stop();
        await refusing;

        Assert.Equal(TrainerExitCodes.Unexpected, exitCode);
        Assert.Equal(Reasons.SourceUnavailable, report.Reason);
    }

    [Theory]
    [InlineData("{\"version\": 7}", "version 7")]
    [InlineData("--model", "cannot be read")]
    public async Task A_file_that_is_no_request_is_bad_usage(string content, string words)
    {
        var path = Path.Combine(_world.Root, "request.json");
        File.WriteAllText(path, content);

        var output = await TrainerProgram.RunAsync(["inspect", path]);

        Assert.Equal(TrainerExitCodes.BadPlan, output.ExitCode);
        Assert.Contains(words, output.Error, StringComparison.Ordinal);
    }

    /// <summary>Answers 404 to everybody until it is stopped.</summary>
    private static async Task RefuseAsync(TcpListener registry)
    {
        try
        {
            while (true)
            {
                using var client = await registry.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                using var reader = new StreamReader(client.GetStream());
                while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 })
                {
                    // The request's head.
                }

                var answer = Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                await client.GetStream().WriteAsync(answer, TestContext.Current.CancellationToken);
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private InspectionPlan Dataset(string train, string? evaluation = null) => new()
    {
        Input = new PlanInput { Path = _world.Data },
        Dataset = new InspectedDataset { Format = "instruction", TrainFile = train, EvaluationFile = evaluation },
    };

    private async Task<(int ExitCode, InspectionReport Report, string Printed)> InspectAsync(InspectionPlan plan)
    {
        string path = Path.Combine(_world.Root, "request.json"), message = Path.Combine(_world.Root, "termination-log");
        File.WriteAllText(path, (plan with { TerminationMessagePath = message }).Write());
        var output = await TrainerProgram.RunAsync(["inspect", path]);

        var left = File.ReadAllBytes(message);
        Assert.InRange(left.Length, 2, InspectionReport.MaximumBytes);
        var report = JsonSerializer.Deserialize<InspectionReport>(left, PlanJson.WireOptions)!;
        Assert.Equal(report, JsonSerializer.Deserialize<InspectionReport>(output.Text, PlanJson.WireOptions));
        return (output.ExitCode, report, output.Text + output.Error);
    }
}
