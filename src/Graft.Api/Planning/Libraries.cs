namespace Graft.Api.Planning;

/// <summary>The libraries that load what is published, by their names on model hubs.</summary>
public static class Libraries
{
    public const string Peft = "peft";
    public const string Transformers = "transformers";
    public const string Graft = "graft";

    /// <summary>AdapterHub's library <c>adapters</c>, by the name that it had before.</summary>
    public const string Adapters = "adapter-transformers";
}
