namespace Graft.Artifacts.SafeTensors;

/// <summary>
/// One tensor of a file: its name, element type, shape, and where its bytes lie (offsets into the data section, end exclusive).
/// </summary>
public sealed record SafeTensorEntry(string Name, SafeTensorType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Number of bytes.</summary>
    public long ByteCount => End - Begin;
}
