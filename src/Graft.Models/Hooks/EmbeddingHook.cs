using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Changes the input embeddings, e.g. writes trained vectors over placeholder positions.</summary>
public interface IEmbeddingHook
{
    /// <summary>Gives the embeddings that enter the first block, [B, T, hidden], from the frozen ones and the ids [B, T] they came from
    /// (null when the caller gave embeddings).</summary>
    Tensor Apply(Tensor embeddings, Tensor? inputIds);
}
