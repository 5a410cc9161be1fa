namespace Graft.Data.Records;

/// <summary>What a line of a data set is.</summary>
public enum RecordFormat
{
    /// <summary><c>{instruction, input, output}</c>, as Alpaca has it.</summary>
    Instruction,

    /// <summary><c>{messages: [{role, content}]}</c>, as OpenAI has it.</summary>
    Messages,

    /// <summary><c>{text}</c>, trained on as a whole.</summary>
    Text,
}

/// <summary>One record of a data set.</summary>
/// <param name="Id">Its <c>id</c> field, or <c>file:line</c>: how errors and results name it.</param>
public abstract record SourceRecord(string Id)
{
    /// <summary>The answer that is asked for last, or null where there is none.</summary>
    public abstract string? Answer { get; }

    /// <summary>The record without that answer: what a model is prompted with.</summary>
    public abstract SourceRecord WithoutAnswer();
}

/// <summary>An instruction, perhaps with an input, and the answer to it.</summary>
public sealed record InstructionRecord(string Id, string Instruction, string? Input, string? Output) : SourceRecord(Id)
{
    public override string? Answer => Output;

    public override SourceRecord WithoutAnswer() => this with { Output = null };
}

/// <summary>A turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record Message(string Role, string Content)
{
    /// <summary>Whether the model says it: what is trained on.</summary>
    public bool IsAssistant => Role == "assistant";
}

/// <summary>A conversation.</summary>
public sealed record ConversationRecord(string Id, IReadOnlyList<Message> Messages) : SourceRecord(Id)
{
    public override string? Answer => Messages is [.., { IsAssistant: true } last] ? last.Content : null;

    public override SourceRecord WithoutAnswer() => Answer is null ? this : this with { Messages = [.. Messages.SkipLast(1)] };
}

/// <summary>A text.</summary>
public sealed record TextRecord(string Id, string Text) : SourceRecord(Id)
{
    public override string? Answer => null;

    public override SourceRecord WithoutAnswer() => this;
}
