using Graft.Api.Methods;
using Graft.Api.Schema;
using Graft.Tests;
using Xunit;

namespace Graft.Architecture.Tests;

/// <summary>Every method of the spec can be found by people, and was compared with another implementation.</summary>
public sealed class MethodCatalogTests
{
    public static TheoryData<string> Methods =>
        [.. typeof(MethodSpec).GetProperties().Where(property => property.PropertyType.IsClass && IsMethod(property.PropertyType))
            .Select(SchemaBuilder.JsonName)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_has_a_row_in_the_docs(string method)
    {
        Assert.Contains(Sources.Lines("docs/methods.md"), line => line.StartsWith($"| `{method}` |", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_has_an_example(string method)
    {
        var lines = Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines);

        Assert.Contains(lines, line => line.TrimStart().StartsWith($"{method}:", StringComparison.Ordinal)
            || line.Contains($"method: {{{method}:", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_that_publishes_an_adapter_has_golden_cases(string method)
    {
        var spec = (IMethodSpec)Activator.CreateInstance(
            typeof(MethodSpec).GetProperties().Single(property => SchemaBuilder.JsonName(property) == method).PropertyType)!;
        var cases = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "tests", "golden"))
            .Select(folder => Path.GetFileName(folder).Replace("_", "", StringComparison.Ordinal));

        Assert.True(
            spec.Publishes != ArtifactKind.Adapter || cases.Any(name => name.StartsWith(method, StringComparison.OrdinalIgnoreCase)),
            $"tests/golden has no case {method}…");
    }

    [Fact]
    public void The_docs_have_no_row_of_a_method_that_is_not_there()
    {
        var rows = Sources.Lines("docs/methods.md").TakeWhile(line => !line.StartsWith("Examples", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);

        Assert.Equal(Methods.Select(row => row.Data).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static bool IsMethod(Type type)
    {
        return type.IsAssignableTo(typeof(IMethodSpec));
    }
}
