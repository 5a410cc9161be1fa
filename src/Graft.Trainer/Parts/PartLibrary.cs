using Graft.Api.Planning;
using Graft.Models;
using static TorchSharp.torch;

namespace Graft.Trainer.Parts;

/// <summary>
/// The frozen models in this process, each once however many runs use it: they are told apart by the digest of their files and by how they
/// are kept. One that no run uses any more is unloaded.
/// </summary>
public sealed class PartLibrary : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];

    /// <summary>The number of models in memory.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>A model, loaded unless it is there already.</summary>
    /// <param name="part">What it is.</param>
    /// <param name="folder">Its files, which have the part's digest.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="device">Where it is kept.</param>
    /// <param name="read">Told how many bytes of its weights are loaded so far.</param>
    public PartLease Borrow(ModelPart part, string folder, ScalarType type, Device device, Action<long>? read = null)
    {
        var key = new Key(part.Digest, part.RandomInitializationSeed, type, device.ToString());
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                _entries[key] = entry = new Entry(ModelPartKinds.Load(part, folder, type, device, read));
            }

            entry.Users++;
            return new PartLease(entry.Model, () => Return(key));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
            {
                entry.Model.Dispose();
            }

            _entries.Clear();
        }
    }

    private void Return(Key key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry) && --entry.Users == 0)
            {
                _entries.Remove(key);
                entry.Model.Dispose();
            }
        }
    }

    private sealed record Key(string Digest, int? Seed, ScalarType Type, string Device);

    private sealed class Entry(IFrozenModel model)
    {
        public IFrozenModel Model { get; } = model;

        public int Users { get; set; }
    }
}

/// <summary>A frozen model that is in memory for as long as this is not disposed.</summary>
public sealed class PartLease(IFrozenModel model, Action giveBack) : IDisposable
{
    private bool _isReturned;

    /// <summary>The model.</summary>
    public IFrozenModel Model { get; } = model;

    public void Dispose()
    {
        if (!_isReturned)
        {
            _isReturned = true;
            giveBack();
        }
    }
}
