using Graft.Data.Batches;
using Graft.Trainer.Checkpoints;
using TorchSharp;
using Xunit;

namespace Graft.Trainer.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private const string Plan = "sha256:abc";

    private readonly string _folder = Directory.CreateTempSubdirectory("graft-checkpoints-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_newest_two_are_kept_and_the_newest_is_loaded()
    {
        var store = Saved(1, 2, 10);

        var loaded = store.LoadNewest(Assert.Fail)!;

        Assert.Equal(["step-00000002", "step-00000010"], Names());
        Assert.Equal(10, loaded.Record.Step);
        Assert.Equal([10f, 11f, 12f], loaded.Tensors["x"].data<float>().ToArray());
    }

    [Theory]
    [InlineData("state.safetensors", -1)]
    [InlineData("state.safetensors", 40)]
    [InlineData("checkpoint.json", 0)]
    public void A_damaged_newest_is_passed_over_aloud_and_the_one_before_is_loaded(string file, int place)
    {
        var store = Saved(1, 2);
        var path = Path.Combine(_folder, "step-00000002", file);
        var bytes = File.ReadAllBytes(path);
        bytes[place < 0 ? bytes.Length - 1 : place] ^= 0x10;
        File.WriteAllBytes(path, bytes);
        var warnings = new List<string>();

        var loaded = store.LoadNewest(warnings.Add)!;

        Assert.Equal(1, loaded.Record.Step);
        Assert.Contains("step-00000002 is damaged", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_off_file_is_noticed_and_with_no_whole_checkpoint_there_is_none()
    {
        var store = Saved(3);
        using (var file = File.OpenWrite(Path.Combine(_folder, "step-00000003", "state.safetensors")))
        {
            file.SetLength(file.Length / 2);
        }

        var warnings = new List<string>();

        Assert.Null(store.LoadNewest(warnings.Add));
        Assert.Single(warnings);
    }

    [Fact]
    public void A_checkpoint_of_another_plan_is_refused_with_both_hashes()
    {
        Saved(3);

        var error = Assert.Throws<ForeignCheckpointException>(() => new CheckpointStore(_folder, "sha256:def").LoadNewest(Assert.Fail));

        Assert.Contains(Plan, error.Message, StringComparison.Ordinal);
        Assert.Contains("sha256:def", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_never_loaded_and_goes_away_with_the_next_save()
    {
        var store = Saved(3);
        var half = Path.Combine(_folder, ".step-00000004.77");
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "state.safetensors"), "half");

        Assert.Equal(3, store.LoadNewest(Assert.Fail)!.Record.Step);
        Save(store, 5);
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public void A_step_that_is_saved_again_replaces_the_one_that_was_there()
    {
        var store = Saved(1, 2);
        File.WriteAllText(Path.Combine(_folder, "step-00000002", "checkpoint.json"), "{");

        Save(store, 2);

        Assert.Equal(2, store.LoadNewest(Assert.Fail)!.Record.Step);
    }

    [Fact]
    public void A_checkpoint_of_another_order_of_the_records_is_left_out_aloud_and_gives_way_to_what_is_saved_next()
    {
        var store = Saved(1);
        Save(store, 7, order: StepPlan.Order - 1);
        var warnings = new List<string>();

        Assert.Equal(1, store.LoadNewest(warnings.Add)!.Record.Step);
        Assert.Contains("step-00000007 was made by a release that put the records in another order", Assert.Single(warnings), StringComparison.Ordinal);
        Save(store, 2);
        Assert.Equal(["step-00000001", "step-00000002"], Names());
    }

    private CheckpointStore Saved(params int[] steps)
    {
        var store = new CheckpointStore(_folder, Plan);
        foreach (var step in steps)
        {
            Save(store, step);
        }

        return store;
    }

    private static void Save(CheckpointStore store, int step, int order = StepPlan.Order)
    {
        using var x = torch.tensor([step, step + 1f, step + 2f]);
        var record = new CheckpointRecord
        {
            PlanHash = Plan,
            Step = step,
            Order = order,
            OptimizerUpdates = step,
            TokensSeen = 1,
            TrainingSeconds = 1,
            Threads = 1,
            Device = "cpu",
        };
        store.Save(record, [KeyValuePair.Create("x", x)]);
    }

    private string[] Names() => [.. Directory.EnumerateDirectories(_folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];
}
