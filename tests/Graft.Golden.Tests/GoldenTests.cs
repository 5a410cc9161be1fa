using Xunit;

namespace Graft.Golden.Tests;

/// <summary>
/// Every case folder in tests/golden, or in GRAFT_GOLDEN, against the code that implements it. The reference values were computed with
/// other people's implementations. A case that no checker knows fails by name.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases()
    {
        var cases = new TheoryData<string>();
        foreach (var folder in Directory.EnumerateDirectories(GoldenFolder.Path).Order(StringComparer.Ordinal))
        {
            if (File.Exists(Path.Combine(folder, "case.json")))
            {
                cases.Add(Path.GetFileName(folder));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_case_matches_its_reference(string name)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var golden = GoldenCase.Open(Path.Combine(GoldenFolder.Path, name));
        var check = Checkers.Find(golden.Name);
        Assert.True(check is not null, $"unknown case: no checker is registered for '{golden.Name}'");
        check(golden);
    }
}
