using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>Tells Graft's documents from others in the same folder, and misspelt ones from both.</summary>
internal static class DocumentKind
{
    /// <summary>A document's kind; null where it is not one of ours, with the reason.</summary>
    public static (ResourceKind? Kind, SpecProblem? Problem) Of(DocumentMapping document)
    {
        var (apiVersion, kind) = (document.GetText("apiVersion"), document.GetText("kind"));
        var group = apiVersion?.Split('/')[0];
        var known = ResourceKind.All.FirstOrDefault(candidate => candidate.Kind == kind);
        if (apiVersion == GraftApi.GroupVersion)
        {
            return known is null ? (null, UnknownKind(kind)) : (known, null);
        }

        if (group == GraftApi.Group)
        {
            return (null, WrongVersion(apiVersion!, "this release knows no other version"));
        }

        if (known is not null || (group is not null && NearestName.Find(group, [GraftApi.Group]) is not null))
        {
            return (null, WrongVersion(apiVersion ?? "", apiVersion is null ? "every document needs one" : "did you mean this?"));
        }

        var name = kind is null ? "this document has no kind" : $"{apiVersion} {kind}";
        return (null, new SpecProblem(
            Severity.Note, ProblemCodes.NotGraft, FieldPath.Root, $"not one of Graft's resources, not checked: {name.Trim()}"));
    }

    private static SpecProblem UnknownKind(string? kind)
    {
        var kinds = ResourceKind.All.Select(known => known.Kind).ToList();
        var allowed = $"allowed: {string.Join(", ", kinds)}";
        return kind is null
            ? new SpecProblem(Severity.Error, ProblemCodes.UnknownKind, FieldPath.Of("kind"), "kind is missing", allowed)
            : new SpecProblem(
                Severity.Error,
                ProblemCodes.UnknownKind,
                FieldPath.Of("kind"),
                $"there is no kind \"{kind}\" in {GraftApi.GroupVersion}",
                NearestName.Find(kind, kinds) is { } near ? $"did you mean \"{near}\"? ({allowed})" : allowed);
    }

    private static SpecProblem WrongVersion(string found, string why)
    {
        var message = found.Length == 0 ? "apiVersion is missing" : $"\"{found}\" is not Graft's API";
        return new SpecProblem(
            Severity.Error,
            ProblemCodes.UnknownVersion,
            FieldPath.Of("apiVersion"),
            message,
            $"write apiVersion: {GraftApi.GroupVersion}; {why}");
    }
}
