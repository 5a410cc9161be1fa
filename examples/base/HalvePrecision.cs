// Writes a safetensors file again with float16 in place of float32.
//
//   dotnet run examples/base/HalvePrecision.cs -- FROM TO
#:project ../../src/Graft.Artifacts/Graft.Artifacts.csproj
#:property PublishAot=false

using System.Buffers.Binary;
using Graft.Artifacts.SafeTensors;

if (args is not [var from, var to])
{
    Console.Error.WriteLine("usage: dotnet run HalvePrecision.cs -- FROM TO");
    return 2;
}

var header = SafeTensorHeader.Read(from);
SafeTensorWriter.Write(to, [.. header.Entries.Select(Halve)], SafeTensorWriter.PyTorchMetadata);
Console.WriteLine($"{to}: {header.Entries.Sum(entry => entry.ElementCount)} parameters, {new FileInfo(to).Length} bytes");
return 0;

SafeTensorContent Halve(SafeTensorEntry entry)
{
    return entry.Type == SafeTensorType.F32
        ? new SafeTensorContent(entry.Name, SafeTensorType.F16, entry.Shape, target => target.Write(Halves(Bytes(entry))))
        : throw new NotSupportedException($"{from}: {entry.Name} is {entry.Type}; only F32 can be halved.");
}

byte[] Bytes(SafeTensorEntry entry)
{
    var bytes = new byte[entry.ByteCount];
    using var file = File.OpenRead(from);
    file.Position = header.DataOffset + entry.Begin;
    file.ReadExactly(bytes);
    return bytes;
}

static byte[] Halves(byte[] singles)
{
    var halves = new byte[singles.Length / 2];
    for (var at = 0; at < singles.Length; at += 4)
    {
        var half = (Half)BinaryPrimitives.ReadSingleLittleEndian(singles.AsSpan(at));
        BinaryPrimitives.WriteHalfLittleEndian(halves.AsSpan(at / 2), half);
    }

    return halves;
}
