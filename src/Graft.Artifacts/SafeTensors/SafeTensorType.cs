namespace Graft.Artifacts.SafeTensors;

/// <summary>The element types of the safetensors format that Graft reads and writes.</summary>
public enum SafeTensorType
{
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    BOOL,
}

/// <summary>Sizes and names of <see cref="SafeTensorType"/>. The enum's member names are the format's own.</summary>
public static class SafeTensorTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafeTensorType type) => type switch
    {
        SafeTensorType.F64 or SafeTensorType.I64 => 8,
        SafeTensorType.F32 or SafeTensorType.I32 => 4,
        SafeTensorType.F16 or SafeTensorType.BF16 or SafeTensorType.I16 => 2,
        _ => 1,
    };

    internal static bool TryParse(string name, out SafeTensorType type) =>
        Enum.TryParse(name, ignoreCase: false, out type) && Enum.IsDefined(type) && type.ToString() == name;
}
