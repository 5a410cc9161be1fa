using Graft.Artifacts.Oci;
using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class OciReferenceTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("registry.example/team/demo:v1", "registry.example", "team/demo", "v1", null)]
    [InlineData("localhost:5000/demo", "localhost:5000", "demo", null, null)]
    [InlineData("localhost/demo:x@" + Digest, "localhost", "demo", "x", Digest)]
    [InlineData("oci:/data/oci/demo:v3", null, "/data/oci/demo", "v3", null)]
    [InlineData("oci:out/oci/demo", null, "out/oci/demo", null, null)]
    [InlineData("oci:/a:b/demo@" + Digest, null, "/a:b/demo", null, Digest)]
    public void References_are_read_and_written(string text, string? registry, string repository, string? tag, string? digest)
    {
        var reference = OciReference.Parse(text);

        Assert.Equal(new OciReference(registry, repository, tag, digest), reference);
        Assert.Equal(text, reference.ToString());
    }

    [Fact]
    public void A_scheme_before_a_registry_is_allowed()
    {
        Assert.Equal(OciReference.Parse("registry.example/demo:1"), OciReference.Parse("oci://registry.example/demo:1"));
    }

    [Theory]
    [InlineData("demo:v1", "registry's host")]
    [InlineData("team/demo:v1", "registry's host")]
    [InlineData("registry.example/Team/demo", "lower-case")]
    [InlineData("registry.example/../demo", "lower-case")]
    [InlineData("registry.example/", "lower-case")]
    [InlineData("registry.example/demo@sha256:abc", "lower-case")]
    [InlineData("oci:", "no folder")]
    [InlineData("", "registry's host")]
    public void What_is_no_reference_is_explained(string text, string expected)
    {
        Assert.Contains(expected, Assert.Throws<ArtifactException>(() => OciReference.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void A_digest_from_outside_becomes_no_path(string text)
    {
        Assert.False(OciDigest.IsValid(text));
        Assert.Throws<ArtifactException>(() => OciDigest.Hex(text));
    }
}
