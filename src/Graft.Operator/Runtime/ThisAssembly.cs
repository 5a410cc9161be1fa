using System.Reflection;

namespace Graft.Operator.Runtime;

/// <summary>What this program says about itself.</summary>
internal static class ThisAssembly
{
    /// <summary>The version, without the commit that the build may add.</summary>
    public static string Version { get; } =
        typeof(ThisAssembly).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "0";
}
