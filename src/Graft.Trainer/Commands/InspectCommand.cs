using System.CommandLine;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Trainer.Running;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer inspect REQUEST.json | --model DIR | --dataset DIR</c>.</summary>
internal static class InspectCommand
{
    private static readonly JsonSerializerOptions Indented = new(PlanJson.WireOptions) { WriteIndented = true };

    public static Command Create()
    {
        var request = new Argument<FileInfo?>("request")
        {
            Description = "What to inspect, as the operator writes it; links that lead out of the folder are refused.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var model = new Option<DirectoryInfo?>("--model") { Description = "A model's folder in the Hugging Face layout." };
        var dataset = new Option<DirectoryInfo?>("--dataset") { Description = "A data set's folder." };
        var oci = new Option<string?>("--oci")
        {
            Description = "An OCI artifact to fetch into that folder first, such as registry.example/models/tiny:1.",
        };
        var plainHttp = new Option<bool>("--plain-http") { Description = "Speak HTTP without TLS to the registry." };
        var credentials = new Option<FileInfo?>("--credentials") { Description = "A .dockerconfigjson with the registry's credentials." };
        var random = new Option<bool>("--random-initialization")
        {
            Description = "The model's weights are drawn at random: do not ask for any.",
        };
        var format = new Option<string>("--format")
        {
            Description = "What a record is: instruction, messages or text.",
            DefaultValueFactory = _ => "instruction",
        };
        var train = new Option<string>("--train-file") { Description = "The file to train on.", DefaultValueFactory = _ => "train.jsonl" };
        var evaluation = new Option<string?>("--evaluation-file") { Description = "The file of held-out records." };
        var json = new Option<bool>("--json") { Description = "On one line." };
        var output = new Option<FileInfo?>("--output") { Description = "Write the report to this file too." };
        var command = new Command("inspect", "Read a model's or a data set's files and say what they are, as JSON.")
        {
            request, model, dataset, oci, plainHttp, credentials, random, format, train, evaluation, json, output,
        };
        command.Validators.Add(result =>
        {
            object?[] given = [result.GetValue(request), result.GetValue(model), result.GetValue(dataset)];
            if (given.Count(value => value is not null) != 1)
            {
                result.AddError("Give either a request, or --model, or --dataset.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            InspectionPlan plan;
            if (parsed.GetValue(request) is { } document)
            {
                try
                {
                    plan = InspectionPlan.Read(SmallFile.ReadText(document.FullName));
                }
                catch (Exception error) when (error is PlanFormatException || FileFaults.Is(error))
                {
                    await Console.Error.WriteLineAsync($"{document.FullName}: {error.Message}").ConfigureAwait(false);
                    return TrainerExitCodes.BadPlan;
                }
            }
            else
            {
                plan = FromOptions(parsed);
            }

            var (exitCode, report) = await InspectionProgram
                .RunAsync(
                    plan, selfContained: parsed.GetValue(request) is not null, Console.Error, cancellationToken).ConfigureAwait(false);
            var oneLine = parsed.GetValue(json) || parsed.GetValue(request) is not null;
            Console.Out.WriteLine(JsonSerializer.Serialize(report, oneLine ? PlanJson.WireOptions : Indented));
            return exitCode;
        });
        return command;

        InspectionPlan FromOptions(ParseResult parsed) => new()
        {
            Input = new PlanInput
            {
                Path = (parsed.GetValue(model) ?? parsed.GetValue(dataset))!.FullName,
                Oci = parsed.GetValue(oci) is { } reference
                    ? new PlanOci
                    {
                        Reference = reference,
                        PlainHttp = parsed.GetValue(plainHttp),
                        CredentialsFile = parsed.GetValue(credentials)?.FullName,
                    }
                    : null,
            },
            Model = parsed.GetValue(model) is null
                ? null
                : new InspectedModel { Format = "huggingFace", RandomInitialization = parsed.GetValue(random) },
            Dataset = parsed.GetValue(dataset) is null
                ? null
                : new InspectedDataset
                {
                    Format = parsed.GetRequiredValue(format),
                    TrainFile = parsed.GetRequiredValue(train),
                    EvaluationFile = parsed.GetValue(evaluation),
                },
            TerminationMessagePath = parsed.GetValue(output)?.FullName,
        };
    }
}
