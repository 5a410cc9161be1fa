namespace Graft.Trainer.Publishing;

/// <summary>
/// What the front matter of a model card says of a license. Model hubs know a list of names; any other license is <c>other</c> with a name
/// of its own (https://huggingface.co/docs/hub/repositories-licenses).
/// </summary>
internal static class HubLicense
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "afl-3.0", "agpl-3.0", "apache-2.0", "apple-amlr", "apple-ascl", "artistic-2.0", "bigcode-openrail-m", "bigscience-bloom-rail-1.0",
        "bigscience-openrail-m", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "bsl-1.0", "c-uda", "cc", "cc-by-2.0",
        "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0",
        "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "creativeml-openrail-m", "ecl-2.0", "epl-1.0", "epl-2.0",
        "etalab-2.0", "eupl-1.1", "eupl-1.2", "gemma", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "llama2",
        "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "lppl-1.3c", "mit", "mpl-2.0", "ms-pl", "ncsa", "odbl", "odc-by", "ofl-1.1",
        "openrail", "openrail++", "osl-3.0", "pddl", "postgresql", "unknown", "unlicense", "wtfpl", "zlib",
    };

    // SPDX says whether later versions are meant; hubs do not.
    private static readonly string[] Ends = ["-only", "-or-later", "+"];

    /// <summary>The lines for an SPDX identifier, or what stands in its place.</summary>
    /// <param name="license">The identifier.</param>
    /// <param name="url">Where its text is, if that is known.</param>
    public static IEnumerable<string> Lines(string license, string? url)
    {
        var name = license.Trim().ToLowerInvariant();
        if (Ends.Select(end => name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] : name).Prepend(name)
            .FirstOrDefault(Known.Contains) is { } known)
        {
            return [$"license: {known}"];
        }

        // Only what needs no quotes in YAML.
        var letters = name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '-');
        var plain = string.Concat(letters).Trim('-', '.');
        return
        [
            "license: other",
            .. plain.Length > 0 ? [$"license_name: {plain}"] : Array.Empty<string>(),
            .. Uri.TryCreate(url, UriKind.Absolute, out var address) ? [$"license_link: {address.AbsoluteUri}"] : Array.Empty<string>(),
        ];
    }
}
