using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Status;
using Xunit;

namespace Graft.Operator.Tests.Inputs;

public sealed class InspectionDeciderTests
{
    private readonly InspectionWorld _world = new();

    [Fact]
    public void A_new_data_set_is_inspected_once_and_then_ready()
    {
        var first = _world.Reconcile();
        Assert.NotNull(first.Create);
        Assert.Equal("Unknown/Inspecting", _world.State);
        AssertSettled();

        _world.End(0, new InspectionReport { Digest = InspectionWorld.Digest, TrainRecords = 3 });
        _world.Reconcile();

        Assert.Equal("True/Available", _world.State);
        Assert.Equal((InspectionWorld.Digest, 3L), (_world.Dataset.Status!.Digest, _world.Dataset.Status.TrainRecords));
        Assert.Equal((InspectionDecider.Succeeded, 1, 0), (_world.Memory.State, _world.Memory.Number, _world.Memory.Failures));
        AssertSettled();
    }

    public static TheoryData<string, Action<object>> Irrelevant => new()
    {
        { "nothing", _ => { } },
        { "its Job is gone", world => Of(world).Remove(Of(world).Job) },
        { "the license", world => Of(world).Edit(spec => spec.License = new LicenseNotice { Spdx = "MIT" }) },
        { "the digest that it has", world => Of(world).Edit(spec => spec.Digest = InspectionWorld.Digest) },
        { "its pod's settings", world => Of(world).Edit(spec => spec.Pod = new InspectionPodSettings { Memory = "8Gi" }) },
        { "the installation's image", world => Of(world).Options.TrainerImage = "other" },
        { "a queue", world => Of(world).Dataset.Metadata.Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team" } },
        { "a status of an earlier release", world => Of(world).Dataset.Status!.Inspection = null },
    };

    [Theory]
    [MemberData(nameof(Irrelevant))]
    public void A_ready_data_set_stays_so_whatever_changes_beside_its_files(string what, Action<object> change)
    {
        _world.Found();
        var said = _world.Ready.Message;
        change(_world);
        _world.Reconcile();

        Assert.True(_world.State == "True/Available", what);
        Assert.Equal(said, _world.Ready.Message);
        Assert.Equal(_world.Dataset.Metadata.Generation, _world.Dataset.Status!.ObservedGeneration);
        Assert.Single(_world.Created);
        AssertSettled();
    }

    public static TheoryData<string, Action<TrainingDatasetSpec>> Relevant => new()
    {
        { "the source", spec => spec.Source!.Oci!.Reference = "registry.example/data:2" },
        { "a file", spec => spec.TrainFile = "other.jsonl" },
        { "another digest", spec => spec.Digest = "sha256:" + new string('e', 64) },
        { "a request", spec => spec.Rerun = "again" },
    };

    [Theory]
    [MemberData(nameof(Relevant))]
    public void A_change_of_what_is_read_or_a_request_is_another_inspection(string what, Action<TrainingDatasetSpec> edit)
    {
        _world.Found();
        _world.Edit(edit);
        _world.Reconcile();

        Assert.True(_world.State == "Unknown/Inspecting", what);
        Assert.Equal(2, _world.Created.Distinct().Count());
        Assert.Single(_world.Jobs);
        Assert.Equal(2, _world.Memory.Number);
        AssertSettled();
    }

    [Fact]
    public void The_pauses_before_a_registry_is_asked_again_double_up_to_ten_minutes_over_restarts_of_the_operator()
    {
        _world.Reconcile();
        var pauses = new List<double>();
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            var failed = _world.Fail(Reasons.SourceUnavailable);
            Assert.Equal("False/SourceUnavailable", _world.State);
            pauses.Add(failed.RequeueAfter!.Value.TotalSeconds);
            _world.Now += failed.RequeueAfter.Value - TimeSpan.FromSeconds(1);
            Assert.Null(_world.Reconcile().Create);
            _world.Now += TimeSpan.FromSeconds(1);
            Assert.NotNull(_world.Reconcile().Create);
        }

        Assert.Equal([30, 60, 120, 240, 480, 600, 600], pauses);
        Assert.Equal(8, _world.Created.Distinct().Count());
        _world.End(0, new InspectionReport { Digest = InspectionWorld.Digest });
        _world.Reconcile();
        Assert.Equal(("True/Available", 0), (_world.State, _world.Memory.Failures));
    }

