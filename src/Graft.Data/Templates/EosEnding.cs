using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Templates;

/// <summary>What templates share whose answers end with the tokenizer's end-of-text token.</summary>
internal static class EosEnding
{
    public static void Check(TextTokenizer tokenizer, string template)
    {
        if (tokenizer.Special.Eos is null)
        {
            throw new TokenizerException(
                $"the tokenizer names no end-of-text token, which the template '{template}' puts after an answer (without it a model never "
                    + "stops); add eos_token to tokenizer_config.json");
        }
    }

    /// <summary>Such templates have no place for a system message.</summary>
    public static void RefuseSystem(InstructionRecord record, string template)
    {
        if (record.System is not null)
        {
            throw new BadRecordException(
                $"the template {template} has no place for the field 'system'", "use the template chatml, or delete the field");
        }
    }
}
