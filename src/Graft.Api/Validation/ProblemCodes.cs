namespace Graft.Api.Validation;

/// <summary>The kinds of problems: stable names to search and to filter by.</summary>
public static class ProblemCodes
{
    /// <summary>The text is not YAML; what follows in the file is not read.</summary>
    public const string BadYaml = "bad-yaml";

    /// <summary>There are more problems than are told.</summary>
    public const string MoreProblems = "more-problems";

    /// <summary>The files hold none of Graft's resources.</summary>
    public const string NothingFound = "nothing-found";

    /// <summary>The kind is known, but nothing carries it out yet.</summary>
    public const string NotServed = "not-served";

    /// <summary>A mapping has the same key twice.</summary>
    public const string DuplicateKey = "duplicate-key";

    /// <summary>The document is not one of Graft's resources and is not checked.</summary>
    public const string NotGraft = "not-graft";

    /// <summary>There is no such kind in Graft's API.</summary>
    public const string UnknownKind = "unknown-kind";

    /// <summary>The <c>apiVersion</c> is missing or is not Graft's.</summary>
    public const string UnknownVersion = "unknown-version";

    /// <summary>A name cannot be used for what is made from it.</summary>
    public const string BadName = "bad-name";

    /// <summary>There is no such field in this place.</summary>
    public const string UnknownField = "unknown-field";

    /// <summary>The value has another type than the field.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>A required field is not set.</summary>
    public const string MissingField = "missing-field";

    /// <summary>A number, a length or a count is too small or too large.</summary>
    public const string OutOfBounds = "out-of-bounds";

    /// <summary>The value is not among the allowed ones.</summary>
    public const string NotAllowed = "not-allowed";

    /// <summary>A string does not have the form that it needs.</summary>
    public const string BadFormat = "bad-format";

    /// <summary>None, or more than one, of some fields is set.</summary>
    public const string ExactlyOneOf = "exactly-one-of";

    /// <summary>More than one of some fields is set.</summary>
    public const string AtMostOneOf = "at-most-one-of";

    /// <summary>Two items of a list have the same key.</summary>
    public const string DuplicateItem = "duplicate-item";

    /// <summary>Two documents are the same resource.</summary>
    public const string DuplicateResource = "duplicate-resource";

    /// <summary>A name leads to nothing.</summary>
    public const string ReferenceNotFound = "reference-not-found";

    /// <summary>A file or folder that is named is not on this computer.</summary>
    public const string FileNotFound = "file-not-found";

    /// <summary>Settings that are right by themselves cannot work together.</summary>
    public const string ImpossibleCombination = "impossible-combination";

    /// <summary>It runs, but probably not as meant.</summary>
    public const string LikelyMistake = "likely-mistake";
}
