using System.Net;
using System.Runtime.Serialization;
using System.Text.Json;
using Graft.Api.Runs;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Cli.Display;
using Graft.Common;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.Models;

namespace Graft.Cli.Cluster;

/// <summary>The training runs of a namespace, and their pods.</summary>
public sealed class ClusterRuns : IDisposable
{
    /// <summary>How much of a refusal is shown: it may be a proxy's page.</summary>
    private const int LongestAnswer = 500;

    private readonly Kubernetes _client;
    private readonly string _namespace;
    private readonly Terminal _terminal;

    private ClusterRuns(Kubernetes client, string @namespace, Terminal terminal)
    {
        _client = client;
        _namespace = @namespace;
        _terminal = terminal;
    }

    /// <summary>Connects as a kubeconfig says.</summary>
    /// <exception cref="CliException">There is no kubeconfig, or no usable one.</exception>
    public static ClusterRuns Connect(FileInfo? kubeconfig, string? context, string? @namespace, Terminal terminal)
    {
        var file = kubeconfig ?? FromEnvironment();
        var usual = KubernetesClientConfiguration.KubeConfigDefaultLocation;
        if (file is null && !File.Exists(usual) && !KubernetesClientConfiguration.IsInCluster())
        {
            // The library would ask whoever listens at port 8080 of this computer.
            throw new CliException(
                $"No cluster is configured: $KUBECONFIG is not set, and there is no {usual}. Name a kubeconfig with --kubeconfig.");
        }

        try
        {
            var configuration = file is null && context is null
                ? KubernetesClientConfiguration.BuildDefaultConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(file, context);
            return new ClusterRuns(new Kubernetes(configuration), @namespace ?? configuration.Namespace ?? "default", terminal);
        }
#pragma warning disable CA1031 // The library ends with all kinds of exceptions at files that are no kubeconfig.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new CliException(
                error is KubeConfigException || FileFaults.Is(error)
                    ? $"No cluster can be reached: {error.Message.TrimEnd('.')}. Name one with --kubeconfig and --context."
                    : $"'{file?.FullName ?? usual}' is no kubeconfig, or a damaged one "
                        + $"({error.Message.Split('\n')[0].TrimEnd('.')}). Name another one with --kubeconfig.",
                error);
        }
    }

    /// <summary>The run of a name, of whatever kind.</summary>
    /// <param name="name">The name; KIND/NAME where runs of two kinds have it.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="CliException">There is none, or several, or the API server does not answer.</exception>
    public async Task<IRunResource> GetAsync(string name, CancellationToken cancellationToken)
    {
        var (kinds, plain) = name.Split('/') is [var kind, var rest] ? (Kinds(kind), rest) : ([.. RunKinds.All], name);
        var found = new List<IRunResource>();
        foreach (var known in kinds)
        {
            var reading = known.Visit(new Reading(this, plain, cancellationToken));
            var waiting = $"Waiting for the API server at {_client.BaseUri} …";
            if (await Patience.AwaitAsync(reading, _terminal, waiting, cancellationToken).ConfigureAwait(false) is { } run)
            {
                found.Add(run);
            }
        }

        return found switch
        {
            [var only] => only,
            [] => throw new CliException(
                $"There is no run '{name}' in namespace '{_namespace}'. "
                + $"`kubectl get {string.Join(',', RunKinds.All.Select(run => ResourceKind.For(run.Type).ShortName))} -A` lists them; "
                + "-n NAMESPACE chooses another namespace."),
            _ => throw new CliException(
                $"There are several runs '{name}' in namespace '{_namespace}'; say which: "
                + string.Join(" or ", found.Select(run => $"{ResourceKind.For(run.GetType()).ShortName}/{name}")) + "."),
        };
    }

    /// <summary>The newest pod of a run, or null while there is none.</summary>
    public async Task<V1Pod?> NewestPodAsync(IRunResource run, CancellationToken cancellationToken)
    {
        if (run.Status?.JobName is not { } job)
        {
            return null;
        }

        var pods = await _client.CoreV1.ListNamespacedPodAsync(
            _namespace, labelSelector: $"batch.kubernetes.io/job-name={job}", cancellationToken: cancellationToken).ConfigureAwait(false);
        return pods.Items.MaxBy(pod => pod.Metadata.CreationTimestamp);
    }

    /// <summary>The lines that a pod's trainer has said; all that it will say, when following.</summary>
    public async IAsyncEnumerable<string> ReadLogAsync(
        V1Pod pod, bool follow, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await _client.CoreV1.ReadNamespacedPodLogAsync(
            pod.Metadata.Name, _namespace, follow: follow, cancellationToken: cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            yield return line;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
    }

    private static FileInfo? FromEnvironment()
    {
        // KUBECONFIG may name several files; like kubectl's current-context, the first one counts.
        var first = Environment.GetEnvironmentVariable("KUBECONFIG")?
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault();
        return first is null ? null : new FileInfo(first);
    }

    /// <summary>Whether a text is KIND/NAME of a run.</summary>
    public static bool IsKindAndName(string text)
    {
        return text.Split('/') is [var kind, _] && Find(kind) is not null;
    }

    private static IRunKind? Find(string kind)
    {
        return ResourceKind.All.FirstOrDefault(known =>
            new[] { known.Kind, known.Plural, known.ShortName }.Contains(kind, StringComparer.OrdinalIgnoreCase)) is { } found
                ? RunKinds.Find(found.Type)
                : null;
    }

    private static IRunKind[] Kinds(string name)
    {
        return Find(name) is { } run
            ? [run]
            : throw new CliException($"'{name}' is no kind of run; there are {string.Join(", ", RunKinds.All.Select(known => known.Type.Name))}.");
    }

    private sealed class Reading(ClusterRuns runs, string name, CancellationToken cancellationToken) : IRunKindVisitor<Task<IRunResource?>>
    {
        public async Task<IRunResource?> Visit<TRun>(IRunKind kind)
            where TRun : class, IRunResource
        {
            try
            {
                return await runs._client.CustomObjects.GetNamespacedCustomObjectAsync<TRun>(
                    GraftApi.Group, GraftApi.Version, runs._namespace, ResourceKind.For(kind.Type).Plural, name, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (HttpOperationException error)
            {
                var status = (int)error.Response.StatusCode;
                throw new CliException(
                    $"The API server answered {status} to the question for {kind.Type.Name} '{name}': "
                        + VisibleText.Short(error.Response.Content ?? "", LongestAnswer),
                    error);
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                throw new CliException(
                    $"The API server at {runs._client.BaseUri} does not answer: {error.Message.TrimEnd('.')}. "
                        + "Check the address and the network, or choose another cluster with --context.",
                    error);
            }
            catch (Exception error) when (error is JsonException or SerializationException or FormatException or NotSupportedException)
            {
                throw new CliException(
                    $"What answers at {runs._client.BaseUri} is no Kubernetes API server, or of another release: "
                        + $"{error.Message.TrimEnd('.')}. Check the address in the kubeconfig, and proxies on the way.",
                    error);
            }
        }
    }
}
