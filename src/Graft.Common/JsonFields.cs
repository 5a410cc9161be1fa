using System.Text.Json;

namespace Graft.Common;

/// <summary>
/// Typed access to the fields of a JSON object that somebody else wrote. What is missing or of another type is refused with the file,
/// the field and what was expected; a field that is null counts as absent.
/// </summary>
public sealed class JsonFields
{
    /// <summary>How much of a value is shown in a message: a vocabulary is one value, too.</summary>
    private const int LongestShown = 200;

    private const string ListOfObjects = "a list of objects";

    private readonly JsonElement _content;
    private readonly Func<string, Exception?, Exception> _fault;

    private JsonFields(JsonElement content, string path, Func<string, Exception?, Exception> fault)
    {
        (_content, Path, _fault) = (content, path, fault);
    }

    /// <summary>Where the object stands, for messages: the file, then the sections within it.</summary>
    public string Path { get; }

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fault">Makes the reader's own exception of a message and what caused it.</param>
    /// <param name="maximumBytes">The largest file that is read.</param>
    public static JsonFields Read(string path, Func<string, Exception?, Exception> fault, long maximumBytes = SmallFile.MaximumBytes)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ReadOnlyMemory<byte> json;
        try
        {
            json = SmallFile.ReadBytes(path, maximumBytes);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw fault($"{path}: cannot be read: {error.Message}", error);
        }

