using System.Text.Json;
using Graft.Artifacts.SafeTensors;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>
/// An adapter as Hugging Face PEFT stores it, <c>adapter_config.json</c> beside <c>adapter_model.safetensors</c>, or as AdapterHub's
/// library does, whose weights are in <c>adapter.safetensors</c>. What is published stays for ever, so that the two are compared
/// before; only the header of the weights is read.
/// </summary>
public static class AdapterFolder
{
    /// <summary>The settings, in both forms.</summary>
    public const string ConfigurationFile = "adapter_config.json";

    /// <summary>The weights as PEFT stores them.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    /// <summary>The weights as AdapterHub's library stores them.</summary>
    public const string HubWeightsFile = "adapter.safetensors";

    private const string DownSuffix = ".lora_A.weight";
    private const string UpSuffix = ".lora_B.weight";
    private const int MaxReported = 5;

    /// <summary>Checks that configuration and weights are whole and agree with each other.</summary>
    /// <exception cref="ArtifactException">They are not; the message lists what is wrong.</exception>
    public static void Verify(string folder)
    {
        try
        {
            using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ConfigurationFile)));
            var isHubs = IsAdapterHubs(configuration.RootElement);
            var header = SafeTensorHeader.Read(Path.Combine(folder, isHubs ? HubWeightsFile : WeightsFile));
            var faults = isHubs ? [.. HubFaults(header)] : Faults(configuration.RootElement, header).ToList();
            if (faults.Count > 0)
            {
                var more = faults.Count > MaxReported ? $"; and {faults.Count - MaxReported} more" : "";
                throw new ArtifactException($"'{folder}' is not a valid adapter: {string.Join("; ", faults.Take(MaxReported))}{more}.");
            }
        }
        catch (Exception error) when (FileFaults.IsInContent(error) || error is SafeTensorException)
        {
            throw new ArtifactException($"'{folder}' is not a valid adapter: {error.Message}", error);
        }
    }

    /// <summary>Whether a configuration is one of AdapterHub's library, which has its settings in a section and no PEFT type.</summary>
    private static bool IsAdapterHubs(JsonElement configuration)
    {
        return configuration.ValueKind == JsonValueKind.Object
            && !configuration.TryGetProperty("peft_type", out _)
            && configuration.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object;
    }

    private static IEnumerable<string> HubFaults(SafeTensorHeader header)
    {
        return header.Entries.Count == 0 ? [$"{HubWeightsFile} holds no tensor"] : [];
    }

    private static IEnumerable<string> Faults(JsonElement configuration, SafeTensorHeader header)
    {
        if (configuration.ValueKind != JsonValueKind.Object
            || !configuration.TryGetProperty("peft_type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            return [$"{ConfigurationFile} names no peft_type"];
        }

        if (header.Entries.Count == 0)
        {
            return [$"{WeightsFile} holds no tensor"];
        }

        return type.GetString() == "LORA" ? [.. LoraFaults(configuration, header), .. UnusedTargets(configuration, header)] : [];
    }

    /// <summary>The product of a pair, B [out, r] times A [r, in], needs one rank r, and the configuration must know it.</summary>
    private static IEnumerable<string> LoraFaults(JsonElement configuration, SafeTensorHeader header)
    {
        var ranks = Ranks(configuration);
        foreach (var entry in header.Entries.Where(entry => entry.Name.EndsWith(DownSuffix, StringComparison.Ordinal)))
        {
            var module = entry.Name[..^DownSuffix.Length];
            var rank = entry.Shape.Count > 0 ? entry.Shape[0] : 0;
            if (header.Find(module + UpSuffix) is not { } up)
            {
                yield return $"{module} has lora_A without lora_B";
            }
            else if (up.Shape.Count < 2 || up.Shape[1] != rank)
            {
                yield return $"{module} has rank {rank} in lora_A but lora_B is [{string.Join(", ", up.Shape)}]";
            }
            else if (!ranks.Contains(rank))
            {
                yield return $"{module} has rank {rank}, which {ConfigurationFile} does not name (r, rank_pattern)";
            }
        }

        foreach (var entry in header.Entries.Where(entry => entry.Name.EndsWith(UpSuffix, StringComparison.Ordinal)))
        {
            var module = entry.Name[..^UpSuffix.Length];
            if (header.Find(module + DownSuffix) is null)
            {
                yield return $"{module} has lora_B without lora_A";
            }
        }
    }

    private static HashSet<long> Ranks(JsonElement configuration)
    {
        // 8 is what PEFT takes where nothing is said.
        var ranks = new HashSet<long> { configuration.TryGetProperty("r", out var r) && r.TryGetInt64(out var rank) ? rank : 8 };
        if (configuration.TryGetProperty("rank_pattern", out var pattern) && pattern.ValueKind == JsonValueKind.Object)
        {
            ranks.UnionWith(pattern.EnumerateObject().Select(entry => entry.Value.GetInt64()));
        }

        return ranks;
    }

    /// <summary>Targets that are named one by one: each must have got its weights, unless it is excluded by name.</summary>
    private static IEnumerable<string> UnusedTargets(JsonElement configuration, SafeTensorHeader header)
    {
        var excluded = Names(configuration, "exclude_modules");
        return Names(configuration, "target_modules")
            .Where(target => !excluded.Any(name => target == name || target.EndsWith("." + name, StringComparison.Ordinal)))
            .Where(target => !header.Entries.Any(entry => entry.Name.Contains($".{target}.", StringComparison.Ordinal)))
            .Select(target => $"target_modules names '{target}', for which there is no tensor");
    }

    private static IReadOnlyList<string> Names(JsonElement configuration, string field)
    {
        return configuration.TryGetProperty(field, out var names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(name => name.GetString()).OfType<string>()]
            : [];
    }
}
