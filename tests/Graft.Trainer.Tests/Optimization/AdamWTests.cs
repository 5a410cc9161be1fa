using Graft.Adapters;
using Graft.Trainer.Optimization;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Trainer.Tests.Optimization;

/// <summary>Against libtorch's own optimizer and clipping.</summary>
public sealed class AdamWTests
{
    [Fact]
    public void Ten_updates_are_those_of_torch_optim()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        Parameter ours = new(randn(7, 3)), theirs = new(ours.detach().clone());
        using var optimizer = new Graft.Trainer.Optimization.AdamW(
            [new ParameterGroup("all", [new TrainableParameter("w", ours)])], new AdamWOptions(0.8, 0.95, 1e-6, 0.1));
        using var reference = optim.AdamW([theirs], lr: 1, beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: 0.1);

        for (var step = 0; step < 10; step++)
        {
            var gradient = randn(7, 3);
            var rate = 0.01 * (step + 1);
            ours.grad = gradient.clone();
            theirs.grad = gradient.clone();
            optimizer.Update(rate);
            foreach (var group in reference.ParamGroups)
            {
                group.LearningRate = rate;
            }

            reference.step();
        }

        Assert.True((ours - theirs).abs().max().item<float>() < 1e-6f);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1000)]
    public void Clipping_is_that_of_torch_and_returns_the_norm_before(double limit)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        Parameter[] ours = [new(zeros(5, 4)), new(zeros(9))], theirs = [new(zeros(5, 4)), new(zeros(9))];
        for (var i = 0; i < ours.Length; i++)
        {
            var gradient = randn(ours[i].shape);
            ours[i].grad = gradient.clone();
            theirs[i].grad = gradient.clone();
        }

        var norm = Gradients.Clip([.. ours.Select((p, i) => new TrainableParameter($"{i}", p))], limit);
        var reference = nn.utils.clip_grad_norm_(theirs, limit);

        Assert.Equal(reference, norm, 1e-5);
        Assert.All(ours.Zip(theirs), pair => Assert.True((pair.First.grad! - pair.Second.grad!).abs().max().item<float>() < 1e-6f));
    }
}
