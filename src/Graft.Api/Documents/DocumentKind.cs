using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>Tells Graft's documents from others in the same folder, and misspelt ones from both.</summary>
internal static class DocumentKind
{
    /// <summary>
    /// A document's kind, and what is wrong with how it says so. Where something is, the kind is the one that was meant, so that a
    /// reference to it finds it; null where none of ours was.
    /// </summary>
    public static (ResourceKind? Kind, SpecProblem? Problem) Of(DocumentMapping document)
    {
        var (apiVersion, kind) = (document.GetText("apiVersion"), document.GetText("kind"));
        var group = apiVersion?.Split('/')[0];
        var known = ResourceKind.All.FirstOrDefault(candidate => candidate.Kind == kind);
        if (apiVersion == GraftApi.GroupVersion)
        {
            return known is null ? (Meant(kind), UnknownKind(kind)) : (known, null);
        }

        if (group == GraftApi.Group)
        {
            return (known ?? Meant(kind), WrongVersion(apiVersion!, "this release knows no other version"));
        }

        if (known is not null || (group is not null && NearestName.Find(group, [GraftApi.Group]) is not null))
        {
            var why = apiVersion is null ? "every document needs one" : "did you mean this?";
            return (known ?? Meant(kind), WrongVersion(apiVersion ?? "", why));
        }

        return (null, new SpecProblem(
            Severity.Note, ProblemCodes.NotGraft, FieldPath.Root, $"not one of Graft's resources, not checked: {Name(document)}"));
    }

    /// <summary>What a document says it is, in words.</summary>
    public static string Name(DocumentMapping document)
    {
        return document.GetText("kind") is { } kind
            ? VisibleText.Short($"{document.GetText("apiVersion")} {kind}".Trim())
            : "a document without a kind";
    }

    private static ResourceKind? Meant(string? kind)
    {
        return NearestName.Find(kind ?? "", ResourceKind.All.Select(known => known.Kind)) is { } near
            ? ResourceKind.All.First(known => known.Kind == near)
            : null;
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
                $"there is no kind \"{VisibleText.Short(kind)}\" in {GraftApi.GroupVersion}",
                NearestName.Find(kind, kinds) is { } near ? $"did you mean \"{near}\"? ({allowed})" : allowed);
    }

    private static SpecProblem WrongVersion(string found, string why)
    {
        var message = found.Length == 0 ? "apiVersion is missing" : $"\"{VisibleText.Short(found)}\" is not Graft's API";
        return new SpecProblem(
            Severity.Error,
            ProblemCodes.UnknownVersion,
            FieldPath.Of("apiVersion"),
            message,
            $"write apiVersion: {GraftApi.GroupVersion}; {why}");
    }
}
