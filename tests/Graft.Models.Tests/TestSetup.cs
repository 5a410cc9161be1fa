using System.Runtime.CompilerServices;
using Graft.Models.Runtime;

namespace Graft.Models.Tests;

internal static class TestSetup
{
    [ModuleInitializer]
    internal static void Initialize() => TorchRuntime.Initialize(threads: 1);
}
