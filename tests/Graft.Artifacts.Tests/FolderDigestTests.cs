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
            FolderListing.Of(folder.Path).Names);
        foreach (var way in new[] { folder.Path + "/", Path.GetRelativePath(Environment.CurrentDirectory, folder.Path) })
        {
            Assert.Equal(FolderListing.Of(folder.Path).Names, FolderListing.Of(way).Names);
        }
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
    public void What_Graft_writes_into_a_folder_does_not_change_its_digest()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "train.jsonl");
        Write(folder.Path, "other/.graft-output"); // some other program's: it says something else
        Write(folder.Path, "other/x");
        var clean = FolderDigest.Compute(folder.Path);

        OutputMarker.WriteIfNew(Path.Combine(folder.Path, "graft-out"));
        Write(folder.Path, "graft-out/mlruns/0/meta.yaml");
        OutputMarker.Write(Path.Combine(folder.Path, "deep", "run-1"));
        Write(folder.Path, "deep/run-1/plan.json");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "deep", "run"), "run-1");

        Assert.Equal(["other/x", "train.jsonl"], FolderListing.Of(folder.Path).Names);
        Assert.Equal(clean, FolderDigest.Compute(folder.Path));
        // What was trained can be the base of another run.
        Assert.Equal(["plan.json"], FolderListing.Of(Path.Combine(folder.Path, "deep", "run-1")).Names);
    }

    [Fact]
    public void A_folder_with_other_files_is_not_taken_for_output()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "work/notes.txt");
        OutputMarker.WriteIfNew(Path.Combine(folder.Path, "work"));
        Assert.Equal(["work/notes.txt"], FolderListing.Of(folder.Path).Names);
    }

    [Theory]
    [InlineData("train.jsonl", true)]
    [InlineData("sub/../train.jsonl", true)]
    [InlineData("sub/.hidden", false)]
    [InlineData("../train.jsonl", false)]
    [InlineData("out/train.jsonl", false)]
    public void A_digest_covers_what_counts(string name, bool covered)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "train.jsonl", "sub/.hidden", "out/train.jsonl" })
        {
            Write(folder.Path, file);
        }

        OutputMarker.Write(Path.Combine(folder.Path, "out"));
        Assert.Equal(covered, FolderListing.Of(folder.Path).Covers(name));
    }

    [Theory]
    [InlineData("sub/round", "..", "leads to a folder that it is in")]
    [InlineData("sub/self", ".", "leads to a folder that it is in")]
    [InlineData("lost", "nowhere", "leads nowhere")]
    [InlineData("null", "/dev/null", "neither a file nor a folder")]
    public void A_link_without_an_end_or_a_file_is_refused_by_name(string link, string target, string message)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "sub/a.txt");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, link), target);

        var error = Assert.Throws<FolderFilesException>(() => FolderListing.Of(folder.Path));
        Assert.Contains($"\"{link}\" ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_that_multiply_files_are_followed_up_to_a_bound()
    {
        using var folder = new TemporaryFolder();
        const int Levels = 12;
        for (var level = 0; level < Levels; level++)
        {
            foreach (var side in new[] { "a", "b" })
            {
                Directory.CreateDirectory(Path.Combine(folder.Path, $".{level}"));
                Directory.CreateSymbolicLink(Path.Combine(folder.Path, $".{level}", side), $"../.{level + 1}");
            }
        }

        Write(folder.Path, $".{Levels}/file");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "data"), ".0");

        Assert.Equal(1 << Levels, new FolderFiles(folder.Path).List().Count);
        Assert.Contains(
            "more than 5000", Assert.Throws<FolderFilesException>(() => new FolderFiles(folder.Path, mostEntries: 5000).List()).Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error()
    {
        Assert.Throws<DirectoryNotFoundException>(() => FolderListing.Of("/no/such/folder"));
    }

    private static void Write(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, name);
    }
}
