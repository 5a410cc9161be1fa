using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Graft.Operator.Reports;

/// <summary>
/// How the operator listens: anyone in the cluster may connect, so nothing that one may send or hold open is without a bound.
/// </summary>
public static class ReportListener
{
    private const int MostConnections = 8192;
    private const int MostConnectionsOfOne = 512;
    private const int LargestHeaders = 16 * 1024;
    private const int MostHeaders = 40;
    private const int LargestBody = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Sets the bounds of all ports, and opens the one for reports if there are any.</summary>
    public static void Configure(KestrelServerOptions kestrel, OperatorOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = Patience;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
        kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: Patience);
        if (options.ReportUrl is null)
        {
            return;
        }

        var limit = new ConnectionLimit(MostConnections, MostConnectionsOfOne);
        kestrel.ListenAnyIP(options.ReportPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => limit.HandleAsync(connection, next));
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                HandshakeTimeout = Patience,
                ServerCertificateSelector = (_, _) => kestrel.ApplicationServices.GetRequiredService<ReportServer>().ServerCertificate(),
            });
        });
    }
}
