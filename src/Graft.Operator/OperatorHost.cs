using Graft.Api.Reporting;
using Graft.Operator.Controllers;
using Graft.Operator.Reports;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Exceptions;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Graft.Operator;

/// <summary>The operator's parts, put together.</summary>
internal static class OperatorHost
{
    /// <summary>Reads the settings and puts the operator together; nothing runs yet.</summary>
    /// <param name="arguments">Settings that take the place of those in the environment: <c>--Graft:NAME=…</c>.</param>
    /// <exception cref="InvalidOperationException">A setting cannot be read.</exception>
    /// <exception cref="KubeConfigException">The kubeconfig is not one, or names what it does not hold.</exception>
    public static WebApplication Build(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments);
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failure to start is told once, in a sentence: StartFailure.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var options = builder.Configuration.GetSection(OperatorOptions.Section).Get<OperatorOptions>() ?? new OperatorOptions();
        _ = options.Inspect.Installation();
        var cluster = ReadKubeconfig();
        var registry = Metrics.NewCustomRegistry();

        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(registry);
        builder.Services.AddSingleton<RuntimeMetrics>();
        builder.Services.AddSingleton<RunMetrics>();
        builder.Services.AddSingleton(services => new ApiClient(
            cluster,
            new ApiClientOptions { QueriesPerSecond = options.ApiQps, Burst = options.ApiBurst },
            services.GetRequiredService<RuntimeMetrics>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new ClusterCaches(
            services.GetRequiredService<ApiClient>(), options, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<ReportServer>();
        builder.Services.AddSingleton<OperatorService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OperatorService>());
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(options.HttpPort);
            ReportListener.Configure(kestrel, options);
        });

        var app = builder.Build();
        app.MapMetrics(registry: registry);
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/readyz", (OperatorService service) => service.IsReady
            ? Results.Text($"ok: {service.Standing}\n")
            : Results.Text("the caches are not complete yet", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapPut(
            ReportRoute.Pattern,
            (HttpContext context, string @namespace, string plural, string name, ReportServer reports) =>
                reports.PutAsync(context, new RunKey(plural, new ObjectKey(@namespace, name))));
        return app;
    }

    private static KubernetesClientConfiguration ReadKubeconfig()
    {
        try
        {
            return KubernetesClientConfiguration.BuildDefaultConfig();
        }
#pragma warning disable CA1031 // The library ends with all kinds of exceptions at files that are no kubeconfig.
        catch (Exception error) when (error is not KubeConfigException)
#pragma warning restore CA1031
        {
            // At an empty file it follows a null.
            throw new KubeConfigException(error is NullReferenceException ? "it holds no configuration" : error.Message, error);
        }
    }
}
