using System.CommandLine;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Trainer.Failures;
using Graft.Trainer.Running;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer inspect --model DIR | --dataset DIR</c>.</summary>
internal static class InspectCommand
{
    private static readonly JsonSerializerOptions Indented = new(PlanJson.WireOptions) { WriteIndented = true };

    public static Command Create()
    {
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
        var output = new Option<FileInfo?>("--output")
        {
            Description = "Write the report to this file too, such as a pod's /dev/termination-log.",
        };
        var command = new Command("inspect", "Read a model's or a data set's files and say what they are, as JSON.")
        {
            model, dataset, oci, plainHttp, credentials, random, format, train, evaluation, json, output,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(model) is null) == (result.GetValue(dataset) is null))
            {
                result.AddError("Give either --model or --dataset.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = (parsed.GetValue(model) ?? parsed.GetValue(dataset))!.FullName;
            PlanOci? source = parsed.GetValue(oci) is { } reference
                ? new PlanOci
                {
                    Reference = reference,
                    PlainHttp = parsed.GetValue(plainHttp),
                    CredentialsFile = parsed.GetValue(credentials)?.FullName,
                }
                : null;
            InspectionReport Inspect() => parsed.GetValue(model) is not null
                ? Inspection.OfModel(folder, parsed.GetValue(random))
                : Inspection.OfDataset(
                    folder, parsed.GetRequiredValue(format), parsed.GetRequiredValue(train), parsed.GetValue(evaluation));

            var input = new PlanInput { Path = folder, Oci = source };
            var (exitCode, report) = await InspectAsync(input, Inspect, cancellationToken).ConfigureAwait(false);
            string line = JsonSerializer.Serialize(report, PlanJson.WireOptions);
            Console.Out.WriteLine(parsed.GetValue(json) ? line : JsonSerializer.Serialize(report, Indented));
            if (parsed.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, line, cancellationToken).ConfigureAwait(false);
            }

            return exitCode;
        });
        return command;
    }

    private static async Task<(int ExitCode, InspectionReport Report)> InspectAsync(
        PlanInput input, Func<InspectionReport> inspect, CancellationToken cancellationToken)
    {
        try
        {
            await RunInputs.FetchAsync(input, cancellationToken).ConfigureAwait(false);
            return (TrainerExitCodes.Succeeded, inspect());
        }
#pragma warning disable CA1031 // The report says what is wrong, whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            TrainerFailure failure = TrainerFailure.From(e);
            await Console.Error.WriteLineAsync(failure.IsExplained ? failure.Message : e.ToString()).ConfigureAwait(false);
            return (failure.ExitCode, new InspectionReport { Error = failure.Message });
        }
    }
}
