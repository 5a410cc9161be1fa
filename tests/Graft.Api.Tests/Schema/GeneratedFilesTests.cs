using Graft.Api.Schema;
using Xunit;

namespace Graft.Api.Tests.Schema;

public sealed class GeneratedFilesTests
{
    public static TheoryData<string> Paths => [.. GeneratedFiles.All(Descriptions.None).Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_generated_file_is_what_the_types_say(string path)
    {
        var file = Path.Combine(Repository.Root, path);

        Assert.True(File.Exists(file), $"{path} is missing; run `make generate`.");
        Assert.True(
            File.ReadAllText(file) == GeneratedFiles.All(Repository.Descriptions)[path],
            $"{path} differs from the types in src/Graft.Api; run `make generate`.");
    }
}
