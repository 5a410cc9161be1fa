namespace Graft.Trainer.Evaluation;

/// <summary>How well a model does on held-out records.</summary>
/// <param name="Loss">Loss per labeled token.</param>
/// <param name="TokenAccuracy">Share of labeled tokens that had the largest logit.</param>
/// <param name="ExactMatch">Share of generated answers that are the expected ones; null where none were generated.</param>
public sealed record EvaluationFigures(double Loss, double TokenAccuracy, double? ExactMatch = null);
