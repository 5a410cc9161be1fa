using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>
/// The fields by which a turn says whether it is trained: OpenAI's <c>weight</c>, and what other trainers call it. Case, <c>_</c> and
/// <c>-</c> in their names do not count.
/// </summary>
internal static class TrainFlags
{
    /// <summary>Set, they ask for training.</summary>
    private static readonly HashSet<string> Wanted =
        Bare("weight", "train", "training", "trained", "trainable", "is_trained", "loss", "learn");

    /// <summary>Set, they ask for none.</summary>
    private static readonly HashSet<string> Unwanted =
        Bare("mask", "masked", "is_masked", "ignore", "ignored", "ignore_loss", "no_loss", "skip_loss");

    /// <summary>Whether a field is one of them, by its name as names are compared.</summary>
    public static bool Knows(string bare) => Wanted.Contains(bare) || Unwanted.Contains(bare);

    /// <summary>Whether an object says that it is trained, or that it is not; null where it does not say.</summary>
    /// <exception cref="BadRecordException">A value is not known, or two fields contradict each other.</exception>
    public static bool? Of(JsonElement json)
    {
        (string Name, bool Trained)? said = null;
        foreach (var field in json.EnumerateObject().Where(field => field.Value.ValueKind != JsonValueKind.Null))
        {
            var bare = FieldName.Bare(field.Name);
            if (!Knows(bare))
            {
                continue;
            }

            var trained = IsSet(field) != Unwanted.Contains(bare);
            if (said is { } earlier && earlier.Trained != trained)
            {
                throw new BadRecordException(
                    $"the fields '{earlier.Name}' and '{field.Name}' contradict each other", "keep the one that is right");
            }

            said = (field.Name, trained);
        }

        return said?.Trained;
    }

    private static bool IsSet(JsonProperty field) => field.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when field.Value.TryGetDouble(out var number) && number is 0 or 1 => field.Value.GetDouble() == 1,
        _ => throw new BadRecordException(
            $"the field '{field.Name}' has another value than 0, 1, true or false",
            "it says whether something is trained (1) or not (0): write one of them, or delete the field"),
    };

    private static HashSet<string> Bare(params string[] names) => [.. names.Select(FieldName.Bare)];
}
