using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Models;
using Graft.Models.Weights;
using Graft.Trainer.Failures;
using Graft.Trainer.Parts;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Trainer.Tests.Running;

/// <summary>
/// Whatever stands in a model's folder, inspecting it and beginning a run on it end in one of two ways: it is loaded, or one sentence says
/// what is wrong in which file, with an exit status that nobody repeats. Neither takes much memory or time.
/// </summary>
public sealed class DamagedFolderTests : IDisposable
{
    /// <summary>What a case may allocate: far more than ordinary folders of this size take, far less than hurts.</summary>
    private const long MostBytes = 512L << 20;

    private static readonly int[] Lasting = [TrainerExitCodes.BadPlan, TrainerExitCodes.BadData, TrainerExitCodes.ModelNotLoadable];

    private readonly TinyWorld _world = new();

    public DamagedFolderTests()
    {
        // Enough to be read with each folder's tokenizer, and little enough for a thousand folders.
        foreach (var file in new[] { "train.jsonl", "heldout.jsonl" }.Select(name => Path.Combine(_world.Data, name)))
        {
            File.WriteAllLines(file, File.ReadLines(file).Take(2).ToList());
        }
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Fields_of_every_kind_load_or_give_a_sentence() => Check(DamagedFolders.Fields(), atLeast: 163);

    [Fact]
    public void Files_of_every_kind_load_or_give_a_sentence() => Check(DamagedFolders.Files(), atLeast: 100);

    [Fact]
    public void Tokenizer_parts_load_or_give_a_sentence() => Check(DamagedFolders.Tokenizers(), atLeast: 30);

    [Fact]
    public void Headers_of_weight_files_load_or_give_a_sentence() => Check(DamagedFolders.Headers(), atLeast: 36);

    [Fact]
    public void Encoders_load_or_give_a_sentence()
    {
        var encoder = new PictureWorld(_world).Encoder;
        using (var model = VisionEncoders.Initialize(encoder, seed: 1))
        {
            TensorFiles.Save(Path.Combine(encoder, Checkpoint.SingleFile), model.Parameters);
        }

        Check(DamagedFolders.Encoders().Prepend(Nothing), atLeast: 60, encoder, Inspect);
    }

    [Fact]
    public void A_folder_that_is_not_damaged_loads()
    {
        Assert.Null(Problem(Nothing, _world.Model, Read, out var refusal));
        Assert.Null(refusal);
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_named()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess || OperatingSystem.IsWindows(), "Root may read every file.");
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            var problem = Problem(
                new Damage(file, folder => Lock(Path.Combine(folder, file))), _world.Model, Read, out var refusal);
            Assert.Null(problem);
            Assert.Contains(file, refusal, StringComparison.Ordinal);
        }
    }

    private static void Lock(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }
    }

    private static Damage Nothing { get; } = new("nothing", _ => { });

    private void Check(IEnumerable<Damage> damages, int atLeast) => Check(damages, atLeast, _world.Model, Read);

    private void Check(IEnumerable<Damage> damages, int atLeast, string source, Action<string> read)
    {
        var count = 0;
        var problems = new List<string>();
        foreach (var damage in damages)
        {
            count++;
            if (Problem(damage, source, read, out _) is { } problem)
            {
                problems.Add($"{damage.Name}: {problem}");
            }
        }

        Assert.True(problems.Count == 0, $"{problems.Count} of {count}:\n{string.Join('\n', problems)}");
        Assert.True(count >= atLeast, $"{count}");
    }

    /// <summary>What is wrong with how a damaged folder is refused or loaded; null where nothing is.</summary>
    private string? Problem(Damage damage, string source, Action<string> read, out string? refusal)
    {
        refusal = null;
        var folder = Path.Combine(_world.Root, "damaged");
        Directory.CreateDirectory(folder);
        try
        {
            foreach (var file in Directory.EnumerateFiles(source))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            damage.Do(folder);
            var before = GC.GetTotalAllocatedBytes();
            var error = Record.Exception(() => read(folder));
            var taken = GC.GetTotalAllocatedBytes() - before;
            if (taken > MostBytes)
            {
                return $"takes {taken >> 20} MiB";
            }

            if (error is null)
            {
                return null;
            }

            var failure = TrainerFailure.From(error);
            refusal = failure.Message;
            return !failure.IsExplained || !Lasting.Contains(failure.ExitCode) ? $"ends with {error.GetType().Name}: {failure.Message} {error.StackTrace?.Split('\n')[0]}"
                : failure.Message.Any(char.IsControl) ? $"is told on several lines: {failure.Message}"
                : failure.Message.Length is < 20 or > 2500 ? $"is told at length: {failure.Message}"
                : !failure.Message.Contains("damaged", StringComparison.Ordinal) ? $"does not name the file: {failure.Message}"
                : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Inspect(string folder)
    {
        var input = new PlanInput { Path = folder };
        _ = Inspection.Of(
            new InspectionPlan { Input = input, Model = new InspectedModel { Format = "huggingFace" } }, selfContained: false);
    }

    /// <summary>What an inspection does, and then what a run does before its first step.</summary>
    private void Read(string folder)
    {
        Inspect(folder);
        using var library = new PartLibrary();
        var plan = TinyPlan.For(_world, "out");
        var inputs = new Dictionary<string, FolderListing>
        {
            ["base"] = FolderListing.Of(folder),
            [Execution.DatasetInput] = FolderListing.Of(_world.Data),
        };
        using var run = LoadedRun.Load(plan, inputs, CPU, library, (_, _) => _ => { });
    }
}
