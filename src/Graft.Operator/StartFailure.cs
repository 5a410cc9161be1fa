using k8s.Exceptions;

namespace Graft.Operator;

/// <summary>Says why the operator could not start, where people who install it can mend that.</summary>
internal static class StartFailure
{
    /// <summary>The exit status: wrong settings, as of the other programs.</summary>
    public const int ExitCode = 2;

    /// <summary>A sentence about a failure; null for one that is a defect of the operator.</summary>
    public static string? Describe(Exception error)
    {
        return error switch
        {
            KubeConfigException =>
                $"graft-operator: the kubeconfig cannot be used: {OneLine(error)} KUBECONFIG names the file; in a pod, the ServiceAccount's token takes its place.",
            // What the configuration binder and the settings themselves throw.
            InvalidOperationException when error.Message.Contains(OperatorOptions.Section + ":", StringComparison.Ordinal)
                || error.Message.StartsWith("The setting ", StringComparison.Ordinal) =>
                $"graft-operator: {OneLine(error)} Settings are environment variables such as Graft__HttpPort, or arguments such as --Graft:HttpPort=8080.",
            IOException when error.Message.StartsWith("Failed to bind to address", StringComparison.Ordinal) =>
                $"graft-operator: {OneLine(error)} The settings HttpPort and ReportPort choose the ports.",
            _ => null,
        };
    }

    private static string OneLine(Exception error)
    {
        return error.Message.ReplaceLineEndings(" ").TrimEnd(' ', '.') + ".";
    }
}
