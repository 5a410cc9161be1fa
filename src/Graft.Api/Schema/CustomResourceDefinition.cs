using System.Reflection;
using Graft.Api.V1Alpha1;
using Graft.Common;

namespace Graft.Api.Schema;

/// <summary>Writes a kind's CustomResourceDefinition (<c>apiextensions.k8s.io/v1</c>).</summary>
public static class CustomResourceDefinition
{
    /// <summary>Tells two versions of a definition apart, on the API server too, where defaults are added to what was applied.</summary>
    public const string DigestAnnotation = "graft.dev/definition";

    private const string Header = "# Generated from src/Graft.Api by `make generate`; change the types there.\n";

    /// <summary>The name of the file that holds a kind's definition.</summary>
    public static string FileName(ResourceKind kind)
    {
        return $"{GraftApi.Group}_{kind.Plural}.yaml";
    }

    /// <summary>The definition as YAML.</summary>
    public static string Write(ResourceKind kind, Descriptions descriptions)
    {
        var definition = Definition(kind, descriptions);
        var digest = Sha256Text.Of(YamlText.Write(definition));
        var metadata = (OrderedDictionary<string, object>)definition["metadata"];
        metadata["annotations"] = new OrderedDictionary<string, object> { [DigestAnnotation] = digest[..16] };
        return Header + YamlText.Write(definition);
    }

    /// <summary>The schema of a whole resource, as the API server knows it.</summary>
    public static SchemaNode RootSchema(ResourceKind kind, Descriptions descriptions)
    {
        var builder = new SchemaBuilder(descriptions);
        return new SchemaNode
        {
            Kind = SchemaKind.Object,
            Description = descriptions.Of(kind.Type),
            Fields =
            [
                new SchemaField("apiVersion", Envelope(SchemaKind.String, $"The version of this form: {GraftApi.GroupVersion}."), false),
                new SchemaField("kind", Envelope(SchemaKind.String, $"What this is: {kind.Kind}."), false),
                // The API server describes metadata itself and refuses a description here.
                new SchemaField("metadata", Envelope(SchemaKind.Any, ""), false),
                new SchemaField("spec", builder.Build(kind.SpecType), true),
                new SchemaField("status", builder.Build(kind.StatusType) with { Default = NotYetSeen() }, false),
            ],
        };
    }

    // A status is the operator's alone, which knows what it takes back.
    private static SchemaNode ForServer(SchemaNode root)
    {
        return root with
        {
            Fields = [.. root.Fields.Select(field => field.Name == "spec" ? field with { Schema = ServerSchema.Of(field.Schema) } : field)],
        };
    }

    // kstatus takes a resource without a status for done. A generation that none has makes it "in progress" until the operator has seen it.
    private static OrderedDictionary<string, object> NotYetSeen()
    {
        return new OrderedDictionary<string, object> { ["observedGeneration"] = -1 };
    }

    private static SchemaNode Envelope(SchemaKind kind, string description)
    {
        return new SchemaNode { Kind = kind, Description = description };
    }

    private static OrderedDictionary<string, object> Definition(ResourceKind kind, Descriptions descriptions)
    {
        return new OrderedDictionary<string, object>
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new OrderedDictionary<string, object> { ["name"] = $"{kind.Plural}.{GraftApi.Group}" },
            ["spec"] = new OrderedDictionary<string, object>
            {
                ["group"] = GraftApi.Group,
                ["names"] = new OrderedDictionary<string, object>
                {
                    ["kind"] = kind.Kind,
                    ["listKind"] = kind.Kind + "List",
                    ["plural"] = kind.Plural,
                    ["singular"] = kind.Kind.ToLowerInvariant(),
                    ["shortNames"] = new List<string> { kind.ShortName },
                    ["categories"] = new List<string> { GraftApi.Category },
                },
                ["scope"] = "Namespaced",
                ["versions"] = new List<object> { Version(kind, descriptions) },
            },
        };
    }

    private static OrderedDictionary<string, object> Version(ResourceKind kind, Descriptions descriptions)
    {
        var version = new OrderedDictionary<string, object>
        {
            ["name"] = GraftApi.Version,
            ["served"] = true,
            ["storage"] = true,
            ["subresources"] = new OrderedDictionary<string, object> { ["status"] = new Dictionary<string, object>() },
            ["additionalPrinterColumns"] = kind.Type.GetCustomAttributes<PrinterColumnAttribute>().Select(Column).ToList(),
        };
        var selectable = kind.Type.GetCustomAttributes<SelectableFieldAttribute>().ToList();
        if (selectable.Count > 0)
        {
            version["selectableFields"] =
                selectable.ConvertAll(field => new OrderedDictionary<string, object> { ["jsonPath"] = field.JsonPath });
        }

        version["schema"] = new OrderedDictionary<string, object>
        {
            ["openAPIV3Schema"] = OpenApiSchema.Write(ForServer(RootSchema(kind, descriptions))),
        };
        return version;
    }

    private static OrderedDictionary<string, object> Column(PrinterColumnAttribute column)
    {
        var entry = new OrderedDictionary<string, object>
        {
            ["name"] = column.Name,
            ["type"] = column.Type,
            ["jsonPath"] = column.JsonPath,
            ["description"] = column.Description,
        };
        if (column.Priority != 0)
        {
            entry["priority"] = column.Priority;
        }

        return entry;
    }
}
