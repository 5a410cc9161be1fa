using Graft.Api.Documents;
using Graft.Api.Validation;
using Graft.Tests;
using Xunit;

namespace Graft.Api.Tests.Documents;

public sealed class ExampleTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!))
            .Distinct()
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_specs_of_an_example_are_complete_and_right(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.yaml")
            .Select(file => new SpecFile(Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));

        var set = SpecSet.Load(files, new SpecSetOptions { MissingReference = Severity.Error });

        Assert.True(set.Diagnostics.Count == 0, string.Join('\n', set.Diagnostics));
        Assert.NotEmpty(set.Resources);
    }
}
