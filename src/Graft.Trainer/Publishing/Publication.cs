using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Artifacts.Packing;
using Graft.Artifacts.Registry;
using Graft.Common;
using Graft.Trainer.Running;

namespace Graft.Trainer.Publishing;

/// <summary>
/// Where and as what a plan's adapter is published. Each attempt opens the store anew, and with it reads the credentials anew.
/// </summary>
/// <param name="plan">The plan.</param>
internal sealed class Publication(RunPlan plan)
{
    private const string CopyFolderName = "published";

    private readonly PlanPublish _publish = plan.Execution.Publish;
    private readonly LayerRoot _layout = Layout(plan.Execution);

    /// <summary>The place, for people.</summary>
    public string Place => $"{_publish.Repository ?? _publish.Directory}/{_publish.Name}";

    /// <summary>Asks the store, before anything is trained, whether it will take the adapter.</summary>
    /// <exception cref="ArtifactException">It cannot be reached, or refuses.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Stores.ForPublishing(_publish, Stores.Preflight).CheckAsync(_publish.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactException error)
        {
            var nothing = plan.Execution.Published is null ? "trained" : "copied";
            throw new ArtifactException(
                $"The adapter could not be published at {Place}, so nothing was {nothing}. {error.Message}", error, error.Failure);
        }
    }

    /// <summary>Publishes a folder, or what is published elsewhere, once.</summary>
    /// <param name="trainedFolder">The folder.</param>
    /// <param name="speaking">How to speak to registries, apart from what the plan says of each.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArtifactException">It failed; the exception says whether trying again can help.</exception>
    public async Task<PublishedArtifact> PublishAsync(
        string trainedFolder, RegistryOptions speaking, CancellationToken cancellationToken)
    {
        var request = new PublishRequest
        {
            Name = _publish.Name,
            RunUid = _publish.RunUid ?? plan.Execution.Run.Uid,
            PlanHash = RecipeHash.Of(plan.Recipe),
            BaseModel = plan.Recipe.LanguageModel.Model,
            Root = _layout,
        };
        try
        {
            var store = Stores.ForPublishing(_publish, speaking);
            return plan.Execution.Published is { } elsewhere
                ? await CopyAsync(store, elsewhere, speaking, request, cancellationToken).ConfigureAwait(false)
                : await store.PublishAsync(trainedFolder, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // A disk that is full or not writable: somebody may make room.
            var size = Directory.Exists(trainedFolder)
                ? new DirectoryInfo(trainedFolder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
                : (long?)null;
            var why = FileFaults.Describe(error, _publish.Directory ?? plan.Execution.OutputDirectory, size);
            throw new ArtifactException($"Publishing at {Place} fails: {why}", error, ArtifactFailure.Refused);
        }
    }

    /// <summary>What is wrong with the plan is told before the training, not after it.</summary>
    private static LayerRoot Layout(Execution execution)
    {
        if (execution.Published is { Reference: var reference } && !reference.Contains("@sha256:", StringComparison.Ordinal))
        {
            throw new PlanFormatException($"execution.published.reference: '{reference}' has no digest; give REPOSITORY@sha256:….");
        }

        return Enum.TryParse(execution.Publish.Layout, ignoreCase: true, out LayerRoot layout) && Enum.IsDefined(layout)
            ? layout
            : throw new PlanFormatException(
                $"execution.publish.layout: '{execution.Publish.Layout}' is not known; known are root, data, models.");
    }

    private async Task<PublishedArtifact> CopyAsync(
        IArtifactStore store, PlanOci elsewhere, RegistryOptions speaking, PublishRequest request, CancellationToken cancellationToken)
    {
        var work = Path.Combine(plan.Execution.OutputDirectory, CopyFolderName);
        var published = await store.CopyAsync(
            elsewhere.Reference, Stores.Options(elsewhere, speaking), work, request, cancellationToken).ConfigureAwait(false);
        Directory.Delete(work, recursive: true);
        return published;
    }
}
