using Graft.Operator;
using Graft.Operator.Controllers;
using Graft.Operator.Reports;
using Graft.Operator.Runtime;
using k8s;
using Microsoft.Extensions.Options;
using Prometheus;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders().AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    console.UseUtcTimestamp = true;
});
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
var options = builder.Configuration.GetSection(OperatorOptions.Section).Get<OperatorOptions>() ?? new OperatorOptions();
_ = options.Inspect.Installation();
var registry = Metrics.NewCustomRegistry();

builder.Services.AddSingleton(Options.Create(options));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(registry);
builder.Services.AddSingleton<RuntimeMetrics>();
builder.Services.AddSingleton<RunMetrics>();
builder.Services.AddSingleton(services => new ApiClient(
    KubernetesClientConfiguration.BuildDefaultConfig(),
    new ApiClientOptions { QueriesPerSecond = options.ApiQps, Burst = options.ApiBurst },
    services.GetRequiredService<RuntimeMetrics>(),
    services.GetRequiredService<TimeProvider>()));
builder.Services.AddSingleton(services => new ClusterCaches(
    services.GetRequiredService<ApiClient>(), options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>()));
builder.Services.AddSingleton<ReportServer>();
builder.Services.AddSingleton<OperatorService>();
builder.Services.AddHostedService(services => services.GetRequiredService<OperatorService>());
builder.WebHost.UseKestrelHttpsConfiguration();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.ListenAnyIP(options.HttpPort);
    ReportListener.Configure(kestrel, options);
});

await using var app = builder.Build();
app.MapMetrics(registry: registry);
app.MapGet("/healthz", () => "ok");
app.MapGet("/readyz", (OperatorService service) => service.IsReady
    ? Results.Text($"ok: {service.Standing}\n")
    : Results.Text("the caches are not complete yet", statusCode: StatusCodes.Status503ServiceUnavailable));
app.MapPut(ReportEndpoint.Route, (HttpContext context, string @namespace, string name, ReportServer reports) => reports.PutAsync(context, @namespace, name));
await app.RunAsync();
return Environment.ExitCode;
