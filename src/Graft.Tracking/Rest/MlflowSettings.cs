using System.Globalization;

namespace Graft.Tracking.Rest;

/// <summary>How to reach an MLflow server: the environment variables of MLflow's own client.</summary>
internal sealed record MlflowSettings
{
    /// <summary>The server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The server's address, without a slash at its end.</summary>
    public string Address => AddressOf(Server);

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <summary>File with a bearer token, read for each request: a projected token is renewed.</summary>
    public string? TokenFile { get; init; }

    public bool InsecureTls { get; init; }

    /// <summary>PEM file with the authorities to trust.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file with the client's certificate and key.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>Workspace for servers that have several.</summary>
    public string? Workspace { get; init; }

    /// <summary>An existing run to record into.</summary>
    public string? RunId { get; init; }

    /// <summary>Time for one request. Shorter than MLflow's own 120 s: a server that does not answer is tried again anyway.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="TrackingException">A variable has no usable value.</exception>
    public static MlflowSettings FromEnvironment(Uri server, Func<string, string?> environment)
    {
        string? Text(string name)
        {
            return environment(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
        }

        var credentials = CredentialsFile(environment("HOME"));
        var timeout = Text("MLFLOW_HTTP_REQUEST_TIMEOUT");
        var settings = new MlflowSettings
        {
            Server = server,
            Username = Text("MLFLOW_TRACKING_USERNAME") ?? credentials.GetValueOrDefault("mlflow_tracking_username"),
            Password = Text("MLFLOW_TRACKING_PASSWORD") ?? credentials.GetValueOrDefault("mlflow_tracking_password"),
            Token = Text("MLFLOW_TRACKING_TOKEN"),
            TokenFile = Text("MLFLOW_TRACKING_TOKEN_FILE"),
            InsecureTls = Text("MLFLOW_TRACKING_INSECURE_TLS")?.ToLowerInvariant() is "true" or "1",
            AuthorityFile = Text("MLFLOW_TRACKING_SERVER_CERT_PATH"),
            ClientCertificateFile = Text("MLFLOW_TRACKING_CLIENT_CERT_PATH"),
            Workspace = Text("MLFLOW_WORKSPACE"),
            RunId = Text("MLFLOW_RUN_ID"),
        };
        if (timeout is not null)
        {
            settings = int.TryParse(timeout, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
                ? settings with { RequestTimeout = TimeSpan.FromSeconds(seconds) }
                : throw new TrackingException($"MLFLOW_HTTP_REQUEST_TIMEOUT is '{timeout}': give a number of seconds above 0.");
        }

        if (settings.InsecureTls && settings.AuthorityFile is not null)
        {
            throw new TrackingException(
                "Set MLFLOW_TRACKING_INSECURE_TLS or MLFLOW_TRACKING_SERVER_CERT_PATH, not both: one trusts everybody, the other a few.");
        }

        foreach (var file in new[] { settings.AuthorityFile, settings.ClientCertificateFile }.OfType<string>())
        {
            if (!File.Exists(file))
            {
                throw new TrackingException(
                    $"The certificate file '{file}' of MLFLOW_TRACKING_SERVER_CERT_PATH or MLFLOW_TRACKING_CLIENT_CERT_PATH is not there.");
            }
        }

        return settings;
    }

    public static string AddressOf(Uri server)
    {
        return server.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    private static Dictionary<string, string> CredentialsFile(string? home)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = home is null ? null : Path.Combine(home, ".mlflow", "credentials");
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            if (line.Split('=', 2) is [var key, var value])
            {
                values[key.Trim()] = value.Trim();
            }
        }

        return values;
    }
}
