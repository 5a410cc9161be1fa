using Graft.Api.Schema;

// Writes the files that are made from the API's types: `Graft.Generate REPOSITORY`.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Graft.Generate REPOSITORY");
    return 2;
}

var documentation = Path.Combine(AppContext.BaseDirectory, "Graft.Api.xml");
foreach (var (path, text) in GeneratedFiles.All(Descriptions.Parse(File.ReadAllText(documentation))))
{
    var file = Path.Combine(args[0], path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    if (File.Exists(file) && File.ReadAllText(file) == text)
    {
        continue;
    }

    File.WriteAllText(file, text);
    Console.WriteLine(path);
}

return 0;
