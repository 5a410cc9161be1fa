using Graft.Api.Methods;
using Xunit;

namespace Graft.Api.Tests.Methods;

public sealed class TargetPatternTests
{
    [Theory]
    [InlineData(@".*\.(q|v)_proj")]
    [InlineData(@"model\.layers\.[01]\..*")]
    [InlineData(@"(?i)MODEL\..*")]
    [InlineData(@"(?:a|(?i:b))[^\].a-c\d]{1,3}x{2,}y?z*?")]
    [InlineData(@"^(?!.*vision).*(?:q|k)_proj$")]
    [InlineData(@"[]a]\bc")]
    [InlineData(@"(\w+\.?)+!")] // repeats what repeats, and takes no longer for it
    public void What_Python_and_dotnet_read_alike_is_taken(string pattern) => Assert.Null(TargetPattern.Fault(pattern));

    [Theory]
    [InlineData(@"*_proj", "is not a regular expression")]
    [InlineData(@"(q", "is not a regular expression")]
    [InlineData(@"q)|(v", "is not a regular expression")]
    [InlineData(@"q\", "is not a regular expression")]
    [InlineData(@"a++", "is not a regular expression")]
    [InlineData(@"(?P<name>q)_proj", "'(?P<…'")]
    [InlineData(@"(?<name>q)_proj", "'(?<n…'")]
    [InlineData(@"(?>q|k)_proj", "'(?>q…'")]
    [InlineData(@"(?<=\.)q_proj", "'(?<=…'")]
    [InlineData(@"q(?i)_proj", "'(?i)…'")]
    [InlineData(@"(?x) q", "'(?x)…'")]
    [InlineData(@"(q)\1", "refers to a group (\\1)")]
    [InlineData(@"q_proj\z", "the escape \\z")]
    [InlineData(@"\p{L}_proj", "the escape \\p")]
    [InlineData(@"[a-z-[q]]_proj", "a '[' in it")]
    [InlineData(@"[a--b]", "'--' in it")]
    [InlineData(@"q{,3}", "{0,n}")]
    [InlineData(@"(?=m)(\w+\.?)+\$", "takes more than 250 ms")]
    public void Anything_else_is_refused_with_what_it_is(string pattern, string named) =>
        Assert.Contains(named, TargetPattern.Fault(pattern), StringComparison.Ordinal);

    [Fact]
    public void A_whole_name_must_match_and_a_key_matches_at_a_dot()
    {
        Assert.True(TargetPattern.Whole("a|b").IsMatch("b"));
        Assert.False(TargetPattern.Whole("a|b").IsMatch("x.b"));
        Assert.True(TargetPattern.EndOf("a|b").IsMatch("x.b"));
        Assert.False(TargetPattern.EndOf("a|b").IsMatch("xb"));
        Assert.False(TargetPattern.EndOf("a|b").IsMatch("b\n"));
    }
}
