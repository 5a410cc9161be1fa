using System.Globalization;
using System.Text;

namespace Graft.Data.Tokenization;

/// <summary>
/// A text for regular expressions with classes like <c>\p{L}</c>. .NET matches UTF-16 units, so a letter beyond U+FFFF would be two
/// surrogates and no letter; here each such character is one stand-in of the same category, and places map back.
/// </summary>
public sealed class CategoryShadow
{
    private readonly string _text;
    private readonly int[]? _origin;

    /// <summary>Makes the shadow of a text.</summary>
    public CategoryShadow(string text)
    {
        _text = text;
        if (!text.Any(char.IsSurrogate))
        {
            Shadow = text;
            return;
        }

        var shadow = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            places.Add(at);
            at += rune.Utf16SequenceLength;
        }

        places.Add(at);
        Shadow = shadow.ToString();
        _origin = [.. places];
    }

    /// <summary>The text to match.</summary>
    public string Shadow { get; }

    /// <summary>The span of the original text that a span of the shadow stands for.</summary>
    public string Original(int start, int length) => _origin is null
        ? _text.Substring(start, length)
        : _text[_origin[start].._origin[start + length]];

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => 'A',
        UnicodeCategory.LowercaseLetter => '\u00DF', // no ASCII letter: contractions such as 's must not match
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u05D0',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00BD',
        UnicodeCategory.Format => '\u200B',
        UnicodeCategory.OtherPunctuation => '\u2020',
        UnicodeCategory.DashPunctuation => '\u2013',
        UnicodeCategory.MathSymbol => '\u2200',
        UnicodeCategory.ModifierSymbol => '\u02C2',
        UnicodeCategory.CurrencySymbol => '\u20AC',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\uFFFE',
        _ => '\u2603',
    };
}
