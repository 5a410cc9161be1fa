namespace Graft.Api.Schema;

/// <summary>Everything in the repository that is made from the API's types.</summary>
public static class GeneratedFiles
{
    /// <summary>The files by their paths in the repository.</summary>
    public static IReadOnlyDictionary<string, string> All(Descriptions descriptions)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["docs/reference/api.md"] = ApiReference.Write(descriptions),
            ["charts/graft/files/kinds.yaml"] = KindList.Write(),
            ["docs/reference/problems.md"] = ProblemReference.Write(descriptions),
            ["docs/reference/reasons.md"] = ReasonCatalogue.Write(descriptions),
        };
        foreach (var kind in ResourceKind.All)
        {
            var name = CustomResourceDefinition.FileName(kind);
            var definition = CustomResourceDefinition.Write(kind, descriptions);
            files["crds/" + name] = definition;
            // Helm reads files inside a chart only.
            files["charts/graft/files/crds/" + name] = definition;
        }

        return files;
    }
}
