namespace Graft.Tracking.Spool;

/// <summary>How far a server has acknowledged the spool.</summary>
/// <param name="Server">The server; another one has acknowledged nothing.</param>
/// <param name="ExperimentId">MLflow's id of the experiment.</param>
/// <param name="RunId">MLflow's id of the run.</param>
/// <param name="Offset">Bytes of the spool that are on the server.</param>
internal sealed record DeliveryState(string Server, string ExperimentId, string RunId, long Offset);
