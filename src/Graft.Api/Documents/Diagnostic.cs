using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>A problem and its place in a file.</summary>
/// <param name="File">The file's path as it was given.</param>
/// <param name="Line">The line, from one.</param>
/// <param name="Column">The column, from one.</param>
/// <param name="Problem">What is wrong.</param>
public sealed record Diagnostic(string File, int Line, int Column, SpecProblem Problem)
{
    /// <summary>How bad it is.</summary>
    public Severity Severity => Problem.Severity;

    /// <summary>The place in a document of a problem's path.</summary>
    internal static Diagnostic Locate(string file, DocumentNode document, SpecProblem problem)
    {
        var (line, column) = document.Locate(problem.Path, atKey: problem.Code == ProblemCodes.UnknownField);
        return new Diagnostic(file, line, column, problem);
    }

    /// <summary>
    /// One line as compilers write it, which editors and CI systems turn into a link: <c>file:line:column: error: …  [code]</c>.
    /// </summary>
    public override string ToString()
    {
#pragma warning disable CA1308 // Compilers write severities in lower case.
        return VisibleText.Line($"{File}:{Line}:{Column}: {Severity.ToString().ToLowerInvariant()}: {Problem} [{Problem.Code}]");
#pragma warning restore CA1308
    }
}