        return Parse(json, path, fault);
    }

    /// <summary>Reads the bytes of one JSON object.</summary>
    public static JsonFields Parse(ReadOnlyMemory<byte> json, string path, Func<string, Exception?, Exception> fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        try
        {
            var content = StrictJson.Parse(json.Span);
            return content.ValueKind == JsonValueKind.Object
                ? new JsonFields(content, path, fault)
                : throw fault($"{path}: not a JSON object", null);
        }
        catch (JsonException error)
        {
            throw fault($"{path}: not JSON: {MistakenContent.Describe(json.Span) ?? error.Message}", error);
        }
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether a field is a string.</summary>
    public bool IsText(string name) => Find(name) is { ValueKind: JsonValueKind.String };

    /// <summary>Whether a field is an object.</summary>
    public bool IsSection(string name) => Find(name) is { ValueKind: JsonValueKind.Object };

    /// <summary>The names of all fields, those that are null included.</summary>
    public IEnumerable<string> Names() => _content.EnumerateObject().Select(field => field.Name);

    /// <summary>A nested object, or null.</summary>
    public JsonFields? Section(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } section => Within(section, name),
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>A nested object.</summary>
    public JsonFields RequiredSection(string name) => Section(name) ?? throw Missing(name, "an object");

    /// <summary>A list of objects; empty when absent.</summary>
    public IReadOnlyList<JsonFields> Sections(string name) =>
        List(name, ListOfObjects, item => item.ValueKind == JsonValueKind.Object, item => item)
            .Select((item, index) => Within(item, $"{name}[{index}]")).ToList();

    /// <summary>All fields of this object but those of some names; each must be an object. In one pass: there may be many.</summary>
    public IReadOnlyList<(string Name, JsonFields Section)> NamedSections(params ReadOnlySpan<string> except)
    {
        var sections = new List<(string, JsonFields)>();
        foreach (var field in _content.EnumerateObject())
        {
            if (!except.Contains(field.Name))
            {
                sections.Add(field.Value.ValueKind == JsonValueKind.Object
                    ? (field.Name, Within(field.Value, field.Name))
                    : throw Wrong(field.Name, "an object"));
            }
        }

        return sections;
    }

    /// <summary>How many items a list has; none when absent.</summary>
    public int Count(string name) => List(name, "a list", _ => true, _ => true).Length;

    /// <summary>A list of lists of strings, empty when absent; a plain string in it counts as a list of one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> TextLists(string name) =>
        List(name, "a list of strings or of lists of strings", item => IsText(item) || IsTexts(item), Texts);

    /// <summary>A string, or null.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Wrong(name, "a string"),
    };

    /// <summary>A string.</summary>
    public string RequiredText(string name) => Text(name) ?? throw Missing(name, "a string");

    /// <summary>A boolean.</summary>
    public bool Flag(string name, bool otherwise = false) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetBoolean(),
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A whole number; required unless <paramref name="otherwise"/> is given.</summary>
    public int Int(string name, int? otherwise = null) => Find(name) switch
    {
        null => otherwise ?? throw Missing(name, "a whole number"),
        { } value when IsInt(value) => AsInt(value),
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>A whole number of at least 1; required unless <paramref name="otherwise"/> is given.</summary>
    public int Size(string name, int? otherwise = null, int largest = int.MaxValue) => Int(name, otherwise) switch
    {
        < 1 => throw Wrong(name, "at least 1"),
        var size when size > largest => throw Wrong(name, $"at most {largest}"),
        var size => size,
    };

    /// <summary>A number; required unless <paramref name="otherwise"/> is given.</summary>
    public double Double(string name, double? otherwise = null) => Find(name) switch
    {
        null => otherwise ?? throw Missing(name, "a number"),
        { } value when IsNumber(value) => value.GetDouble(),
        _ => throw Wrong(name, "a number"),
    };

    /// <summary>A list of strings, or null; a plain string counts as a list of one.</summary>
    public IReadOnlyList<string>? Texts(string name) => Texts(name, out var single) ?? (single is null ? null : [single]);

    /// <summary>A list of strings, or null; a plain string comes out as <paramref name="single"/>.</summary>
    public IReadOnlyList<string>? Texts(string name, out string? single)
    {
        single = Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        return single is not null || !Has(name)
            ? null
            : List(name, "a string or a list of strings", IsText, item => item.GetString()!);
    }

    /// <summary>A list of whole numbers, empty when absent; a plain number counts as a list of one.</summary>
    public IReadOnlyList<int> Integers(string name) => Find(name) is { } value && IsInt(value)
        ? [AsInt(value)]
        : List(name, "a whole number or a list of them", IsInt, AsInt);

    /// <summary>A list of numbers; empty when absent.</summary>
    public IReadOnlyList<double> Doubles(string name) => List(name, "a list of numbers", IsNumber, item => item.GetDouble());

    /// <summary>A list of whole numbers of 64 bits.</summary>
    public IReadOnlyList<long> LongIntegers(string name) =>
        Has(name) ? List(name, "a list of whole numbers", IsLong, item => item.GetInt64()) : throw Missing(name, "a list of whole numbers");

    /// <summary>An object of numbers; empty when absent.</summary>
    public IReadOnlyDictionary<string, double> Numbers(string name) =>
        Section(name)?.All("a number", IsNumber, value => value.GetDouble()) ?? [];

    /// <summary>All fields of this object, each of which must be a whole number.</summary>
    public Dictionary<string, int> WholeNumbers() => All("a whole number", IsInt, AsInt);

    /// <summary>All fields of this object, each of which must be a string.</summary>
    public Dictionary<string, string> AllTexts() => All("a string", IsText, value => value.GetString()!);

    /// <summary>Fails unless what was read <paramref name="holds"/>: the setting is one that Graft computes.</summary>
    public void Require(string name, bool holds, string supported)
    {
        if (!holds)
        {
            throw _fault($"{Path}: {name} = {Shown(name)} is not supported; Graft supports {supported}", null);
        }
    }

    /// <summary>The exception that says that a field is not what it must be.</summary>
    public Exception Wrong(string name, string expected) =>
        _fault($"{Path}: {name} = {Shown(name)} must be {expected}", null);

    /// <summary>The exception that says that a field is wrong in a way that its value does not show.</summary>
    public Exception Fault(string name, string problem) => _fault($"{Path}: {name}: {problem}", null);

    private JsonElement? Find(string name) =>
        _content.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string Shown(string name)
    {
        var text = Find(name)?.GetRawText() ?? "(missing)";
        return OneLine.Of(text.Length <= LongestShown ? text : $"{text[..LongestShown]}…");
    }

    private Exception Missing(string name, string expected) => _fault($"{Path}: the field '{name}' is missing ({expected})", null);

    private JsonFields Within(JsonElement section, string name) => new(section, $"{Path}: {name}", _fault);

    private Dictionary<string, T> All<T>(string expected, Func<JsonElement, bool> fits, Func<JsonElement, T> read)
    {
        var all = new Dictionary<string, T>();
        foreach (var field in _content.EnumerateObject())
        {
            all[field.Name] = fits(field.Value) ? read(field.Value) : throw Wrong(field.Name, expected);
        }

        return all;
    }

    private T[] List<T>(string name, string expected, Func<JsonElement, bool> fits, Func<JsonElement, T> read) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(fits) => [.. list.EnumerateArray().Select(read)],
        _ => throw Wrong(name, expected),
    };

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool IsTexts(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText);

    private static IReadOnlyList<string> Texts(JsonElement value) =>
        IsText(value) ? [value.GetString()!] : [.. value.EnumerateArray().Select(item => item.GetString()!)];

    // What is beyond a double's range is read as infinite.
    private static bool IsNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number);

    private static bool IsLong(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _);

    // Some writers write 8 as 8.0.
    private static bool IsInt(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue;

    private static int AsInt(JsonElement value) => (int)value.GetDouble();
}
