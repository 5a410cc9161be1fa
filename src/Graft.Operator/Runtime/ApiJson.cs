using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CommunityToolkit.HighPerformance.Buffers;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>How the API server's JSON is read.</summary>
public static class ApiJson
{
    /// <summary>A longer string is hardly ever another one's equal.</summary>
    private const int LongestPooled = 256;

    private const int PooledStrings = 8192;

    private static readonly HashSet<(Type Type, string Name)> PassedOver =
    [
        (typeof(V1ObjectMeta), "managedFields"),
        (typeof(V1JobSpec), "template"),
        (typeof(V1JobSpec), "selector"),
        (typeof(V1Pod), "spec"),
    ];

    /// <summary>As KubernetesClient reads it.</summary>
    public static JsonSerializerOptions Options { get; } = OfClient();

    /// <summary>
    /// For objects that are kept: most of a Job or pod as the server sends it is read by no decision and is passed over, and strings that
    /// come again and again (labels, conditions, messages) are kept once.
    /// </summary>
    public static JsonSerializerOptions ForCaches { get; } = CreateForCaches();

    private static JsonSerializerOptions OfClient()
    {
        JsonSerializerOptions? client = null;
        KubernetesJson.AddJsonOptions(options => client = options);
        return client!;
    }

    private static JsonSerializerOptions CreateForCaches()
    {
        var options = new JsonSerializerOptions(Options);
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(type =>
        {
            foreach (var property in type.Properties.Where(property => PassedOver.Contains((type.Type, property.Name))).ToList())
            {
                type.Properties.Remove(property);
            }
        });
        options.Converters.Add(new PooledStringConverter());
        return options;
    }

    private sealed class PooledStringConverter : JsonConverter<string>
    {
        private readonly StringPool _pool = new(PooledStrings);

        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            return Pooled(ref reader);
        }

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            return Pooled(ref reader);
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        {
            writer.WriteStringValue(value);
        }

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        {
            writer.WritePropertyName(value);
        }

        private string Pooled(ref Utf8JsonReader reader)
        {
            var bytes = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
            if (bytes > LongestPooled)
            {
                return reader.GetString()!;
            }

            Span<char> text = stackalloc char[LongestPooled];
            return _pool.GetOrAdd(text[..reader.CopyString(text)]);
        }
    }
}
