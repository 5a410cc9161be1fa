using System.IO.Compression;
using System.Text;
using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Archives that nobody would make but to do harm: each is unpacked within its folder, or refused in words.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private const int Batches = 8;
    private const int BatchSize = 150;
    private const string Secret = "secret";

    private static readonly string[] Names =
    [
        "a", "a/", "a/b", "a/b/", "a/b/c", "b", "./a", "a//b", "a/./b", "a/../b", "../x", "a/../../x", "/x", "..", ".", "", "/",
        "a\n\u001b[31mb", "up", "up/x", "l", "l/a", "l/l/a", ".wh.a", ".wh..wh..opq", "a/.wh.b", "a/.wh...", ".wh.", ".wh...",
        "\u202e", new string('n', 300),
        string.Concat(Enumerable.Repeat("d/", 200)) + "f",
    ];

    private static readonly string[] Targets =
    [
        "a", "b", "a/b", ".", "..", "../..", "../secret", "up", "up/..", "up/../../secret", "l", "l/..", "l/../..", "/etc/passwd", "/", "",
        "nothing", "a/../..", "./../secret", "a\0b",
    ];

    private static readonly string[] LongSizes = ["99999999999999999999", "-1", "1", "9223372036854775807", "x"];

    private static readonly string[] Sizes =
    [
        "77777777777", "-0000000001", "xxxxxxxxxxx", "00000000000", "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
    ];

    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Batches)];

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task An_archive_stays_in_its_folder_or_is_refused_in_words(int batch)
    {
        var unpacked = 0;
        for (var seed = batch * BatchSize; seed < (batch + 1) * BatchSize; seed++)
        {
            var random = new Random(seed);
            var root = Directory.CreateDirectory(_temporary.At($"{seed}")).FullName;
            await File.WriteAllTextAsync(Path.Combine(root, "secret"), Secret, Cancellation);
            var folder = Directory.CreateDirectory(Path.Combine(root, "out")).FullName;
            var archive = Damaged(Archive(random), random);
            try
            {
                await LayerExtractor.ExtractAsync(Layer(archive), new MemoryStream(archive), folder, Cancellation);
                FolderLinks.Check(folder);
                Assert.Empty(Leading(folder));
                unpacked++;
            }
            catch (ArtifactException)
            {
                // Refused in words, whatever was wrong with it.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }

            var there = Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal);
            Assert.Equal(["out", "secret"], there);
            Assert.Equal(Secret, await File.ReadAllTextAsync(Path.Combine(root, "secret"), Cancellation));
            Directory.Delete(root, recursive: true);
        }

        Assert.InRange(unpacked, BatchSize / 20, BatchSize - 1);
    }

    [Fact]
    public async Task Copies_are_counted_as_what_they_take()
    {
        var archive = Tar([Entry("a", '0', new byte[1000]), .. Enumerable.Range(0, 20).Select(i => Entry($"copy{i}", '1', [], link: "a"))]);
        Directory.CreateDirectory(_temporary.At("out"));

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => LayerExtractor.ExtractTarAsync(new MemoryStream(archive), _temporary.At("out"), Cancellation, mostBytes: 10_000));

        Assert.Contains("'copy10' is one of so many copies", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_that_lead_back_to_their_own_folder_are_not_walked()
    {
        var archive = Tar([.. Enumerable.Range(0, 8).Select(i => Entry($"d/l{i}", '2', [], link: ".")), Entry("d/a", '0', [1])]);
        Directory.CreateDirectory(_temporary.At("out"));
        await LayerExtractor.ExtractTarAsync(new MemoryStream(archive), _temporary.At("out"), Cancellation);

        // Through the links there are 8^40 ways: the test would not end.
        FolderLinks.Check(_temporary.At("out"));
    }

    [Fact]
    public async Task A_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file()
    {
        var archive = Tar(
        [
            Entry("a/b", '0', "old"u8.ToArray()), Entry("a", '0', "new"u8.ToArray()),
            Entry("c", '0', []), Entry("c/", '5', []), Entry("c/d", '0', []),
        ]);
        Directory.CreateDirectory(_temporary.At("out"));
        await LayerExtractor.ExtractTarAsync(new MemoryStream(archive), _temporary.At("out"), Cancellation);

        Assert.Equal("new", File.ReadAllText(_temporary.At("out/a")));
        Assert.True(File.Exists(_temporary.At("out/c/d")));
    }

    /// <summary>The files that can be read through links of the folder and are not in it.</summary>
    private static IEnumerable<string> Leading(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, MaxRecursionDepth = 3 };
        return Directory.EnumerateFileSystemEntries(folder, "*", options)
            .Where(path => new FileInfo(path).LinkTarget is not null)
            .Where(path => File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true } file
                && File.ReadAllText(file.FullName) == Secret);
    }

    private static Descriptor Layer(byte[] content)
    {
        var isPacked = content is [0x1f, 0x8b, ..];
        return new Descriptor
        {
            MediaType = isPacked ? "application/vnd.oci.image.layer.v1.tar+gzip" : "application/vnd.oci.image.layer.v1.tar",
            Digest = OciDigest.Of(content),
            Size = content.Length,
        };
    }

    private static byte[] Archive(Random random)
    {
        return Tar([.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => Some(random))]);
    }

    private static byte[] Some(Random random)
    {
        var name = Names[random.Next(Names.Length)];
        var target = Targets[random.Next(Targets.Length)];
        var content = Encoding.UTF8.GetBytes(new string('x', random.Next(700)));
        return random.Next(16) switch
        {
            < 5 => Entry(name, '0', content),
            < 7 => Entry(name, '5', []),
            < 10 => Entry(name, '2', [], link: target),
            < 12 => Entry(name, '1', [], link: target),
            12 => Entry(name, "3467DSVMxNLKX\0"[random.Next(14)], content),
            // A header for the next entry: its size, name and link in other words.
            13 => Entry("h", 'x', Pax(("size", Pick(random, LongSizes)), ("path", name), ("linkpath", target))),
            14 => Entry("h", random.Next(2) == 0 ? 'L' : 'K', Encoding.UTF8.GetBytes(target + "\0")),
            _ => Entry(name, '0', content, size: Pick(random, Sizes)),
        };
    }

    private static byte[] Damaged(byte[] archive, Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                return archive[..random.Next(archive.Length)];
            case 1:
                archive[random.Next(archive.Length)] ^= (byte)(1 << random.Next(8));
                return archive;
            case 2:
                return [.. archive, .. Encoding.UTF8.GetBytes("and more")];
            case 3 or 4:
                using (var packed = new MemoryStream())
                {
                    using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                    {
                        gzip.Write(archive);
                    }

                    return random.Next(3) == 0 ? packed.ToArray()[..random.Next(2, (int)packed.Length)] : packed.ToArray();
                }

            default:
                return archive;
        }
    }

    private static string Pick(Random random, params string[] choices)
    {
        return choices[random.Next(choices.Length)];
    }

    private static byte[] Pax(params (string Key, string Value)[] records)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in records)
        {
            var rest = $" {key}={value}\n";
            var length = Encoding.UTF8.GetByteCount(rest);
            var digits = $"{length + $"{length}".Length}".Length;
            text.Append(null, $"{length + digits}{rest}");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Tar(IReadOnlyList<byte[]> entries)
    {
        return [.. entries.SelectMany(entry => entry), .. new byte[1024]];
    }

    /// <summary>An entry as it is on tape (POSIX ustar), with fields that a writer of archives would refuse.</summary>
    private static byte[] Entry(string name, char type, byte[] content, string link = "", string? size = null)
    {
        var header = new byte[512];
        Put(header, 0, 100, name);
        Put(header, 100, 8, "0000644\0");
        Put(header, 108, 8, "0000000\0");
        Put(header, 116, 8, "0000000\0");
        Put(header, 124, 12, size ?? Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0");
        Put(header, 136, 12, "00000000000\0");
        header[156] = (byte)type;
        Put(header, 157, 100, link);
        Put(header, 257, 8, "ustar\u000000");
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, 8, Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 ");
        return [.. header, .. content, .. new byte[(512 - (content.Length % 512)) % 512]];
    }

    private static void Put(byte[] header, int at, int length, string text)
    {
        var bytes = text.Any(letter => letter > 255) ? Encoding.UTF8.GetBytes(text) : Encoding.Latin1.GetBytes(text);
        bytes.AsSpan(0, Math.Min(bytes.Length, length)).CopyTo(header.AsSpan(at));
    }
}
