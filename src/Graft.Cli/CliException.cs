namespace Graft.Cli;

/// <summary>Something that the user can put right; the message says what is wrong, where, and what to do.</summary>
public sealed class CliException(string message, Exception? inner = null) : Exception(message, inner);
