using System.Reflection;
using System.Text.RegularExpressions;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Xunit;

namespace Graft.Api.Tests.Schema;

public sealed partial class ReasonCatalogueTests
{
    private static readonly List<string> Types = [.. Constants(typeof(ConditionTypes))];

    public static TheoryData<ReasonEntry> Entries => [.. ReasonCatalogue.All(Docstrings.Descriptions)];

    [Theory]
    [MemberData(nameof(Entries), DisableDiscoveryEnumeration = true)]
    public void Every_reason_says_what_it_means_where_it_is_found_and_what_to_do(ReasonEntry entry)
    {
        Assert.Matches(Sentence(), entry.Meaning);
        Assert.Matches(Sentence(), entry.Remedy);
        Assert.NotEmpty(entry.Conditions);
        Assert.Empty(entry.Conditions.Except(Types));
    }

    [Theory]
    [MemberData(nameof(Entries), DisableDiscoveryEnumeration = true)]
    public void A_remedy_names_only_fields_that_there_are(ReasonEntry entry)
    {
        foreach (var path in FieldPaths().Matches(entry.Remedy).Select(match => match.Value.Split('.')))
        {
            Assert.Contains(ResourceKind.All, kind => HasField(CustomResourceDefinition.RootSchema(kind, Descriptions.None), path));
        }
    }

    [Fact]
    public void A_reason_is_a_word_that_the_API_server_takes_and_named_like_its_constant()
    {
        Assert.All(ReasonCatalogue.All(Descriptions.None), entry => Assert.Matches("^[A-Z][A-Za-z0-9]+$", entry.Name));
        Assert.All(
            typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static),
            field => Assert.Equal(field.Name, field.GetRawConstantValue()));
    }

    private static bool HasField(SchemaNode node, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (node.Field(name) is not { } field)
            {
                return false;
            }

            node = field.Schema;
        }

        return true;
    }

    private static IEnumerable<string> Constants(Type type)
    {
        return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
    }

    [GeneratedRegex(@"^[A-Z`].*\.$")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\b(spec|status)(\.[a-zA-Z]+)+")]
    private static partial Regex FieldPaths();
}
