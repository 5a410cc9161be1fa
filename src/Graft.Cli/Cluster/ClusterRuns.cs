using System.Net;
using Graft.Api.V1Alpha1;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.Models;

namespace Graft.Cli.Cluster;

/// <summary>The training runs of a namespace, and their pods.</summary>
public sealed class ClusterRuns : IDisposable
{
    private const string Plural = "adaptertrainingruns";

    private readonly Kubernetes _client;
    private readonly string _namespace;

    private ClusterRuns(Kubernetes client, string @namespace)
    {
        _client = client;
        _namespace = @namespace;
    }

    /// <summary>Connects as a kubeconfig says.</summary>
    /// <exception cref="CliException">There is no usable kubeconfig.</exception>
    public static ClusterRuns Connect(FileInfo? kubeconfig, string? context, string? @namespace)
    {
        try
        {
            var file = kubeconfig ?? FromEnvironment();
            var configuration = file is null && context is null
                ? KubernetesClientConfiguration.BuildDefaultConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(file, context);
            return new ClusterRuns(new Kubernetes(configuration), @namespace ?? configuration.Namespace ?? "default");
        }
#pragma warning disable CA1031 // The library ends with all kinds of exceptions at files that are no kubeconfig.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new CliException(
                error is KubeConfigException or IOException
                    ? $"No cluster can be reached: {error.Message.TrimEnd('.')}. Name one with --kubeconfig and --context."
                    : $"'{(kubeconfig ?? FromEnvironment())?.FullName ?? "~/.kube/config"}' is no kubeconfig, or a damaged one "
                        + $"({error.Message.Split('\n')[0].TrimEnd('.')}). Name another one with --kubeconfig.",
                error);
        }
    }

    /// <summary>The run of a name.</summary>
    /// <exception cref="CliException">There is none, or the API server does not answer.</exception>
    public async Task<AdapterTrainingRun> GetAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CustomObjects.GetNamespacedCustomObjectAsync<AdapterTrainingRun>(
                GraftApi.Group, GraftApi.Version, _namespace, Plural, name, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new CliException(
                $"There is no AdapterTrainingRun '{name}' in namespace '{_namespace}'. "
                + "`kubectl get atr -A` lists them; -n NAMESPACE chooses another namespace.",
                error);
        }
        catch (HttpOperationException error)
        {
            var status = (int)error.Response.StatusCode;
            throw new CliException(
                $"The API server answered {status} to the question for AdapterTrainingRun '{name}': {error.Response.Content}", error);
        }
        catch (HttpRequestException error)
        {
            throw new CliException($"The API server at {_client.BaseUri} does not answer: {error.Message}", error);
        }
    }

    /// <summary>The newest pod of a run, or null while there is none.</summary>
    public async Task<V1Pod?> NewestPodAsync(AdapterTrainingRun run, CancellationToken cancellationToken)
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
}
