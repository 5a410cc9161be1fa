using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Graft.Api.Generation;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The main job: the quickstart trains in a real pod, and its adapter is published and pulled back.</summary>
[Collection(ClusterCollection.Name)]
public sealed class QuickstartTests : IClassFixture<QuickstartRun>
{
    public static TheoryData<string, string> Documented => [.. DocumentedCommands.OnFinishedRun];

    private readonly GraftCluster _cluster;
    private readonly QuickstartRun _run;

    public QuickstartTests(GraftCluster cluster, QuickstartRun run)
    {
        cluster.Require();
        _cluster = cluster;
        _run = run;
    }

    [Fact]
    public void It_ends_as_succeeded_with_a_published_version()
    {
        Assert.Equal("True/Completed", _run.Finished.State("Succeeded"));
        Assert.Equal("True/Published", _run.Finished.State("ArtifactPublished"));
        Assert.Equal("v1", Artifact("version"));
        Assert.StartsWith("sha256:", Artifact("digest"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_of_README_follow_it_to_its_end()
    {
        var log = _run.Printed["kubectl graft logs -f quickstart"];
        Assert.Matches(@"step \d+/\d+", log);
        Assert.Contains("published quickstart v1", log, StringComparison.Ordinal);
        Assert.DoesNotContain("{\"event\"", log, StringComparison.Ordinal);
        Assert.Matches(@"quickstart +Completed .*\(100%\) .* v1 ", _run.Printed["kubectl get atr"]);
    }

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task Documented_commands_look_at_it(string command, string name)
    {
        using var reader = await ReaderShell.OpenAsync(_cluster.ExecAsync, _run.Namespace);
        Assert.NotEmpty((await reader.RunAsync(command, name)).Succeeded());
    }

    [Fact]
    public void The_adapted_model_is_better_than_the_base_on_held_out_records()
    {
        var figures = _run.Finished["status"]!["figures"]!;
        Assert.True(Number(figures["adaptedLoss"]!) < Number(figures["baseLoss"]!), figures.ToText());
        Assert.True(Number(figures["adaptedTokenAccuracy"]!) > Number(figures["baseTokenAccuracy"]!), figures.ToText());
    }

    [Theory]
    [InlineData("loss per labeled token", "Loss", 1, 0.05)]
    [InlineData("token accuracy", "TokenAccuracy", 100, 2)]
    [InlineData("generated answers that match", "ExactMatch", 100, 8)]
    public void Its_figures_are_those_that_README_shows(string row, string figure, double unit, double tolerance)
    {
        var readme = File.ReadAllText(Path.Combine(Shell.Repository, "README.md"));
        var shown = Regex.Match(readme, $@"(?m)^\| {row}[^|]*\| ([\d.]+)[ %]*\| ([\d.]+)[ %]*\|$");
        Assert.True(shown.Success);
        var figures = _run.Finished["status"]!["figures"]!;
        foreach (var (number, name) in new[] { (shown.Groups[1].Value, "base"), (shown.Groups[2].Value, "adapted") })
        {
            // Other processors add up in another order, and the training carries it further.
            Assert.Equal(double.Parse(number, CultureInfo.InvariantCulture), unit * Number(figures[name + figure]!), tolerance);
        }
    }

    [Fact]
    public void Its_one_word_state_goes_from_pending_through_running_to_completed()
    {
        string[] words = [.. _run.States.Select(state => state.Item.Condition("Succeeded")?["reason"]?.GetValue<string>() ?? "")];
        string[] expected = ["Running", "Completed"];
        Assert.Equal(expected, words.Where(expected.Contains).Distinct());
        Assert.NotEqual("Running", words.First(word => word.Length > 0));
    }

    [Fact]
    public void Its_progress_moves_while_it_trains()
    {
        var steps = _run.States.Select(state => state.Item["status"]?["progress"]?["step"]?.GetValue<long>()).OfType<long>().ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.True(steps.Distinct().Count() > 3, $"steps seen: {string.Join(' ', steps.Distinct())}");
    }

    [Fact]
    public void All_its_conditions_are_set_from_the_first_visit_on()
    {
        string[] all = ["Accepted", "ArtifactPublished", "Checkpointed", "QuotaReserved", "Reconciling", "Running", "Stalled", "Succeeded"];
        var visited = _run.States.Select(state => state.Item).Where(item => item["status"]?["conditions"] is not null).ToList();
        Assert.NotEmpty(visited);
        Assert.All(visited, item => Assert.Equal(all, Types(item)));
    }

    [Fact]
    public async Task Kstatus_and_argo_cd_agree_with_its_conditions_at_every_stage()
    {
        foreach (var state in _run.States)
        {
            await Verdict.AgreesAsync(state.Item, "Succeeded", "bounded-work.lua");
        }

        foreach (var state in _run.InputStates)
        {
            await Verdict.AgreesAsync(state.Item, "Ready", "standing-resource.lua");
        }
    }

    [Fact]
    public async Task Its_events_tell_the_story()
    {
        var described = (
            await _cluster.Kubectl.RunAsync("--namespace", _run.Namespace, "describe", "adaptertrainingrun", _run.Name)).Succeeded();
        var events = described[described.IndexOf("\nEvents:", StringComparison.Ordinal)..];
        Assert.All(
            new[] { "RunAccepted", "JobCreated", "RunStarted", "ArtifactPublished", "RunSucceeded" },
            reason => Assert.Contains(reason, events, StringComparison.Ordinal));
        Assert.DoesNotContain("Warning", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_get_shows_state_progress_and_version()
    {
        var shown = (await _cluster.Kubectl.RunAsync("--namespace", _run.Namespace, "get", "atr", _run.Name)).Succeeded();
        Assert.Contains("Completed", shown, StringComparison.Ordinal);
        Assert.Contains("(100%)", shown, StringComparison.Ordinal);
        Assert.Contains("v1", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applying_the_same_files_again_writes_nothing()
    {
        var before = _cluster.Audit.Position;
        var versions = await ResourceVersionsAsync();
        (await _run.ApplyAsync()).Succeeded();
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(versions, await ResourceVersionsAsync());
        Assert.DoesNotContain(_cluster.Audit.WritesSince(before), write => write.ByOperator && write.Namespace == _run.Namespace);
    }

    [Fact]
    public async Task It_is_a_finished_run_in_mlflow_with_every_step_once()
    {
        Assert.SkipWhen(_cluster.Mlflow is null, "no MLflow here: set GRAFT_MLFLOW_DIR to a folder whose server.sh starts one");
        var run = await _cluster.Mlflow.RunAsync(_run.Finished["status"]!["tracking"]!["runId"]!.GetValue<string>());
        Assert.Equal("FINISHED", run["status"]!.GetValue<string>());
        var total = _run.Finished["status"]!["progress"]!["totalSteps"]!.GetValue<int>();
        Assert.Equal(Enumerable.Range(1, total), run["steps"]!.AsArray().Select(step => step!.GetValue<int>()));
        Assert.Contains("adapter", run["files"]!.AsArray().Select(file => file!.GetValue<string>()));
    }

    [Fact]
    public async Task Oras_pulls_the_adapter_by_its_digest()
    {
        var oras = Judges.Tool("oras");
        using var folder = new TemporaryFolder();
        (await _cluster.ExecAsync(oras, "pull", "--plain-http", "-o", folder.Path, ByDigest())).Succeeded();
        AssertIsAdapter(folder.Path);
    }

    [Fact]
    public async Task Graft_pulls_the_adapter_by_the_run_s_name_and_the_trainer_loads_it()
    {
        using var folder = new TemporaryFolder();
        var graft = Programs.Built("Graft.Cli", "graft");
        (await _cluster.ExecAsync(
            graft, "pull", _run.Name, "--namespace", _run.Namespace, "--plain-http", "--output-dir", folder.Path)).Succeeded();
        AssertIsAdapter(folder.Path);

        var trainer = Programs.Built("Graft.Trainer", "graft-trainer");
        var model = Path.Combine(Shell.Repository, "examples", "builtin", await BuiltinModelAsync());
        var request = Path.Combine(folder.Path, "request.json");
        var question = new GenerationRequest { Model = model, Adapter = folder.Path, Prompt = new TextPrompt("a small animal") };
        await File.WriteAllTextAsync(request, question.Write(), TestContext.Current.CancellationToken);
        var generated = (await Shell.RunAsync(trainer, "generate", request)).Succeeded();
        Assert.NotEmpty(generated.Trim());
    }

    [Fact]
    public async Task As_a_plugin_of_kubectl_graft_shows_the_run_s_log_and_its_loss_curve()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(Path.Combine(folder.Path, "kubectl-graft"), Programs.Built("Graft.Cli", "graft"));
        var log = (await PluginAsync(folder.Path, "logs", _run.Name)).Succeeded();
        Assert.Matches(@"step \d+/\d+", log);
        var picture = Path.Combine(folder.Path, "loss.svg");
        var curve = (await PluginAsync(folder.Path, "plot", _run.Name, "--svg", picture)).Succeeded();
        Assert.Contains("steps", curve, StringComparison.Ordinal);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(picture, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void The_trainer_s_pod_and_job_were_created_once()
    {
        var created = _cluster.Audit.WritesSince(_run.AuditStart)
            .Where(write => write is { Verb: "create", Resource: "jobs", Code: 201 } && write.Namespace == _run.Namespace)
            .ToList();
        Assert.All(created, write => Assert.True(write.ByOperator));
        // One for the run, one inspection each for the base model and the data set.
        Assert.Equal(3, created.Count);
    }

    // As a user types it: kubectl finds kubectl-graft, a link as `make build` makes it, on the path.
    private Task<ShellResult> PluginAsync(string folder, params string[] arguments)
    {
        var path = folder + ":" + Environment.GetEnvironmentVariable("PATH");
        return _cluster.ExecAsync(new ShellCommand("kubectl", ["graft", .. arguments, "--namespace", _run.Namespace])
        {
            Environment = new Dictionary<string, string> { ["PATH"] = path },
        });
    }

    private async Task<Dictionary<string, string>> ResourceVersionsAsync()
    {
        var items = await _cluster.Kubectl.ListAsync(_run.Namespace, "adaptertrainingruns,basemodels,trainingdatasets,jobs,configmaps");
        return items.ToDictionary(item => $"{item["kind"]}/{item.Name()}", item => item.ResourceVersion());
    }

    private Task<string> BuiltinModelAsync()
    {
        var model = _run.Finished["spec"]!["baseModelRef"]!["name"]!.GetValue<string>();
        return _cluster.Kubectl.TextAsync(_run.Namespace, "basemodel", model, "{.spec.source.builtin.name}");
    }

    private string Artifact(string field)
    {
        return _run.Finished["status"]!["artifact"]![field]!.GetValue<string>();
    }

    private string ByDigest()
    {
        return $"{GraftCluster.Registry}/adapters/{_run.Namespace}/{Artifact("name")}@{Artifact("digest")}";
    }

    private static void AssertIsAdapter(string folder)
    {
        string[] files = ["README.md", "adapter_config.json", "adapter_model.safetensors", "metrics.json", "run-plan.json"];
        Assert.Equal(files, Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Types(JsonNode item)
    {
        return item["status"]!["conditions"]!.AsArray().Select(condition => condition!["type"]!.GetValue<string>())
            .Order(StringComparer.Ordinal);
    }

    private static double Number(JsonNode text)
    {
        return double.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
    }
}
