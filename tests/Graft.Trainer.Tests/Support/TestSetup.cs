using System.Runtime.CompilerServices;
using Graft.Models.Runtime;
using Xunit;

// Sessions seed libtorch's one generator for dropout, and runs set its one number of threads: they take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Graft.Trainer.Tests.Support;

internal static class TestSetup
{
    [ModuleInitializer]
    internal static void Initialize() => TorchRuntime.Initialize(threads: 1);
}
