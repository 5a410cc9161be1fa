using Graft.Api.Schema;

namespace Graft.Api.Tests;

/// <summary>What the docstrings of Graft.Api say of its fields, as the generated files have it.</summary>
internal static class Docstrings
{
    public static Descriptions Descriptions { get; } =
        Descriptions.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Graft.Api.xml")));
}
