using System.Net;

namespace Graft.Cli.Local;

/// <summary>Tells registries on this computer from those on a network, which are spoken to with TLS unless the user says otherwise.</summary>
public static class RegistryHosts
{
    /// <summary>Whether a reference's registry is this computer's own (<c>localhost</c> or a loopback address).</summary>
    public static bool IsLoopback(string reference)
    {
        var host = reference.Split('/')[0];
        var name = host.StartsWith('[') ? host[1..].Split(']')[0] : host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
