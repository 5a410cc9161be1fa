using Graft.Adapters.Ia3;
using Graft.Api.Methods;

namespace Graft.Golden.Tests;

/// <summary>IA3, against Hugging Face PEFT.</summary>
internal static class Ia3Cases
{
    public static void Check(GoldenCase golden)
    {
        var config = golden.Description["peft_config"]!;
        List<string> Names(string key) => [.. config[key]!.AsArray().Select(name => name!.GetValue<string>())];
        var spec = new Ia3Spec { TargetModules = Names("target_modules"), FeedforwardModules = Names("feedforward_modules") };

        AdapterCases.Check(golden, new Ia3Method(spec), (adapter, folder) => adapter.Save(folder));
    }
}
