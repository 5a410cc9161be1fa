using System.Net;
using Graft.Artifacts.Registry;

namespace Graft.Cli.Local;

/// <summary>How to speak to a registry from this computer.</summary>
public static class RegistryHosts
{
    /// <summary>
    /// The user's credentials as Docker, Podman and oras keep them; TLS unless the registry is on this computer or the user says
    /// otherwise.
    /// </summary>
    /// <param name="reference">A reference or a repository in the registry.</param>
    /// <param name="plainHttp">What the user says.</param>
    public static RegistryOptions Options(string reference, bool? plainHttp)
    {
        return new RegistryOptions
        {
            PlainHttp = plainHttp ?? IsLoopback(reference),
            DockerConfigFile = RegistryOptions.UserConfigFile(Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>Whether a reference's registry is this computer's own: <c>localhost</c> or a loopback address.</summary>
    public static bool IsLoopback(string reference)
    {
        var host = reference.Split('/')[0];
        var name = host.StartsWith('[') ? host[1..].Split(']')[0] : host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
