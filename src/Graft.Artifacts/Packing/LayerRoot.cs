namespace Graft.Artifacts.Packing;

/// <summary>Where the files of an artifact lie in its image.</summary>
public enum LayerRoot
{
    /// <summary>At the root: an image volume's mount path is the adapter folder, as PEFT and vLLM want it.</summary>
    Root,

    /// <summary>Under <c>data/</c>, as KAITO wants an adapter image.</summary>
    Data,

    /// <summary>Under <c>models/</c>, as KServe mounts a model image.</summary>
    Models,
}
