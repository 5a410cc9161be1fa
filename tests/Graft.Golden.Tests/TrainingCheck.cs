using Graft.Adapters;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Training;
using Graft.Trainer.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Loss, gradients and optimizer steps on a case's one batch.</summary>
internal sealed class TrainingCheck(
    GoldenCase golden, ICausalLanguageModel model, ModelHooks hooks, IReadOnlyList<TrainableParameter> trained)
{
    private readonly Dictionary<string, Tensor> _byName = trained.ToDictionary(p => p.Name, p => (Tensor)p.Value, StringComparer.Ordinal);

    /// <summary>What an adapter trains, restricted to the tensors the case trains.</summary>
    public static TrainingCheck Of(GoldenCase golden, ICausalLanguageModel model, IAdapter adapter)
    {
        var names = golden.Description["trainable_names"]!.AsArray().Select(name => name!.GetValue<string>()).ToHashSet();
        return new TrainingCheck(
            golden,
            model,
            adapter.TrainingHooks,
            [.. adapter.Trainable.Where(p => names.Contains(p.Name))]);
    }

    /// <summary>Everything the folder has: the start, outputs, gradients, and the tensors and losses of the optimizer's steps.</summary>
    public void Run()
    {
        Compare.SameNames(
            golden.Description["trainable_names"]!.AsArray().Select(name => name!.GetValue<string>()), _byName.Keys, "trained tensors");
        Compare.Close(
            golden.Description["trainable_parameters"]!.GetValue<long>(), _byName.Values.Sum(p => p.numel()), 0, "trained numbers");
        if (golden.Has("trainable.safetensors"))
        {
            CompareAll("trainable.safetensors", name => _byName[name], _ => 0, "start of");
        }

        CheckOutputs();
        CheckGradients();
        if (golden.Has("trained.safetensors"))
        {
            CheckSteps();
        }
    }

    private void CheckOutputs()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var hidden = model.Hidden(TokenBatch.Of(golden.Input("input_ids")), hooks);
        // PEFT gives logits for virtual tokens too, in front.
        var expected = golden.Output("logits");
        Compare.Close(
            expected.narrow(1, expected.shape[1] - hidden.shape[1], hidden.shape[1]),
            model.Logits(hidden, hooks),
            Compare.Outputs,
            "logits",
            golden.Input("attention_mask"));
        Compare.Close(golden.Output("loss").ToDouble(), Loss().ToDouble(), Compare.Loss, "loss");
    }

    private void CheckGradients()
    {
        using var scope = NewDisposeScope();
        Loss().backward();
        if (golden.Has("grads.safetensors"))
        {
            foreach (var (name, expected) in golden.Tensors("grads.safetensors"))
            {
                Compare.Close(expected, _byName[name].grad!, Compare.GradientTolerance(expected), $"gradient of {name}");
            }
        }

        Gradients.Clear(trained);
    }

    private void CheckSteps()
    {
        var settings = golden.Description["optimizer"]!;
        double Setting(string name) => settings[name]!.GetValue<double>();
        var losses = golden.Description["losses_before_each_step_then_after_last"]!.AsArray().Select(
            loss => loss!.GetValue<double>()).ToList();
        var options = new AdamWOptions(
            settings["betas"]![0]!.GetValue<double>(), settings["betas"]![1]!.GetValue<double>(), Setting("eps"), Setting("weight_decay"));
        using var optimizer = new AdamW([new ParameterGroup(ParameterGroup.Whole, trained)], options);
        var steps = settings["steps"]!.GetValue<int>();
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var loss = Loss();
            Compare.Close(losses[step], loss.ToDouble(), Compare.Trained, $"loss before step {step + 1}");
            loss.backward();
            optimizer.Update(Setting("lr"));
            Gradients.Clear(trained);
        }

        CompareAll("trained.safetensors", name => _byName[name], _ => Compare.Trained, $"after {steps} steps,");
        using (no_grad())
        {
            Compare.Close(losses[^1], Loss().ToDouble(), Compare.Trained, "loss after the last step");
        }
    }

    private Tensor Loss()
    {
        var hidden = model.Hidden(TokenBatch.Of(golden.Input("input_ids")), hooks);
        var loss = NextTokenLoss.Of(model, hidden, golden.Input("labels"), hooks);
        return loss.Sum / loss.Count;
    }

    private void CompareAll(string file, Func<string, Tensor> actual, Func<Tensor, double> tolerance, string what)
    {
        foreach (var (name, expected) in golden.Tensors(file))
        {
            Compare.Close(expected, actual(name), tolerance(expected), $"{what} {name}");
        }
    }
}
