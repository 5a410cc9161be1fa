using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Graft.Artifacts.SafeTensors;
using Xunit;

namespace Graft.Artifacts.Tests.SafeTensors;

public sealed class SafeTensorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graft-safetensors-").FullName;

    private static readonly Gen<SafeTensorContent[]> Tensors =
        Gen.Select(
            Gen.Enum<SafeTensorType>(), Gen.Long[0, 4].Array[0, 3], Gen.Byte.Array[0, 64], (type, shape, noise) => (type, shape, noise))
            .Array[0, 6]
            .Select(items => items.Select((item, i) => Content($"layer.{i}.weight", item.type, item.shape, item.noise)).ToArray());

    [Fact]
    public void What_is_written_is_read_back_byte_for_byte()
    {
        var path = Path.Combine(_folder, "a.safetensors");
        Tensors.Sample(
            tensors =>
            {
                SafeTensorWriter.Write(path, tensors);
                var header = SafeTensorHeader.Read(path);
                var bytes = File.ReadAllBytes(path);
                Assert.Equal(tensors.Length, header.Entries.Count);
                Assert.Equal("pt", header.Metadata["format"]);
                Assert.Equal(0, header.DataOffset % 8);
                foreach (var tensor in tensors)
                {
                    var entry = header.Find(tensor.Name)!;
                    Assert.Equal(tensor.Type, entry.Type);
                    Assert.Equal(tensor.Shape, entry.Shape);
                    Assert.Equal(0, entry.Begin % tensor.Type.Size());
                    Assert.Equal(Bytes(tensor), bytes[(int)(header.DataOffset + entry.Begin)..(int)(header.DataOffset + entry.End)]);
                }
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_file()
    {
        var forward = Path.Combine(_folder, "f.safetensors");
        var backward = Path.Combine(_folder, "b.safetensors");
        Tensors.Sample(
            tensors =>
            {
                SafeTensorWriter.Write(forward, tensors);
                SafeTensorWriter.Write(backward, tensors.Reverse());
                Assert.Equal(File.ReadAllBytes(forward), File.ReadAllBytes(backward));
            },
            iter: 50,
            threads: 1);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        var path = Path.Combine(_folder, "a.safetensors");
        SafeTensorWriter.Write(path, [Content("w", SafeTensorType.U8, [3], [1, 2, 3])]);
        var before = File.ReadAllBytes(path);
        var broken = new SafeTensorContent("w", SafeTensorType.U8, [3], _ => throw new IOException("disk full"));
        Assert.Throws<IOException>(() => SafeTensorWriter.Write(path, [broken]));
        var tooShort = new SafeTensorContent("w", SafeTensorType.U8, [3], stream => stream.WriteByte(1));
        Assert.Contains("'w' wrote 1 bytes", Assert.Throws<ArgumentException>(() => SafeTensorWriter.Write(path, [tooShort])).Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype = \"F4\" is not supported")]
    [InlineData("""{"a":{"dtype":"3","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype = \"3\" is not supported")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "4 bytes follow the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "uplicate")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "shape = [-1] must be")]
    [InlineData("""{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,1]}}""", 1, "a size that 64 bits hold")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, "'data_offsets' is missing")]
    [InlineData("""{"__metadata__":{"format":1}}""", 0, "__metadata__: format = 1 must be a string")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "not JSON")]
    public void A_damaged_header_is_refused_with_its_reason(string json, long dataLength, string reason)
    {
        var e = Assert.Throws<SafeTensorException>(() => SafeTensorHeader.Parse(Encoding.UTF8.GetBytes(json), dataLength, "x.safetensors"));
        Assert.Contains(reason, e.Message);
        Assert.StartsWith("x.safetensors", e.Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 1, 2 })]
    [InlineData(new byte[] { 200, 0, 0, 0, 0, 0, 0, 0, 123, 125 })]
    public void A_file_too_short_for_its_header_is_refused(byte[] bytes)
    {
        var path = Path.Combine(_folder, "short.safetensors");
        File.WriteAllBytes(path, bytes);
        Assert.Throws<SafeTensorException>(() => SafeTensorHeader.Read(path));
    }

    [Fact]
    public void A_file_that_lost_its_end_is_refused()
    {
        var path = Path.Combine(_folder, "a.safetensors");
        SafeTensorWriter.Write(path, [Content("w", SafeTensorType.I64, [4], [])]);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^3]);
        Assert.Contains("cut off", Assert.Throws<SafeTensorException>(() => SafeTensorHeader.Read(path)).Message);
        Assert.Equal(bytes.Length - 32, 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SafeTensorContent Content(string name, SafeTensorType type, long[] shape, byte[] noise)
    {
        var count = shape.Aggregate((long)type.Size(), (product, size) => product * size);
        var bytes = Enumerable.Range(0, (int)count).Select(i => noise.Length == 0 ? (byte)i : noise[i % noise.Length]).ToArray();
        return new SafeTensorContent(name, type, shape, stream => stream.Write(bytes));
    }

    private static byte[] Bytes(SafeTensorContent tensor)
    {
        using var stream = new MemoryStream();
        tensor.WriteTo(stream);
        return stream.ToArray();
    }
}
