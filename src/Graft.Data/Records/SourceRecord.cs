namespace Graft.Data.Records;

/// <summary>One record of a data set.</summary>
/// <param name="Id">Its <c>id</c> field, or <c>file:line</c>: how errors and results name it.</param>
public abstract record SourceRecord(string Id)
{
    /// <summary>The answer that is asked for last, or null where there is none.</summary>
    public abstract string? Answer { get; }

    /// <summary>The file of the picture that the record is about, beside the data set's file; null where there is none.</summary>
    public virtual string? Picture => null;

    /// <summary>The record without that answer: what a model is prompted with.</summary>
    public abstract SourceRecord WithoutAnswer();

    /// <summary>The record with every text that the model writes replaced.</summary>
    public abstract SourceRecord WithAnswers(Func<string, string> edit);

    /// <summary>The record with its last answer as the only one that is trained.</summary>
    public virtual SourceRecord WithLastAnswerTrained() => this;
}

/// <summary>An instruction, perhaps with an input, and the answer to it.</summary>
public sealed record InstructionRecord(string Id, string Instruction, string? Input, string? Output) : SourceRecord(Id)
{
    /// <summary>What the model is told before; null where there is nothing.</summary>
    public string? System { get; init; }

    public override string? Answer => Output;

    public override SourceRecord WithoutAnswer() => this with { Output = null };

    public override SourceRecord WithAnswers(Func<string, string> edit) => Output is null ? this : this with { Output = edit(Output) };
}

/// <summary>A turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record Message(string Role, string Content)
{
    /// <summary>Whether the model says it.</summary>
    public bool IsAssistant => Role == "assistant";

    /// <summary>Whether the model is trained to say it.</summary>
    public bool IsTrained { get; init; } = Role == "assistant";
}

/// <summary>A conversation.</summary>
public sealed record ConversationRecord(string Id, IReadOnlyList<Message> Messages) : SourceRecord(Id)
{
    public override string? Answer => Messages is [.., { IsTrained: true } last] ? last.Content : null;

    public override SourceRecord WithoutAnswer() => Answer is null ? this : this with { Messages = [.. Messages.SkipLast(1)] };

    public override SourceRecord WithAnswers(Func<string, string> edit) => this with
    {
        Messages = [.. Messages.Select(message => message.IsAssistant ? message with { Content = edit(message.Content) } : message)],
    };

    public override SourceRecord WithLastAnswerTrained() => this with
    {
        Messages = [.. Messages.SkipLast(1).Select(message => message with { IsTrained = false }), .. Messages.TakeLast(1)],
    };
}

/// <summary>A text.</summary>
public sealed record TextRecord(string Id, string Text) : SourceRecord(Id)
{
    public override string? Answer => null;

    public override SourceRecord WithoutAnswer() => this;

    public override SourceRecord WithAnswers(Func<string, string> edit) => this with { Text = edit(Text) };
}

/// <summary>A picture and what is said of it.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Image">The picture's file.</param>
/// <param name="Text">What is said of it; null where that is to be generated.</param>
public sealed record PictureRecord(string Id, string Image, string? Text) : SourceRecord(Id)
{
    public override string? Answer => Text;

    public override string Picture => Image;

    public override SourceRecord WithoutAnswer() => this with { Text = null };

    public override SourceRecord WithAnswers(Func<string, string> edit) => Text is null ? this : this with { Text = edit(Text) };
}
