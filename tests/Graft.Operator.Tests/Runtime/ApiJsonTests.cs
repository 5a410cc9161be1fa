using System.Buffers;
using System.Text;
using System.Text.Json;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

/// <summary>How lists and watches are read.</summary>
public sealed class ApiJsonTests
{
    private const string Job = """
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a","uid":"u","labels":{"team":"a"},"annotations":null,
        "creationTimestamp":"2026-01-02T03:04:05Z","managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]},
        "spec":{"suspend":true,"selector":{"matchLabels":{"a":"b"}},"template":{"spec":{"containers":[{"name":"trainer"}]}}},
        "status":{"conditions":[{"type":"Failed","status":"True","message":"a é \"quoted\" message"},{"type":"Failed","status":"True"}]}}
        """;

    [Fact]
    public void What_is_kept_is_what_the_client_reads_but_for_what_nobody_reads()
    {
        var whole = JsonSerializer.Deserialize<V1Job>(Job, ApiJson.Options)!;
        var kept = JsonSerializer.Deserialize<V1Job>(Job, ApiJson.ForCaches)!;
        Assert.NotNull(whole.Metadata.ManagedFields);
        Assert.NotNull(whole.Spec.Template);

        whole.Metadata.ManagedFields = null;
        (whole.Spec.Template, whole.Spec.Selector) = (null!, null!);
        Assert.Equal(KubernetesJson.Serialize(whole), KubernetesJson.Serialize(kept));
        Assert.Null(kept.Metadata.Annotations);
    }

    [Fact]
    public void The_spec_of_a_pod_is_passed_over_and_its_status_is_not()
    {
        var pod = JsonSerializer.Deserialize<V1Pod>("""{"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running"}}""", ApiJson.ForCaches)!;
        Assert.Null(pod.Spec);
        Assert.Equal("Running", pod.Status.Phase);
    }

    [Fact]
    public void Equal_strings_are_kept_once()
    {
        var one = JsonSerializer.Deserialize<V1Job>(Job, ApiJson.ForCaches)!;
        var other = JsonSerializer.Deserialize<V1Job>(Job, ApiJson.ForCaches)!;
        Assert.Same(one.Status.Conditions[0].Type, other.Status.Conditions[1].Type);
        Assert.Same(one.Status.Conditions[0].Message, other.Status.Conditions[0].Message);
        Assert.Same(one.Metadata.Labels.Keys.Single(), other.Metadata.Labels.Keys.Single());
    }

    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void Strings_of_any_length_and_script_are_read_as_they_are(int length)
    {
        string[] texts = [new string('a', length), new string('é', length), string.Concat(Enumerable.Repeat("😀", length / 2)),
            "\n\"\\" + new string('b', length)];
        foreach (var text in texts)
        {
            var read = JsonSerializer.Deserialize<V1Pod>(
                KubernetesJson.Serialize(new V1Pod { Status = new V1PodStatus { Message = text } }), ApiJson.ForCaches)!;
            Assert.Equal(text, read.Status.Message);
        }
    }

    [Theory]
    [InlineData("""{"type":"MODIFIED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"object":{"metadata":{"name":"a"}},"type":"MODIFIED"}""")]
    [InlineData(""" {"later":{"type":"x"}, "object" : {"metadata":{"name":"a"}} , "type" : "MODIFIED"} """)]
    public void A_line_of_a_watch_is_read_in_whatever_order_and_pieces_it_comes(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var change = WatchLine.Parse<V1Job>(Pieces(bytes[..cut], bytes[cut..]), ApiJson.ForCaches);
            Assert.Equal((WatchEventKind.Modified, "a"), (change.Kind, change.Object.Metadata.Name));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}""")]
    [InlineData("""{"type":"TURNED","object":{}}""")]
    public void A_line_that_is_no_event_is_an_error_in_JSON(string line)
    {
        Assert.ThrowsAny<JsonException>(
            () => WatchLine.Parse<V1Job>(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), ApiJson.ForCaches));
    }

    [Fact]
    public void An_error_that_the_server_reports_is_thrown()
    {
        const string Line = """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""";
        var error = Assert.Throws<ApiException>(
            () => WatchLine.Parse<V1Job>(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Line)), ApiJson.ForCaches));
        Assert.True(error.IsExpired);
    }

    private static ReadOnlySequence<byte> Pieces(byte[] one, byte[] other)
    {
        var first = new Piece(one, null);
        var last = new Piece(other, first);
        return new ReadOnlySequence<byte>(first, 0, last, other.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, Piece? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
