using CsCheck;
using Graft.Trainer.Generation;
using Xunit;

namespace Graft.Trainer.Tests.Generation;

public sealed class StreamedTextTests
{
    [Fact]
    public void Pieces_are_the_text_before_the_first_stop_string_and_nothing_is_taken_back() =>
        Gen.Select(Gen.Char["abc"].Array[0, 20], Gen.Char["abc"].Array[1, 3].Select(chars => new string(chars)).Array[0, 3]).Sample(
            (characters, stop) =>
            {
                var text = new string(characters);
                var streamed = new StreamedText(stop);
                var pieces = Enumerable.Range(1, text.Length).Select(length => streamed.Next(text[..length])).ToList();
                var ends = stop.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(place => place >= 0).ToList();
                Assert.Equal(ends.Count > 0 ? text[..ends.Min()] : text, string.Concat(pieces) + streamed.Rest());
            });

    [Fact]
    public void A_character_of_several_tokens_waits_until_it_is_whole()
    {
        var streamed = new StreamedText([]);
        Assert.Equal("a", streamed.Next("a"));
        Assert.Equal("", streamed.Next("a\uFFFD"));
        Assert.Equal("\u00e9", streamed.Next("a\u00e9"));
    }
}
