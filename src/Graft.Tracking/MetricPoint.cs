namespace Graft.Tracking;

/// <summary>A point of a curve.</summary>
/// <param name="Step">Optimizer step, from 0.</param>
/// <param name="Value">The value; any double.</param>
public readonly record struct MetricPoint(long Step, double Value);
