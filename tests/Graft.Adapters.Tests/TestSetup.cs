using System.Runtime.CompilerServices;
using Graft.Models.Runtime;
using Xunit;

// Tests seed libtorch's one generator for dropout: they take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Graft.Adapters.Tests;

internal static class TestSetup
{
    [ModuleInitializer]
    internal static void Initialize() => TorchRuntime.Initialize(threads: 1);
}
