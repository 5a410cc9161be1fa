using System.Xml.Linq;
using Graft.Tests;
using Xunit;

namespace Graft.Architecture.Tests;

/// <summary>Which part of Graft may know which: docs/architecture.md says why.</summary>
public sealed class ProjectTests
{
    /// <summary>The parts that each project in src/ may refer to, itself or through others; a new project is one more line.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Graft.Common"] = [],
        ["Graft.Api"] = ["Graft.Common"],
        ["Graft.Artifacts"] = ["Graft.Common"],
        ["Graft.Tracking"] = ["Graft.Common"],
        ["Graft.Programs"] = ["Graft.Common", "Graft.Api"],
        ["Graft.Models"] = ["Graft.Common", "Graft.Artifacts"],
        ["Graft.Data"] = ["Graft.Common", "Graft.Api"],
        ["Graft.Adapters"] = ["Graft.Common", "Graft.Api", "Graft.Artifacts", "Graft.Models"],
        ["Graft.Operator"] = ["Graft.Common", "Graft.Api"],
        ["Graft.Cli"] = ["Graft.Common", "Graft.Api", "Graft.Artifacts", "Graft.Tracking", "Graft.Programs"],
        ["Graft.Trainer"] =
        [
            "Graft.Common", "Graft.Api", "Graft.Artifacts", "Graft.Models", "Graft.Data", "Graft.Adapters", "Graft.Tracking",
            "Graft.Programs",
        ],
    };

    /// <summary>The projects that carry libtorch, half a gigabyte: the operator and the command line must start without it.</summary>
    private static readonly string[] WithTorch = ["Graft.Models", "Graft.Data", "Graft.Adapters", "Graft.Trainer"];

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order(
            StringComparer.Ordinal)];

    [Fact]
    public void Every_project_is_listed_with_what_it_may_refer_to()
    {
        Assert.Equal(Projects.Select(row => row.Data), Allowed.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_those_it_may_know(string project)
    {
        Assert.Empty(Reached(project).Except(Allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Torch_is_where_tensors_are_computed_and_nowhere_else(string project)
    {
        var torch = Reached(project).Append(project).SelectMany(Packages).Any(IsTorch);

        Assert.Equal(WithTorch.Contains(project), torch);
    }

    private static bool IsTorch(string package)
    {
        return package.Contains("torch", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The projects that a project refers to, itself or through others.</summary>
    private static HashSet<string> Reached(string project)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([project]);
        while (open.TryPop(out var next))
        {
            foreach (var reference in References(next).Where(reached.Add))
            {
                open.Push(reference);
            }
        }

        return reached;
    }

    private static IEnumerable<string> References(string project)
    {
        return Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));
    }

    private static IEnumerable<string> Packages(string project)
    {
        return Includes(project, "PackageReference");
    }

    private static IEnumerable<string> Includes(string project, string element)
    {
        return XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"))
            .Descendants(element).Select(reference => reference.Attribute("Include")!.Value);
    }
}
