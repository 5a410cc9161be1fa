namespace Graft.Api.Reporting;

/// <summary>The address at the operator to which a trainer pod reports how far its run is.</summary>
public static class ReportRoute
{
    /// <summary>The route's pattern.</summary>
    public const string Pattern = "/v1/namespaces/{namespace}/{plural}/{name}/progress";

    /// <summary>The address of a run's progress below the operator's.</summary>
    public static string Address(string baseUrl, string @namespace, string plural, string name)
    {
        return $"{baseUrl.TrimEnd('/')}/v1/namespaces/{@namespace}/{plural}/{name}/progress";
    }
}
