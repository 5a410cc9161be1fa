using System.Net;
using System.Net.Sockets;
using Graft.Artifacts.Registry;

namespace Graft.Cli.Local;

/// <summary>How to speak to a registry from this computer.</summary>
public static class RegistryHosts
{
    /// <summary>Somebody sits before it: an address that nobody answers at is most likely a wrong one.</summary>
    private static readonly TimeSpan Unreachable = TimeSpan.FromSeconds(30);

    private static readonly IPNetwork[] Ranges =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
    ];

    /// <summary>
    /// The user's credentials as Docker, Podman and oras keep them; TLS unless the registry is on this computer or in a
    /// private network without names, or the user says otherwise.
    /// </summary>
    /// <param name="reference">A reference or a repository in the registry.</param>
    /// <param name="plainHttp">What the user says.</param>
    /// <param name="patience">How long a registry that is not there or busy is tried; half a minute and two minutes without it.</param>
    public static RegistryOptions Options(string reference, bool? plainHttp, TimeSpan? patience = null)
    {
        var usual = new RegistryOptions();
        return usual with
        {
            RetryTime = patience ?? usual.RetryTime,
            UnreachableTime = patience ?? Unreachable,
            PlainHttp = plainHttp ?? IsPrivate(reference),
            DockerConfigFile = RegistryOptions.UserConfigFile(Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>
    /// Whether a reference's registry is <c>localhost</c> or a loopback or private address (RFC 1918, RFC 4193): no authority
    /// certifies those.
    /// </summary>
    public static bool IsPrivate(string reference)
    {
        var host = reference.Split('/')[0];
        var name = host.StartsWith('[') ? host[1..].Split(']')[0] : host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && (IPAddress.IsLoopback(address) || IsPrivate(address)));
    }

    private static bool IsPrivate(IPAddress address)
    {
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.IsIPv6UniqueLocal
            : Ranges.Any(range => range.Contains(address));
    }
}
