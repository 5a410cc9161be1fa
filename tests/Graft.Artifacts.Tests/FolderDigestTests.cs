using System.Diagnostics;
using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class FolderDigestTests
{
    [Fact]
    public void The_files_are_those_of_all_folders_in_ordinal_order_without_hidden_ones_and_a_volumes_remains()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "b.txt", "A.txt", "sub/c.txt", "sub/lost+found/kept.txt", ".git/x", "sub/.cache/x", ".hidden",
            "lost+found/x" })
        {
            Write(folder.Path, name);
        }

        File.CreateSymbolicLink(Path.Combine(folder.Path, "link.txt"), "b.txt");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "linked"), "sub");

        Assert.Equal(
            ["A.txt", "b.txt", "link.txt", "linked/c.txt", "linked/lost+found/kept.txt", "sub/c.txt", "sub/lost+found/kept.txt"],
            FolderDigest.Files(folder.Path));
        Assert.Equal(FolderDigest.Files(folder.Path), FolderDigest.Files(folder.Path + "/"));
        Assert.Equal(FolderDigest.Files(folder.Path), FolderDigest.Files(Path.GetRelativePath(Environment.CurrentDirectory, folder.Path)));
    }

    [Fact]
    public void The_digest_is_that_of_the_lines_that_the_documentation_names()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "sub/b.txt");
        Write(folder.Path, "a.txt");
        using var shell = Process.Start(new ProcessStartInfo(
            "sh", ["-c", "for f in a.txt sub/b.txt; do printf '%s\\t%s\\n' $f $(sha256sum <$f | cut -d' ' -f1); done | sha256sum"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
        })!;
        var expected = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();

        Assert.Equal($"sha256:{expected.Split(' ')[0]}", FolderDigest.Compute(folder.Path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error()
    {
        Assert.Throws<DirectoryNotFoundException>(() => FolderDigest.Files("/no/such/folder"));
    }

    private static void Write(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, name);
    }
}
