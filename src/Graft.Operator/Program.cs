using Graft.Operator;

try
{
    await using var app = OperatorHost.Build(args);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception error) when (StartFailure.Describe(error) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return StartFailure.ExitCode;
}
