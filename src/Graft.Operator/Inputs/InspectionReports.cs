using System.Text.Json;
using System.Text.RegularExpressions;
using Graft.Api.Planning;

namespace Graft.Operator.Inputs;

/// <summary>
/// Reads what an inspection pod left. It comes from another program, perhaps of another release: whatever a status or a condition would
/// not take is cut or left out.
/// </summary>
public static partial class InspectionReports
{
    private const int LongestName = 128;
    private const int LongestText = 1000;

    private static readonly JsonSerializerOptions Lenient = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>The report; null where the text is none.</summary>
    public static InspectionReport? Read(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) || JsonSerializer.Deserialize<InspectionReport>(text, Lenient) is not { } report
                ? null
                : report with
                {
                    Digest = report.Digest is { } digest && Digest().IsMatch(digest) ? digest : null,
                    Architecture = Plain(report.Architecture, LongestName),
                    FirstBadRecord = Plain(report.FirstBadRecord, LongestText),
                    Error = Plain(report.Error, LongestText),
                    Parameters = Count(report.Parameters),
                    SizeBytes = Count(report.SizeBytes),
                    TrainRecords = Count(report.TrainRecords),
                    EvaluationRecords = Count(report.EvaluationRecords),
                    BadRecords = Count(report.BadRecords),
                };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Plain(string? text, int longest)
    {
        return string.IsNullOrWhiteSpace(text) ? null : ReportText.Plain(text, longest);
    }

    private static long? Count(long? number)
    {
        return number < 0 ? null : number;
    }

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z")]
    private static partial Regex Digest();
}
