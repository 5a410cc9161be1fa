using Graft.Cli.Local;
using Graft.Cli.Training;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Local;

public sealed class ProgramPlacesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void The_trainer_is_the_named_one_else_the_one_beside_else_the_one_of_the_checkout()
    {
        var checkout = _folder.Write("bin/Graft.Trainer/release/graft-trainer", "");
        var program = Path.Combine(_folder.Path, "bin", "Graft.Cli", "release");
        Assert.Equal(checkout, TrainerProgram.Find(program, named: null));

        var beside = _folder.Write("bin/Graft.Cli/release/graft-trainer", "");
        Assert.Equal(beside, TrainerProgram.Find(program, named: null));

        var named = _folder.Write("elsewhere/graft-trainer", "");
        Assert.Equal(named, TrainerProgram.Find(program, named));
    }

    [Fact]
    public void A_trainer_that_is_nowhere_is_an_error_that_says_what_to_do()
    {
        var nowhere = Assert.Throws<CliException>(() => TrainerProgram.Find(_folder.Path, named: null));
        Assert.Contains("make build", nowhere.Message, StringComparison.Ordinal);
        var misnamed = Assert.Throws<CliException>(() => TrainerProgram.Find(_folder.Path, "/nowhere"));
        Assert.Contains("GRAFT_TRAINER", misnamed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_folder_of_builtins_is_the_only_one()
    {
        _folder.Write("mine/model/config.json", "{}");
        var builtins = BuiltinFolders.Find(AppContext.BaseDirectory, Path.Combine(_folder.Path, "mine"));
        Assert.Equal(Path.Combine(_folder.Path, "mine", "model"), builtins.Folder("model"));
        var unknown = Assert.Throws<CliException>(() => builtins.Folder("wordnet-kinds"));
        Assert.Contains("Known: model.", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkout_has_its_examples_as_builtins()
    {
        var builtins = BuiltinFolders.Find(AppContext.BaseDirectory, named: null);
        Assert.Equal(Path.Combine(Repository.Root, "examples", "builtin", "wordnet-kinds"), builtins.Folder("wordnet-kinds"));
    }

    [Theory]
    [InlineData("localhost:5000/a", true)]
    [InlineData("127.0.0.1:5000/a/b:v1", true)]
    [InlineData("[::1]:5000/a", true)]
    [InlineData("registry.example/a", false)]
    [InlineData("10.88.0.1:5000/a", true)]
    [InlineData("172.32.0.1/a", false)]
    [InlineData("8.8.8.8:5000/a", false)]
    [InlineData("[fd00::1]:5000/a", true)]
    [InlineData("[2001:db8::1]:5000/a", false)]
    public void A_registry_of_this_computer_or_at_a_private_address_is_spoken_to_without_tls(string reference, bool isPrivate)
    {
        Assert.Equal(isPrivate, RegistryHosts.IsPrivate(reference));
    }
}
