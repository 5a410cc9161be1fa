using System.Runtime.Versioning;
using System.Text.Json.Nodes;
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
    [InlineData("state.safetensors")]
    [InlineData("checkpoint.json")]
    public void A_file_of_which_any_bit_has_changed_is_not_used_aloud_and_the_checkpoint_before_it_is(string file)
    {
        var store = Saved(1, 2);
        var path = Path.Combine(_folder, "step-00000002", file);
        var whole = File.ReadAllBytes(path);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, flipped);
            var warnings = new List<string>();

            var loaded = store.LoadNewest(warnings.Add);

            Assert.True(loaded?.Record.Step == 1, $"bit {bit} of {file}");
            var warning = Assert.Single(warnings);
            Assert.Contains("step-00000002 is not used: ", warning, StringComparison.Ordinal);
            Assert.Contains(file, warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_checkpoint_of_the_form_without_a_digest_is_not_used()
    {
        var store = Saved(1, 2);
        var path = Path.Combine(_folder, "step-00000002", "checkpoint.json");
        var record = JsonNode.Parse(File.ReadAllText(path))!["record"]!;
        record["version"] = 1;
        File.WriteAllText(path, record.ToJsonString());
        var warnings = new List<string>();

        Assert.Equal(1, store.LoadNewest(warnings.Add)!.Record.Step);
        Assert.Contains("earlier release", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_under_the_name_of_another_step_is_not_used()
    {
        var store = Saved(1, 2);
        Directory.Move(Path.Combine(_folder, "step-00000002"), Path.Combine(_folder, "step-00000009"));
        var warnings = new List<string>();

        Assert.Equal(1, store.LoadNewest(warnings.Add)!.Record.Step);
        Assert.Contains("step 2", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state.safetensors")]
    [InlineData("checkpoint.json")]
    public void A_folder_in_the_place_of_a_file_is_not_used(string file)
    {
        var store = Saved(1, 2);
        var path = Path.Combine(_folder, "step-00000002", file);
        File.Delete(path);
        Directory.CreateDirectory(path);
        var warnings = new List<string>();

        Assert.Equal(1, store.LoadNewest(warnings.Add)!.Record.Step);
        Assert.Contains("step-00000002 is not used: ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_checkpoint_that_may_not_be_read_is_not_used_and_does_not_end_the_run()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may read everything");
        var store = Saved(1, 2);
        var unreadable = Path.Combine(_folder, "step-00000002");
        File.SetUnixFileMode(unreadable, UnixFileMode.None);
        var warnings = new List<string>();
        try
        {
            Assert.Equal(1, store.LoadNewest(warnings.Add)!.Record.Step);
            Assert.Contains("denied", Assert.Single(warnings), StringComparison.Ordinal);
            Save(store, 2);
            Assert.Equal(2, store.LoadNewest(Assert.Fail)!.Record.Step);
        }
        finally
        {
            foreach (var left in Directory.GetDirectories(_folder))
            {
                File.SetUnixFileMode(left, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [Fact]
    public void A_file_in_the_place_of_a_checkpoint_is_replaced()
    {
        var store = Saved(1);
        File.WriteAllText(Path.Combine(_folder, "step-00000002"), "odd");

        Save(store, 2);

        Assert.Equal(2, store.LoadNewest(Assert.Fail)!.Record.Step);
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
