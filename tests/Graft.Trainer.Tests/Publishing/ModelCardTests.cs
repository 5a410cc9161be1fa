using Graft.Data.Samples;
using Graft.Trainer.Publishing;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Publishing;

public sealed class ModelCardTests
{
    [Theory]
    [InlineData("Apache-2.0", null, "license: apache-2.0")]
    [InlineData("GPL-3.0-or-later", null, "license: gpl-3.0")]
    [InlineData("LGPL-2.1-only", null, "license: lgpl-2.1")]
    [InlineData("Llama 3.2: Community\n---", "https://x.example/a b", "license: other|license_name: llama-3.2--community|license_link: https://x.example/a%20b")]
    [InlineData("WordNet-3.0", "no address", "license: other|license_name: wordnet-3.0")]
    public void A_license_is_one_that_hubs_know_or_another_one(string license, string? url, string lines) =>
        Assert.Equal(lines.Split('|'), HubLicense.Lines(license, url));

    [Fact]
    public void The_card_names_a_base_on_the_hub_only_where_there_is_one_and_shows_how_to_load()
    {
        using var world = new TinyWorld();
        var recipe = TinyPlan.For(world, "out").Recipe;
        var unknown = ModelCard.Write("tiny-sounds", recipe, Figures);
        Assert.DoesNotContain("base_model:", unknown, StringComparison.Ordinal);
        Assert.Contains("library_name: peft", unknown, StringComparison.Ordinal);
        Assert.Contains("| learning rate | 0.005, cosine, 2 steps of warm-up |", unknown, StringComparison.Ordinal);
        Assert.Contains("PeftModel.from_pretrained", unknown, StringComparison.Ordinal);

        var model = recipe.LanguageModel with { HubId = "owner/tiny", Source = "./model" };
        var known = ModelCard.Write("tiny-sounds", recipe with { Parts = [model] }, Figures);
        Assert.Contains("base_model: owner/tiny", known, StringComparison.Ordinal);
        Assert.Contains("base = \"owner/tiny\"", known, StringComparison.Ordinal);
    }

    private static PublishedFigures Figures => new()
    {
        Steps = 12,
        TokensSeen = 100,
        FinalTrainingLoss = 1,
        Base = null,
        Adapted = null,
        TrainableParameters = 10,
        BaseParameters = 100,
        TrainRecords = new SampleCounts(),
        EvaluationRecords = null,
    };
}
