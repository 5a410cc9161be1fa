namespace Graft.Operator.Tests.Server;

/// <summary>A kubeconfig for a server that lets everybody in.</summary>
internal static class TokenKubeconfig
{
    /// <summary>Its text.</summary>
    public static string For(string address)
    {
        return $$"""
            apiVersion: v1
            kind: Config
            current-context: proxy
            contexts:
            - name: proxy
              context: { cluster: proxy, user: nobody }
            clusters:
            - name: proxy
              cluster: { server: "{{address}}" }
            users:
            - name: nobody
              user: { token: nobody }
            """;
    }
}
