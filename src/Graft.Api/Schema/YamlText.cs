using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;

namespace Graft.Api.Schema;

/// <summary>Writes dictionaries and lists as YAML that every reader, of YAML 1.1 or 1.2, reads back as it was.</summary>
internal static class YamlText
{
    private static readonly ISerializer Serializer = new SerializerBuilder()
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .WithEventEmitter(next => new QuoteNumbers(next))
        .WithIndentedSequences()
        .DisableAliases()
        .Build();

    public static string Write(object value)
    {
        return Serializer.Serialize(value);
    }

    // YamlDotNet leaves "2e-4" bare, which the API server's reader takes for a number.
    private sealed class QuoteNumbers(IEventEmitter next) : ChainedEventEmitter(next)
    {
        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (eventInfo.Source.Value is string text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                eventInfo.Style = ScalarStyle.DoubleQuoted;
            }

            base.Emit(eventInfo, emitter);
        }
    }
}
