using Graft.Api.Schema;
using Graft.Tests;
using Xunit;

namespace Graft.Architecture.Tests;

/// <summary>The CRDs and the API reference; <c>make generate</c> writes them.</summary>
public sealed class GeneratedFilesTests
{
    private static readonly Descriptions Docstrings =
        Descriptions.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Graft.Api.xml")));

    public static TheoryData<string> Paths => [.. GeneratedFiles.All(Descriptions.None).Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_generated_file_is_what_the_types_say(string path)
    {
        var file = Path.Combine(Repository.Root, path);

        Assert.True(File.Exists(file), $"{path} is missing; run `make generate`.");
        Assert.True(
            File.ReadAllText(file) == GeneratedFiles.All(Docstrings)[path],
            $"{path} differs from the types in src/Graft.Api; run `make generate`.");
    }
}
