using Graft.Cli;
using Graft.Cli.Display;

return await CommandLine.InvokeAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
