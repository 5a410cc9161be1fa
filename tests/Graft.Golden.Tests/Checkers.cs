namespace Graft.Golden.Tests;

/// <summary>Which code checks which case. A checker stands in a file per family; adding a case is one line here.</summary>
internal static class Checkers
{
    private static readonly Dictionary<string, Action<GoldenCase>> ByName = new(StringComparer.Ordinal)
    {
        ["llama_forward"] = LanguageModelCases.Check,
        ["llama_rope_scaled"] = LanguageModelCases.Check,
        ["llama_tied_mha"] = LanguageModelCases.Check,
    };

    public static Action<GoldenCase>? Find(string name) => ByName.GetValueOrDefault(name);
}
