namespace Graft.Tracking;

/// <summary>
/// The points (key, step) that earlier lives of a run recorded. A resumed run repeats the steps after its checkpoint with
/// the same values but at another time, which MLflow would keep as second points.
/// </summary>
internal sealed class RecordedPoints
{
    private readonly HashSet<(string Key, long Step)> _points = [];

    public void Add(string key, long step)
    {
        _points.Add((key, step));
    }

    public bool Contains(string key, long step)
    {
        return _points.Contains((key, step));
    }
}
