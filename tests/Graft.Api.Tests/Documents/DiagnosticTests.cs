using Xunit;

namespace Graft.Api.Tests.Documents;

public sealed class DiagnosticTests
{
    [Theory]
    [MemberData(nameof(Mistakes.All), MemberType = typeof(Mistakes))]
    public void A_mistake_is_shown_with_its_place_and_its_remedy(string mistake, string old, string @new, string expected)
    {
        var diagnostics = Specs.Diagnose(Specs.With(Specs.Run, old, @new));

        Assert.True(
            diagnostics.Count == 1 && diagnostics[0] == expected, $"{mistake}:\n{string.Join('\n', diagnostics)}\nexpected:\n{expected}");
    }

    [Fact]
    public void A_good_set_gives_nothing()
    {
        Assert.Empty(Specs.Diagnose(Specs.Run));
    }
}
