using System.Buffers.Text;
using System.Net;
using System.Text;
using CsCheck;
using Graft.Operator.Reports;
using Graft.Operator.Runtime;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Reports;

/// <summary>Which tokens are worth asking the API server about.</summary>
public sealed class PodTokenTests
{
    private const string Pod = """ "kubernetes.io":{"namespace":"team","pod":{"name":"quick-1","uid":"u"},"serviceaccount":{"name":"default","uid":"s"}} """;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    public static TheoryData<string, bool> Tokens => new()
    {
        { Token($$"""{"iss":"https://api","aud":["graft.dev/report"],"exp":1800000100,{{Pod}}}"""), true },
        { Token($$"""{"iss":"https://api","aud":"graft.dev/report","exp":1800000100,{{Pod}}}"""), true },
        { Token($$"""{"iss":"https://api","aud":["other","graft.dev/report"],"exp":1800000000,{{Pod}}}"""), true },
        { Token($$"""{"iss":"https://api","aud":["other"],"exp":1800000100,{{Pod}}}"""), false },
        { Token($$"""{"iss":"https://api","aud":[7],"exp":1800000100,{{Pod}}}"""), false },
        { Token($$"""{"aud":["graft.dev/report"],"exp":1800000100,{{Pod}}}"""), false },
        { Token($$"""{"iss":"https://api","aud":["graft.dev/report"],"exp":1799999000,{{Pod}}}"""), false },
        { Token($$"""{"iss":"https://api","aud":["graft.dev/report"],"exp":"soon",{{Pod}}}"""), false },
        { Token($$"""{"iss":"https://api","aud":["graft.dev/report"],{{Pod}}}"""), false },
        { Token("""{"iss":"https://api","aud":["graft.dev/report"],"exp":1800000100}"""), false },
        { Token("""{"iss":"https://api","aud":["graft.dev/report"],"exp":1800000100,"kubernetes.io":{"namespace":"team"}}"""), false },
        { Token("""{"iss":"https://api","aud":["graft.dev/report"],"exp":1800000100,"kubernetes.io":{"namespace":"team","pod":{"name":"quick-1"}}}"""), false },
        { Token("[]"), false },
        { Token("{"), false },
        { "rubbish", false },
        { "a.b", false },
        { "..", false },
        { "a.b.c.d", false },
        { new string('a', 9000) + ".b.c", false },
        { "", false },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public void Only_current_pod_tokens_for_graft_are(string token, bool worth)
    {
        var read = PodToken.Read(token, Now);

        Assert.Equal(worth ? new ReportingPod(new ObjectKey("team", "quick-1"), "u") : null, read?.Pod);
    }

    [Fact]
    public void Rubbish_of_any_sort_is_refused_in_peace()
    {
        Gen.Select(Gen.String, Gen.String, Gen.String).Sample((a, b, c) =>
            PodToken.Read(a, Now) is null && PodToken.Read($"{a}.{b}.{c}", Now) is null && PodToken.Read(Token(b), Now) is null);
    }

    [Fact]
    public void One_source_does_not_use_up_what_is_there_for_others_and_no_more_are_remembered_than_fit()
    {
        var time = new FakeTimeProvider();
        var rates = new SourceRates<IPAddress>(rate: 1, burst: 3, most: 2, time);
        var (one, two, three) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3"));

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => rates.TryTake(one)));
        Assert.True(rates.TryTake(two));
        Assert.False(rates.TryTake(one));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(rates.TryTake(one));
        Assert.False(rates.TryTake(one));
        Assert.True(rates.TryTake(three));
        Assert.True(rates.TryTake(one));
    }

    private static string Token(string claims)
    {
        return $"{Base64Url.EncodeToString("{}"u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";
    }
}
