using Graft.Data.Tokenization;

namespace Graft.Data.Tests.Tokenization;

/// <summary>Small tokenizers, written as files and loaded again.</summary>
internal static class TokenizerFiles
{
    private static readonly string[] Corpus =
    [
        "The quick brown fox jumps over the lazy dog. The dog sleeps; the fox doesn't.",
        "It was the best of times, it was the worst of times, it was the age of wisdom.",
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. 1234 5678.",
    ];

    /// <summary>A byte-level tokenizer of 360 tokens with the marks of ChatML.</summary>
    public static TextTokenizer ByteLevel()
    {
        using var folder = new TemporaryFolder();
        Train().Save(folder.Path, maxLength: 128);
        return TokenizerFolder.Load(folder.Path);
    }

    public static BytePairVocabulary Train()
    {
        var trainer = new BytePairTrainer(BytePairVocabulary.PreTokenizer);
        // Twice, so that every pair occurs twice and there is enough to merge.
        foreach (var text in Corpus.Concat(Corpus))
        {
            trainer.Add(text);
        }

        return trainer.Train(360, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]);
    }

    /// <summary>LLaMA-2's kind of tokenizer.json with a vocabulary to compute with by hand: byte tokens are 3 to 258.</summary>
    public static string SentencePieceJson()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        string[] pieces = ["<unk>", "<s>", "</s>", .. bytes, "▁", "a", "b", "▁a", "ab", "▁ab", "#", "##"];
        var vocabulary = string.Join(",", pieces.Select((piece, id) => $"\"{piece}\":{id}"));
        return $$$"""
            {"added_tokens":[
               {"id":0,"content":"<unk>","special":true,"normalized":false},
               {"id":1,"content":"<s>","special":true,"normalized":false},
               {"id":2,"content":"</s>","special":true,"normalized":false}],
             "normalizer":{"type":"Sequence","normalizers":[
               {"type":"Prepend","prepend":"▁"},
               {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
             "pre_tokenizer":null,
             "post_processor":{"type":"TemplateProcessing","single":[
                 {"SpecialToken":{"id":"<s>","type_id":0} },
                 {"Sequence":{"id":"A","type_id":0} }],
               "pair":[],
               "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]} } },
             "decoder":{"type":"Sequence","decoders":[
               {"type":"Replace","pattern":{"String":"▁"},"content":" "},
               {"type":"ByteFallback"},
               {"type":"Fuse"},
               {"type":"Strip","content":" ","start":1,"stop":0}]},
             "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
               "vocab":{ {{{vocabulary}}} },
               "merges":["# #","a b","▁ a","▁ ab"]} }
            """;
    }
}
