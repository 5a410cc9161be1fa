namespace Graft.Data;

/// <summary>A data set cannot be used; the message says which file, line and field, and what to do.</summary>
public sealed class DatasetException(string message, Exception? inner = null) : Exception(message, inner);
