using TorchSharp;
using Xunit;
namespace Graft.Models.Tests;
public sealed class SmokeTests { [Fact] public void Torch_loads() { using var t = torch.ones(3); Assert.Equal(3f, t.sum().item<float>()); } }
