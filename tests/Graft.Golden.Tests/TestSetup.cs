using System.Runtime.CompilerServices;
using Graft.Models.Runtime;

namespace Graft.Golden.Tests;

internal static class TestSetup
{
    // The reference outputs do not depend on it, but the machine does: tests of several projects share two cores.
    [ModuleInitializer]
    internal static void Initialize() => TorchRuntime.Initialize(threads: 1);
}
