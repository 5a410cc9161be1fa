using System.Runtime.CompilerServices;
using Graft.Models.Runtime;

namespace Graft.Adapters.Tests;

internal static class TestSetup
{
    [ModuleInitializer]
    internal static void Initialise() => TorchRuntime.Initialise(threads: 1);
}
