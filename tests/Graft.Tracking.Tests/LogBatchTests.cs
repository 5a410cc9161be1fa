using System.Text.Json;
using CsCheck;
using Graft.Tracking.Rest;
using Graft.Tracking.Spool;
using Xunit;

namespace Graft.Tracking.Tests;

public sealed class LogBatchTests
{
    private static readonly Gen<TrackingEvent> AnyEvent = Gen.OneOf(
        Gen.Select(Gen.Int[0, 3], Gen.Double, Gen.Long, (k, v, s) => (TrackingEvent)new MetricEvent($"m{k}", v, s, 1)),
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 1], (k, v) => (TrackingEvent)new ParameterEvent($"p{k}", $"{v}")),
        Gen.Select(Gen.Int[0, 200], Gen.Int, (k, v) => (TrackingEvent)new TagEvent($"t{k}", $"{v}")));

    [Fact]
    public void Numbers_that_JSON_lacks_are_strings()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.1];
        var (batch, _) = LogBatch.Take(Spooled([.. values.Select((v, i) => new MetricEvent("loss", v, i, 7))]), _ => false);

        using var body = JsonDocument.Parse(batch.Body("run"));

        var sent = body.RootElement.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("value").ToString());
        Assert.Equal(["NaN", "Infinity", "-Infinity", "0.1"], sent);
        Assert.Equal("run", body.RootElement.GetProperty("run_id").GetString());
    }

    [Fact]
    public void Batches_keep_the_limits_and_carry_every_entry_once_in_order()
    {
        AnyEvent.List[0, 3000].Sample(
            entries =>
            {
                var spooled = Spooled(entries);
                var metrics = new List<(string, long)>();
                var tags = new Dictionary<string, string>();
                var parameters = new List<(string, string)>();
                for (var offset = 0; offset < spooled.Count;)
                {
                    var (batch, taken) = LogBatch.Take([.. spooled.Skip(offset)], _ => false);
                    Assert.True(taken > 0);
                    Assert.InRange(batch.Count, 1, LogBatch.MaxEntries);
                    offset += taken;
                    using var body = JsonDocument.Parse(batch.Body("run"));
                    var sentParameters = body.RootElement.GetProperty("params").EnumerateArray().Select(KeyAndValue).ToList();
                    var sentTags = body.RootElement.GetProperty("tags").EnumerateArray().Select(KeyAndValue).ToList();
                    Assert.True(sentParameters.Count <= LogBatch.MaxParameters && sentTags.Count <= LogBatch.MaxTags);
                    Assert.Equal(sentParameters.Count, sentParameters.Select(p => p.Item1).Distinct().Count());
                    Assert.Equal(sentTags.Count, sentTags.Select(p => p.Item1).Distinct().Count());
                    metrics.AddRange(body.RootElement.GetProperty("metrics").EnumerateArray()
                        .Select(m => (m.GetProperty("key").GetString()!, m.GetProperty("step").GetInt64())));
                    parameters.AddRange(sentParameters);
                    sentTags.ForEach(tag => tags[tag.Item1] = tag.Item2);
                }

                Assert.Equal(entries.OfType<MetricEvent>().Select(m => (m.Key, m.Step)), metrics);
                Assert.Equal(entries.OfType<TagEvent>().GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.Last().Value), tags);
                Assert.Equal(
                    entries.OfType<ParameterEvent>().Select(p => (p.Key, p.Value)).Distinct().Order(), parameters.Distinct().Order());
            },
            iter: 100);
    }

    [Fact]
    public void A_status_or_artifact_ends_the_batch_before_it()
    {
        var (batch, taken) = LogBatch.Take(
            Spooled([new TagEvent("a", "1"), new StatusEvent(TrackedStatus.Finished, 1), new TagEvent("b", "1")]), _ => false);

        Assert.Equal((1, 1), (batch.Count, taken));
    }

    [Fact]
    public void Points_that_the_server_has_are_taken_but_not_sent()
    {
        var (batch, taken) = LogBatch.Take(
            Spooled([new MetricEvent("loss", 1, 1, 1), new MetricEvent("loss", 1, 2, 1)]), metric => metric.Step == 1);

        Assert.Equal((1, 2), (batch.Count, taken));
        Assert.Equal("metric 'loss' at step 2", batch.ToString());
    }

    [Fact]
    public void Halving_a_batch_loses_nothing()
    {
        Gen.Int[2, 1000].Sample(
            count =>
            {
                var (batch, _) = LogBatch.Take(
                    Spooled([.. Enumerable.Range(0, count).Select(i => new MetricEvent("m", i, i, 1))]), _ => false);
                var (first, second) = batch.Halve();
                return first.Count > 0 && second.Count > 0 && first.Count + second.Count == count;
            },
            iter: 50);
    }

    private static (string, string) KeyAndValue(JsonElement item)
    {
        return (item.GetProperty("key").GetString()!, item.GetProperty("value").GetString()!);
    }

    private static List<SpooledEvent> Spooled(IReadOnlyList<TrackingEvent> entries)
    {
        return [.. entries.Select((entry, i) => new SpooledEvent(entry, i + 1))];
    }
}
