using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Tests;
using Xunit;

namespace Graft.Api.Tests.Planning;

public sealed class RecipeResolverTests
{
    [Fact]
    public void A_spec_that_says_little_gets_every_default()
    {
        var recipe = Plans.Resolve(Plans.Run());

        Assert.Equal(new TrainingSpec
        {
            Epochs = 1,
            MaxSteps = null,
            BatchSize = 8,
            GradientAccumulationSteps = 1,
            LearningRate = 2e-4,
            Schedule = "cosine",
            WarmupSteps = null,
            WarmupRatio = 0.03,
            WeightDecay = 0,
            AdamBeta1 = 0.9,
            AdamBeta2 = 0.999,
            AdamEpsilon = 1e-8,
            MaxGradientNorm = 1,
            Seed = 42,
            Precision = "float32",
        }, recipe.Training);
        Assert.Equal(new EvaluationSpec { EverySteps = 0, MaxRecords = null, GenerateRecords = 0, MaxNewTokens = 64 }, recipe.Evaluation);
        var adapter = Assert.IsType<AdapterPart>(Assert.Single(recipe.Trained));
        Assert.Equal(8, adapter.Method.Lora!.Rank);
        Assert.Null(adapter.Method.Lora.TargetModules);
    }

    [Fact]
    public void Parts_and_data_are_named_by_digest()
    {
        var recipe = Plans.Resolve(Plans.Run());

        var part = recipe.LanguageModel;
        Assert.Equal(("base", "tiny", Plans.ModelDigest), (part.Name, part.Model, part.Digest));
        Assert.Equal(("colors", Plans.DatasetDigest, "train.jsonl", "eval.jsonl"), (
            recipe.Data.Dataset, recipe.Data.Digest, recipe.Data.TrainFile, recipe.Data.EvaluationFile));
        Assert.Equal("Apache-2.0", part.License);
    }

    [Theory]
    [InlineData("instruction", "alpaca")]
    [InlineData("messages", "chatml")]
    [InlineData("text", "plain")]
    public void Records_get_their_usual_template(string format, string template)
    {
        var dataset = Plans.Dataset;
        dataset.Spec.Format = format;

        var recipe = RecipeResolver.Resolve(
            Plans.Run(), PinnedInputs.Of(Plans.Model, Plans.ModelDigest, dataset, Plans.DatasetDigest));

        Assert.Equal(template, recipe.Data.Template);
    }

    [Fact]
    public void A_number_of_steps_takes_the_place_of_epochs_and_warm_up_steps_of_the_ratio()
    {
        var training = Plans.Resolve(Plans.Run(training: new TrainingSpec { MaxSteps = 10, WarmupSteps = 2 })).Training;

        Assert.Equal((null, 10, 2, null), (training.Epochs, training.MaxSteps, training.WarmupSteps, training.WarmupRatio));
    }

    [Fact]
    public void Random_weights_bring_their_seed()
    {
        var model = Plans.Model;
        model.Spec.RandomInitialization = new RandomInitialization();
        var run = Plans.Run();
        run.Spec.Method = new MethodSpec { Full = new FullSpec() };

        var recipe = RecipeResolver.Resolve(run, PinnedInputs.Of(model, Plans.ModelDigest, Plans.Dataset, Plans.DatasetDigest));

        Assert.Equal(0, recipe.LanguageModel.RandomInitializationSeed);
        Assert.NotNull(((AdapterPart)recipe.Trained.Single()).Method.Full);
    }

    [Fact]
    public void Target_modules_are_a_set()
    {
        var one = Plans.Resolve(Plans.Run(new LoraSpec { TargetModules = ["v_proj", "q_proj", "v_proj"] }));
        var other = Plans.Resolve(Plans.Run(new LoraSpec { TargetModules = ["q_proj", "v_proj"] }));

        Assert.Equal(["q_proj", "v_proj"], ((AdapterPart)one.Trained.Single()).Method.Lora!.TargetModules!);
        Assert.Equal(RecipeHash.Of(other), RecipeHash.Of(one));
    }

    [Fact]
    public void Resolving_leaves_the_spec_as_it_was()
    {
        var run = Plans.Run();
        var before = k8s.KubernetesJson.Serialize(run);

        Plans.Resolve(run);

        Assert.Equal(before, k8s.KubernetesJson.Serialize(run));
    }
}
