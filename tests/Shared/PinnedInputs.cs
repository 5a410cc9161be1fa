using Graft.Api.Planning;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;

namespace Graft.Tests;

/// <summary>What an AdapterTrainingRun names, with the digests of the files.</summary>
internal static class PinnedInputs
{
    public static Dictionary<string, PinnedInput> Of(BaseModel model, string modelDigest, TrainingDataset dataset, string datasetDigest)
    {
        return new Dictionary<string, PinnedInput>
        {
            [RecipeResolver.BasePart] = new(model, modelDigest),
            [Execution.DatasetInput] = new(dataset, datasetDigest),
        };
    }

    public static Dictionary<string, IInputResource> Of(BaseModel? model, TrainingDataset? dataset)
    {
        var inputs = new Dictionary<string, IInputResource>();
        if (model is not null)
        {
            inputs[RecipeResolver.BasePart] = model;
        }

        if (dataset is not null)
        {
            inputs[Execution.DatasetInput] = dataset;
        }

        return inputs;
    }
}
