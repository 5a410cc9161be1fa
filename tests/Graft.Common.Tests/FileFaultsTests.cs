using System.Security;
using System.Text.Json;
using Xunit;

namespace Graft.Common.Tests;

public sealed class FileFaultsTests
{
    public static TheoryData<Exception> OfTheFile =>
    [
        new IOException(), new FileNotFoundException(), new UnauthorizedAccessException(), new SecurityException(),
        new NotSupportedException(), new FolderInUseException("folder", "lock", null),
    ];

    public static TheoryData<Exception> OfTheContent =>
    [
        new JsonException(), new InvalidDataException(), new FormatException(), new InvalidOperationException(), new KeyNotFoundException(),
    ];

    [Theory]
    [MemberData(nameof(OfTheFile))]
    public void What_the_system_says_of_a_file_is_a_fault_of_the_file(Exception error)
    {
        Assert.True(FileFaults.Is(error));
        Assert.True(FileFaults.IsInContent(error));
    }

    [Theory]
    [MemberData(nameof(OfTheContent))]
    public void What_a_reader_says_of_a_content_is_a_fault_of_the_content_only(Exception error)
    {
        Assert.False(FileFaults.Is(error));
        Assert.True(FileFaults.IsInContent(error));
    }

    [Fact]
    public void A_defect_of_the_program_is_neither()
    {
        Assert.False(FileFaults.IsInContent(new ArgumentException()));
        Assert.False(FileFaults.IsInContent(new OperationCanceledException()));
    }

    [Fact]
    public void A_full_disk_is_told_with_its_place_what_is_needed_and_what_to_do()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        var error = Assert.ThrowsAny<IOException>(() => File.WriteAllText("/dev/full", "some text"));

        var sentence = FileFaults.Describe(error, "/dev/full", 20 << 20);

        Assert.True(FileFaults.IsDiskFull(error));
        Assert.Contains("'/dev/full'", sentence, StringComparison.Ordinal);
        Assert.Contains("20 MiB are needed", sentence, StringComparison.Ordinal);
        Assert.Contains("Make room", sentence, StringComparison.Ordinal);
        Assert.Equal("odd", FileFaults.Describe(new IOException("odd"), "/dev/full"));
    }
}
