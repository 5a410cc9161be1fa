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
}
