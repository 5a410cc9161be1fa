using System.Globalization;

namespace Graft.Api.Schema;

/// <summary>Writes the schema model as the structural OpenAPI v3 schema of a CRD.</summary>
internal static class OpenApiSchema
{
    public static OrderedDictionary<string, object> Write(SchemaNode node)
    {
        var schema = new OrderedDictionary<string, object>();
        if (node.Description.Length > 0)
        {
            schema["description"] = node.Description;
        }

        schema["type"] = node.Kind switch
        {
            SchemaKind.List => "array",
            SchemaKind.Integer => "integer",
            SchemaKind.Boolean => "boolean",
            SchemaKind.String or SchemaKind.Time => "string",
            _ => "object",
        };
        WriteKind(node, schema);
        if (node.IsAtomic)
        {
            schema["x-kubernetes-map-type"] = "atomic";
        }

        if (node.Default is { } value)
        {
            schema["default"] = value;
        }

        if (Rules(node) is { Count: > 0 } rules)
        {
            schema["x-kubernetes-validations"] = rules;
        }

        return schema;
    }

    private static void WriteKind(SchemaNode node, OrderedDictionary<string, object> schema)
    {
        switch (node.Kind)
        {
            case SchemaKind.Object:
                WriteObject(node, schema);
                break;
            case SchemaKind.Map:
                Set(schema, "maxProperties", node.MaxLength);
                schema["additionalProperties"] = Write(node.Items!);
                break;
            case SchemaKind.List:
                Set(schema, "minItems", node.MinLength);
                Set(schema, "maxItems", node.MaxLength);
                schema["items"] = Write(node.Items!);
                WriteListType(node, schema);
                break;
            case SchemaKind.String:
                Set(schema, "minLength", node.MinLength);
                Set(schema, "maxLength", node.MaxLength);
                Set(schema, "pattern", node.Pattern);
                Set(schema, "enum", node.AllowedValues?.ToList());
                break;
            case SchemaKind.Integer:
                schema["format"] = node.IsLong ? "int64" : "int32";
                Set(schema, "minimum", node.Minimum);
                Set(schema, "maximum", node.Maximum);
                break;
            case SchemaKind.Time:
                schema["format"] = "date-time";
                break;
            default:
                break;
        }
    }

    private static void WriteObject(SchemaNode node, OrderedDictionary<string, object> schema)
    {
        if (node.Fields.Count > 0)
        {
            var properties = new OrderedDictionary<string, object>();
            foreach (var field in node.Fields)
            {
                properties[field.Name] = Write(field.Schema);
            }

            schema["properties"] = properties;
        }

        if (node.Fields.Where(field => field.IsRequired).Select(field => field.Name).ToList() is { Count: > 0 } required)
        {
            schema["required"] = required;
        }
    }

    private static void WriteListType(SchemaNode node, OrderedDictionary<string, object> schema)
    {
        schema["x-kubernetes-list-type"] = node.ListMapKey is null ? "atomic" : "map";
        if (node.ListMapKey is { } key)
        {
            schema["x-kubernetes-list-map-keys"] = new List<string> { key };
        }
    }

    private static List<OrderedDictionary<string, object>> Rules(SchemaNode node)
    {
        var rules = new List<OrderedDictionary<string, object>>();
        void Add(string rule, string message)
        {
            rules.Add(new OrderedDictionary<string, object> { ["rule"] = rule, ["message"] = message });
        }

        foreach (var group in node.ExactlyOneOf)
        {
            Add($"[{Presence(group)}].exists_one(isSet, isSet)", SchemaMessages.ExactlyOneOf(group));
        }

        foreach (var group in node.AtMostOneOf)
        {
            Add($"[{Presence(group)}].filter(isSet, isSet).size() <= 1", SchemaMessages.AtMostOneOf(group));
        }

        if (node.Decimal is { IsBounded: true } bounds)
        {
            Add(string.Join(" && ", Comparisons(bounds)), SchemaMessages.OutOfBounds(bounds));
        }

        if (node.IsRelativePath)
        {
            Add("!self.startsWith('/') && !self.split('/').exists(part, part == '..')", SchemaMessages.NotRelative);
        }

        return rules;
    }

    private static string Presence(IEnumerable<string> fields)
    {
        return string.Join(", ", fields.Select(field => $"has(self.{field})"));
    }

    private static IEnumerable<string> Comparisons(DecimalBounds bounds)
    {
        if (double.IsFinite(bounds.Minimum))
        {
            yield return $"double(self) {(bounds.ExclusiveMinimum ? ">" : ">=")} {Literal(bounds.Minimum)}";
        }

        if (double.IsFinite(bounds.Maximum))
        {
            yield return $"double(self) {(bounds.ExclusiveMaximum ? "<" : "<=")} {Literal(bounds.Maximum)}";
        }
    }

    // CEL has no mixed arithmetic: a double needs its point.
    private static string Literal(double value)
    {
        return value.ToString("0.0###############", CultureInfo.InvariantCulture);
    }

    private static void Set(OrderedDictionary<string, object> schema, string key, object? value)
    {
        if (value is not null)
        {
            schema[key] = value;
        }
    }
}
