using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Common;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// How a run is carried out and whom it tells, as one fingerprint a section. None of it changes what is computed, so none of it is in
/// the plan's hash; but a Job that has other settings than the spec asks for must be made anew where it still can, and where it cannot
/// the run has to say so.
/// </summary>
/// <param name="Sections">The fingerprints by section.</param>
public sealed record RunSettings(IReadOnlyDictionary<string, string> Sections)
{
    /// <summary>The annotation of a Job that holds the settings that it was made with.</summary>
    public const string Annotation = GraftApi.Group + "/settings";

    public const string Pod = "pod";
    public const string Checkpoint = "checkpoint";
    public const string Publish = "publish";
    public const string Tracking = "tracking";
    public const string Queue = "queue";
    public const string Sources = "sources";

    /// <summary>What the installation gives to every pod: the image, the address for reports.</summary>
    public const string Installation = "installation";

    private const int Digits = 12;

    /// <summary>The sections that a person writes in the run itself.</summary>
    private static readonly IReadOnlyList<string> OfTheSpec = [Pod, Checkpoint, Publish, Tracking];

    /// <summary>Takes the settings of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sources">Where the files of its inputs are, by the name in the plan.</param>
    /// <param name="execution">The execution that was made of them.</param>
    /// <param name="options">The installation's settings.</param>
    public static RunSettings Of(
        IRunResource run, IReadOnlyDictionary<string, FileSource> sources, RunExecution execution, OperatorOptions options)
    {
        var spec = run.Spec;
        return new RunSettings(new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            // As they are written, without defaults: a release with another default must not look like an edit.
            [Pod] = Fingerprint(spec.Pod),
            [Checkpoint] = Fingerprint(spec.Checkpoint),
            [Publish] = Fingerprint(new { execution.Plan.Publish, execution.PublishSecret }),
            [Tracking] = Fingerprint(new { execution.Plan.Tracking.Uri, execution.Plan.Tracking.Experiment, execution.TrackingSecret }),
            [Queue] = Fingerprint(RunChildren.QueueLabels(run)),
            [Sources] = Fingerprint(new SortedDictionary<string, FileSource>(sources.ToDictionary(), StringComparer.Ordinal)),
            [Installation] = Fingerprint(new
            {
                Image = spec.Pod?.Image is null ? options.TrainerImage : null,
                options.TrainerImagePullPolicy,
                options.BuiltinDirectory,
                Report = execution.Plan.Report?.Url,
            }),
        });
    }

    /// <summary>The settings that a Job was made with; null where an earlier release made it, which did not say.</summary>
    public static RunSettings? Of(V1Job job)
    {
        if (job.Metadata.Annotations?.TryGetValue(Annotation, out var text) != true)
        {
            return null;
        }

        var sections = text!.Split(',').Select(section => section.Split('=', 2)).Where(pair => pair.Length == 2);
        return new RunSettings(
            new SortedDictionary<string, string>(sections.ToDictionary(pair => pair[0], pair => pair[1]), StringComparer.Ordinal));
    }

    /// <summary>The settings that a status speaks of; null where it does not know.</summary>
    public static RunSettings? Of(TrainingRunStatus? status)
    {
        return status?.Resolved?.Settings is { } sections
            ? new RunSettings(new SortedDictionary<string, string>(sections, StringComparer.Ordinal))
            : null;
    }

    /// <summary>The sections that differ from earlier ones. Of unknown ones every section that the run itself can say might.</summary>
    public IReadOnlyList<string> ChangedSince(RunSettings? earlier)
    {
        // A section that one of the two releases does not know tells nothing.
        return earlier is null
            ? OfTheSpec
            : [.. Sections.Where(section => earlier.Sections.TryGetValue(section.Key, out var known) && known != section.Value).Select(
                section => section.Key)];
    }

    /// <summary>Whether two are the same in every section that both know.</summary>
    public bool SameAs(RunSettings other)
    {
        return ChangedSince(other).Count == 0;
    }

    /// <summary>The same with one section of others.</summary>
    public RunSettings With(string section, RunSettings others)
    {
        return new RunSettings(
            new SortedDictionary<string, string>(Sections.ToDictionary(), StringComparer.Ordinal) { [section] = others.Sections[section] });
    }

    /// <summary>The text for <see cref="Annotation"/>.</summary>
    public string Write()
    {
        return string.Join(',', Sections.Select(section => $"{section.Key}={section.Value}"));
    }

    /// <summary>What people call the sections.</summary>
    public static string Describe(IEnumerable<string> sections)
    {
        return string.Join(", ", sections.Select(section => section switch
        {
            Queue => "the queue labels",
            Sources => "where the inputs are",
            Installation => "the installation's settings",
            _ => $"spec.{section}",
        }));
    }

    private static string Fingerprint(object? section)
    {
        // `pod: {}` says as much as no pod at all; inside a section an empty object may say something.
        var node = JsonSerializer.SerializeToNode(section, PlanJson.WireOptions);
        var json = node is null or JsonObject { Count: 0 } ? "" : node.ToJsonString();
        return Sha256Text.Of(json)[..Digits];
    }
}
