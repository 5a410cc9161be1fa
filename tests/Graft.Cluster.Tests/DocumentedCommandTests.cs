using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>Every documented command for a cluster is carried out, or has a reason why not.</summary>
public sealed class DocumentedCommandTests
{
    [Fact]
    public void Each_is_carried_out_or_has_a_reason()
    {
        var known = DocumentedCommands.CarriedOut.Concat(DocumentedCommands.NotHere.Keys).ToHashSet();
        Assert.Empty(DocumentedCommands.All.Except(known));
        Assert.Empty(known.Except(DocumentedCommands.All));
    }

    [Fact]
    public void The_section_of_README_installs_applies_and_follows()
    {
        var begins = DocumentedCommands.Readme.Select(command => string.Join(' ', command.Split(' ').Take(2)));
        string[] expected =
            ["make push-images", "helm install", "kubectl apply", "export PATH=\"$PWD/bin:$PATH\"", "kubectl graft", "kubectl get"];
        Assert.Equal(expected, begins);
    }
}