    public static TheoryData<string, int?, string?, string, double?> Failures => new()
    {
        { Reasons.BadData, 3, null, Reasons.InspectionFailed, null },
        { Reasons.ModelNotLoadable, 4, null, Reasons.InspectionFailed, null },
        { Reasons.BadPlan, 2, null, Reasons.InspectionFailed, null },
        { Reasons.OutOfMemory, 1, null, Reasons.OutOfMemory, null },
        { "", 137, "OOMKilled", Reasons.OutOfMemory, null },
        { Reasons.Failed, 1, null, Reasons.InspectionFailed, 60 },
        { "", 134, null, Reasons.InspectionFailed, 60 },
        { "", null, null, Reasons.InspectionFailed, 30 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Whether_a_failed_inspection_is_repeated_depends_on_what_failed(
        string reported, int? exitCode, string? reason, string expected, double? pause)
    {
        _world.Reconcile();
        _world.End(exitCode, reported.Length == 0 ? null : new InspectionReport { Reason = reported, Error = "this is wrong" }, reason);
        var ended = _world.Reconcile();

        Assert.Equal($"False/{expected}", _world.State);
        Assert.Equal(pause is null ? null : _world.Memory.EndTime + TimeSpan.FromSeconds(pause.Value), _world.Memory.NextTime);
        Assert.Equal(pause is null, ended.RequeueAfter is null);
        Assert.Equal("True", _world.Dataset.Status.Get(ConditionTypes.Stalled)!.Status);
        AssertSettled();
    }

    [Fact]
    public void Bad_data_is_not_read_again_even_when_its_job_is_gone_with_its_time()
    {
        _world.Reconcile();
        _world.Fail(Reasons.BadData, 3);
        _world.Now += TimeSpan.FromSeconds(InspectionChildren.KeptSeconds);
        _world.Remove(_world.Job);
        _world.Reconcile();

        Assert.Equal("False/InspectionFailed", _world.State);
        Assert.Single(_world.Created);
    }

    public static TheoryData<string, Action<object>> Remedies => new()
    {
        { "its Job is deleted by hand", world => Of(world).Remove(Of(world).Job) },
        { "somebody asks", world => Of(world).Edit(spec => spec.Rerun = "1") },
        { "the spec", world => Of(world).Edit(spec => spec.TrainFile = "other.jsonl") },
        { "the pod", world => Of(world).Edit(spec => spec.Pod = new InspectionPodSettings { Memory = "8Gi" }) },
        { "the installation", world => Of(world).Options.Inspect.Pod = "{\"memory\": \"8Gi\"}" },
        { "a queue", world => Of(world).Dataset.Metadata.Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team" } },
    };

    [Theory]
    [MemberData(nameof(Remedies))]
    public void A_failed_inspection_is_repeated_at_once_when_what_may_have_failed_it_changes_or_somebody_asks(
        string what, Action<object> remedy)
    {
        _world.Reconcile();
        _world.Fail(Reasons.BadData, 3);
        remedy(_world);

        Assert.True(_world.Reconcile().Create is not null, what);
        Assert.Equal("Unknown/Inspecting", _world.State);
        Assert.Equal(2, _world.Created.Distinct().Count());
        AssertSettled();
    }

    [Fact]
    public void Wrong_files_are_told_and_not_read_again_until_somebody_asks_or_the_right_digest_is_written()
    {
        _world.Dataset.Spec.Digest = "sha256:" + new string('e', 64);
        _world.Found();
        Assert.Equal("False/DigestMismatch", _world.State);
        _world.Now += TimeSpan.FromDays(2);
        AssertSettled();

        _world.Edit(spec => spec.Digest = InspectionWorld.Digest);
        _world.Reconcile();
        Assert.Equal("True/Available", _world.State);
        Assert.Single(_world.Created);

        _world.Edit(spec => spec.Digest = "sha256:" + new string('f', 64));
        _world.Reconcile();
        Assert.Equal("Unknown/Inspecting", _world.State);
    }

    [Fact]
    public void A_job_that_is_deleted_before_its_end_is_made_anew_at_once()
    {
        _world.Reconcile();
        _world.Now += TimeSpan.FromMinutes(1);
        _world.Remove(_world.Job);

        Assert.NotNull(_world.Reconcile().Create);
        Assert.Equal(2, _world.Created.Distinct().Count());
    }

    [Fact]
    public void Something_that_deletes_every_job_is_not_fought_with()
    {
        var end = _world.Now + TimeSpan.FromHours(2);
        while (_world.Now < end)
        {
            var decision = _world.Reconcile();
            _world.Jobs.Clear();
            _world.Now += decision.RequeueAfter ?? TimeSpan.FromSeconds(1);
        }

        Assert.InRange(_world.Created.Count, 10, 25);
    }

    [Fact]
    public void An_operator_that_ends_before_it_writes_what_it_did_does_not_double_it()
    {
        _world.Do(_world.Decide());
        Assert.Null(_world.Reconcile().Create);
        Assert.Equal("Unknown/Inspecting", _world.State);

        _world.End(0, new InspectionReport { Digest = InspectionWorld.Digest });
        _world.Do(_world.Decide());
        _world.Reconcile();
        Assert.Equal("True/Available", _world.State);
        Assert.Single(_world.Created);
    }

    [Fact]
    public void A_job_may_expire_only_once_its_end_is_in_the_status()
    {
        _world.Reconcile();
        Assert.Null(_world.Job.Spec.TtlSecondsAfterFinished);
        _world.End(0, new InspectionReport { Digest = InspectionWorld.Digest });
        Assert.Null(_world.Reconcile().Expire);

        Assert.Same(_world.Job, _world.Reconcile().Expire);
        Assert.Null(_world.Reconcile().Expire);
    }

    [Theory]
    [InlineData(true, Reasons.Queued)]
    [InlineData(false, Reasons.Suspended)]
    public void A_suspended_job_is_said_to_be_so(bool hasQueue, string reason)
    {
        _world.Reconcile();
        _world.Job.Spec.Suspend = true;
        if (hasQueue)
        {
            _world.Job.Metadata.Labels[GraftApi.KueueQueueLabel] = "team-a";
        }

        _world.Reconcile();

        Assert.Equal($"Unknown/{reason}", _world.State);
        AssertSettled();
    }

    [Theory]
    [InlineData("not JSON {")]
    [InlineData("{\"digest\": \"sha256:short\"}")]
    [InlineData("{\"digest\": 7}")]
    [InlineData("{\"trainRecords\": 1e300}")]
    [InlineData("null")]
    [InlineData("")]
    public void A_report_that_cannot_be_read_is_a_failure_like_others(string text)
    {
        _world.Reconcile();
        _world.End(0, text: text);
        _world.Reconcile();

        Assert.Equal("False/InspectionFailed", _world.State);
        Assert.NotNull(_world.Memory.NextTime);
        AssertSettled();
    }

    [Fact]
    public void Whatever_a_pod_leaves_fits_the_status()
    {
        var report = InspectionReports.Read(
            $$"""{"digest": "{{InspectionWorld.Digest}}", "architecture": "{{new string('A', 500)}}", "parameters": -1, "firstBadRecord": "a\u001b[2J\nb", "later": [1]}""")!;

        Assert.Equal(InspectionWorld.Digest, report.Digest);
        Assert.Equal(128, report.Architecture!.Length);
        Assert.Null(report.Parameters);
        Assert.Equal("a [2J b", report.FirstBadRecord);
    }

    [Fact]
    public void Trouble_is_told_and_remembered_as_nothing()
    {
        var refused = _world.Decide(new InspectionTrouble(Reasons.JobCreationFailed, "exceeded quota"));
        _world.Write(refused);

        Assert.Equal("False/JobCreationFailed", _world.State);
        Assert.Null(_world.Dataset.Status!.Inspection);
        Assert.NotNull(_world.Reconcile().Create);
    }

    [Fact]
    public void An_invalid_spec_ends_what_runs_and_a_mended_one_starts_anew()
    {
        _world.Reconcile();
        _world.Fail(Reasons.BadData, 3);
        _world.Edit(spec => spec.TrainFile = "../out");
        _world.Reconcile();
        Assert.Equal("False/InvalidSpec", _world.State);
        Assert.Empty(_world.Jobs);

        _world.Edit(spec => spec.TrainFile = null);
        _world.Reconcile();
        Assert.Equal("Unknown/Inspecting", _world.State);
        Assert.Equal(2, _world.Created.Distinct().Count());
    }

    /// <summary>A decision that was carried out asks for nothing more.</summary>
    private void AssertSettled()
    {
        var before = k8s.KubernetesJson.Serialize(_world.Dataset.Status);
        var again = _world.Reconcile();
        Assert.Null(again.Create);
        Assert.Empty(again.Delete);
        Assert.Empty(again.Events);
        Assert.Equal(before, k8s.KubernetesJson.Serialize(_world.Dataset.Status));
    }

    private static InspectionWorld Of(object world)
    {
        return (InspectionWorld)world;
    }
}
