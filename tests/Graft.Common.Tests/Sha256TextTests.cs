using System.Text;
using Xunit;

namespace Graft.Common.Tests;

public sealed class Sha256TextTests
{
    // NIST's example of a message of one block (FIPS 180-4).
    private const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Texts_bytes_and_streams_of_one_content_have_one_digest()
    {
        Assert.Equal(Abc, Sha256Text.Of("abc"));
        Assert.Equal(Abc, Sha256Text.Of("abc"u8));
        Assert.Equal(Abc, Sha256Text.Of(new MemoryStream(Encoding.UTF8.GetBytes("abc"))));
    }

    [Fact]
    public void A_long_stream_tells_each_piece_that_is_read()
    {
        var content = new byte[1_000_000];
        var pieces = new List<int>();

        Assert.Equal(Sha256Text.Of(content), Sha256Text.Of(new MemoryStream(content), pieces.Add));
        Assert.Equal(content.Length, pieces.Sum());
        Assert.True(pieces.Count > 1, $"{pieces.Count}");
    }
}
