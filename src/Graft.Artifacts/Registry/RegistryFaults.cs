using System.Net.Sockets;
using System.Security.Authentication;

namespace Graft.Artifacts.Registry;

/// <summary>Says of a request that got no answer what went wrong, and what to do about it.</summary>
internal static class RegistryFaults
{
    /// <summary>Address, cause and remedy, in sentences.</summary>
    public static string Describe(RegistryEndpoint endpoint, RegistryOptions options, Exception fault)
    {
        // The token service is another server: its address is the one to look at.
        var cause = fault is TokenServiceException ? fault.InnerException : fault;
        var what = fault is TokenServiceException { Address: var realm }
            ? $"The token service '{realm}' of registry {endpoint.Host}"
            : $"Registry {endpoint.Host}";
        return cause is null ? fault.Message : $"{what} cannot be reached: {Cause(cause)} {Remedy(endpoint, options, cause)}";
    }

    /// <summary>
    /// Whether asking again cannot help until somebody changes a setting: there is no such host, the server speaks no TLS or no HTTP, its
    /// certificate is not trusted here, or its answers have no end.
    /// </summary>
    public static bool NeedsChange(Exception fault)
    {
        return Find<AuthenticationException>(fault) is not null
            || Find<SocketException>(fault) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }
            || Find<HttpRequestException>(fault) is { HttpRequestError: HttpRequestError.InvalidResponse }
            || IsTooLong(fault);
    }

    /// <summary>Whether an answer was given up because it is longer than any answer of a registry.</summary>
    public static bool IsTooLong(Exception fault)
    {
        return fault is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded };
    }

    private static string Cause(Exception fault)
    {
        return Find<SocketException>(fault) switch
        {
            { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "its name does not resolve.",
            { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens on that port (connection refused).",
            // How a request that was given up ends where the system is quicker than the library.
            { SocketErrorCode: SocketError.OperationAborted or SocketError.TimedOut } => "it does not answer in time.",
            { } socket => Sentence(socket.Message),
            null when IsTooLong(fault) => "its answer is longer than any registry's.",
            null when Find<HttpRequestException>(fault) is { HttpRequestError: HttpRequestError.InvalidResponse } =>
                "what answers there speaks no HTTP.",
            null when Find<AuthenticationException>(fault) is { } tls => $"TLS fails: {Sentence((tls.InnerException ?? tls).Message)}",
            null when fault is OperationCanceledException || Find<TimeoutException>(fault) is not null => "it does not answer in time.",
            null => Sentence(fault.GetBaseException().Message),
        };
    }

    private static string Remedy(RegistryEndpoint endpoint, RegistryOptions options, Exception fault)
    {
        return Find<SocketException>(fault) switch
        {
            { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
                $"Check the spelling of '{endpoint.Host}', and the DNS of the machine or cluster.",
            { SocketErrorCode: SocketError.ConnectionRefused } => "Check the port, and whether the registry runs.",
            _ when Find<AuthenticationException>(fault) is not null =>
                "Give it a certificate that is trusted here; for a registry without TLS switch plain HTTP on "
                + "(the chart's artifacts.plainHttp, the spec's plainHttp beside the address, or --plain-http).",
            _ when options.PlainHttp => "Check the address, and whether network policies and proxies let this machine through.",
            _ => "Check the address, whether it speaks TLS, and whether network policies and proxies let this machine through.",
        };
    }

    private static string Sentence(string text)
    {
        return text.TrimEnd().TrimEnd('.') + ".";
    }

    private static T? Find<T>(Exception? fault)
        where T : Exception
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is T found)
            {
                return found;
            }
        }

        return null;
    }
}

/// <summary>A registry's token service gave no answer, or says that it is busy: both may pass.</summary>
internal sealed class TokenServiceException : IOException
{
    /// <summary>The service cannot be reached.</summary>
    public TokenServiceException(Uri address, Exception innerException)
        : base($"the token service '{address.GetLeftPart(UriPartial.Path)}' cannot be reached", innerException)
    {
        Address = address.GetLeftPart(UriPartial.Path);
    }

    /// <summary>The service is there and busy.</summary>
    public TokenServiceException(RegistryEndpoint endpoint, Uri address, int status)
        : base($"The token service '{address.GetLeftPart(UriPartial.Path)}' of registry {endpoint.Host} answers {status}. Try again later.")
    {
        Address = address.GetLeftPart(UriPartial.Path);
        IsBusy = true;
    }

    public string Address { get; }

    public bool IsBusy { get; }
}
