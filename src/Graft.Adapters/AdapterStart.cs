namespace Graft.Adapters;

/// <summary>What the start of an adapter depends on beside the method's settings and the model.</summary>
/// <param name="Seed">Decides all random starts; the same seed gives the same parameters.</param>
/// <param name="Tokenize">Splits a text into the model's token ids, for methods that can start from a text; null where there is no
/// tokenizer.</param>
public sealed record AdapterStart(ulong Seed, Func<string, IReadOnlyList<long>>? Tokenize = null);
