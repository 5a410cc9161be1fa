using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Common;
using Graft.Trainer.Failures;

namespace Graft.Trainer.Running;

/// <summary>Brings a plan's inputs here and makes sure that they are the ones that the plan pins.</summary>
public static class RunInputs
{
    /// <summary>The files of each input, by its name in the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="begin">Begins to tell how far a part of the work is.</param>
    /// <param name="waiting">Told, in sentences, what is waited for.</param>
    /// <param name="cancellationToken">Ends a transfer.</param>
    /// <exception cref="InputException">An input is missing, cannot be fetched, or has another digest than the plan states.</exception>
    public static async Task<IReadOnlyDictionary<string, FolderListing>> PrepareAsync(
        RunPlan plan, BeginPart begin, Action<string> waiting, CancellationToken cancellationToken)
    {
        var inputs = new Dictionary<string, FolderListing>();
        var pinned = plan.Recipe.Graph.Where(part => part.FilesDigest is not null)
            .Select(part => (part.Name, Digest: part.FilesDigest!))
            .Append((Execution.DatasetInput, plan.Recipe.Data.Digest));
        foreach (var (name, digest) in pinned)
        {
            var (exitCode, reason) = name == Execution.DatasetInput
                ? (TrainerExitCodes.BadData, Reasons.BadData)
                : (TrainerExitCodes.ModelNotLoadable, Reasons.ModelNotLoadable);
            if (!plan.Execution.Inputs.TryGetValue(name, out var input))
            {
                throw new PlanFormatException($"execution.inputs.{name}: the plan does not say where this input is.");
            }

            try
            {
                if (input.Oci is not null)
                {
                    begin($"fetching {name}");
                }

                var speaking = new RegistryOptions { Transferred = Transfer(name, begin), Waiting = waiting };
                await FetchAsync(input, speaking, cancellationToken).ConfigureAwait(false);
            }
            catch (ArtifactException error)
            {
                throw new InputException(exitCode, reason, $"The input '{name}' cannot be fetched: {error.Message}", error);
            }

            if (!Directory.Exists(input.Path))
            {
                throw new InputException(exitCode, reason, $"The input '{name}' is not there: {input.Path} is no folder.");
            }

            try
            {
                var files = inputs[name] = FolderListing.Of(input.Path);
                var read = begin($"checking the files of {name}", files.Size);
                RequirePinned(name, files, digest, read, message => new InputException(exitCode, Reasons.DigestMismatch, message));
                RequireCovered(files, name == Execution.DatasetInput ? plan.Recipe.Data : null);
            }
            catch (Exception error) when (error is ArtifactException || FileFaults.IsLasting(error))
            {
                throw new InputException(exitCode, reason, $"The input '{name}' in {input.Path} cannot be read: {error.Message}", error);
            }
        }

        return inputs;
    }

    /// <summary>Tells how far a transfer is once it is known how much there is.</summary>
    private static Action<TransferProgress> Transfer(string name, BeginPart begin)
    {
        Action<long>? fetched = null;
        return progress => (fetched ??= begin($"fetching {name}", progress.Total))(progress.Done);
    }

    private static void RequirePinned(
        string name, FolderListing files, string digest, Action<long>? read, Func<string, InputException> error)
    {
        var found = FolderDigest.Compute(files, read);
        if (found != digest)
        {
            throw error(
                $"The files of the input '{name}' in {files.Folder} have the files digest {found}, the plan pins {digest}: they changed after "
                + "the plan was made. Make the plan again, or bring the files back.");
        }
    }

    /// <summary>The files that a spec names must count in the digest, or nobody would notice if they changed.</summary>
    private static void RequireCovered(FolderListing files, PlanData? data)
    {
        foreach (var file in new[] { data?.TrainFile, data?.EvaluationFile }.OfType<string>())
        {
            if (File.Exists(Path.Combine(files.Folder, file)) && !files.Covers(file))
            {
                throw new ArtifactException(
                    $"the file {file} does not count in the digest of {files.Folder}, so that nobody would notice if it changed: hidden files do "
                    + "not count, nor do those outside of the folder and what Graft writes. Give it another name or place.");
            }
        }
    }

    /// <summary>Fetches an input from its registry, unless its folder already holds something.</summary>
    internal static async Task FetchAsync(PlanInput input, RegistryOptions speaking, CancellationToken cancellationToken)
    {
        // What an earlier life of this run fetched is checked by its digest like anything else.
        if (input.Oci is { } oci && !UnfinishedFiles.IsFilled(input.Path))
        {
            await Stores.PullAsync(oci, input.Path, speaking, cancellationToken).ConfigureAwait(false);
        }
    }
}
