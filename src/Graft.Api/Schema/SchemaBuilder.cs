using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Graft.Api.Schema;

/// <summary>Reads a type's properties, attributes and docstrings into the schema model.</summary>
/// <param name="descriptions">The docstrings; <see cref="Descriptions.None"/> where only the checks are wanted.</param>
public sealed class SchemaBuilder(Descriptions descriptions)
{
    /// <summary>The schema of an object of this type.</summary>
    /// <exception cref="NotSupportedException">A property has a type that the API does not allow; its name is in the message.</exception>
    public SchemaNode Build(Type type)
    {
        IReadOnlyList<SchemaField> fields = [.. Properties(type).Select(Field)];
        return new SchemaNode
        {
            Kind = SchemaKind.Object,
            Description = descriptions.Of(type),
            Fields = fields,
            ExactlyOneOf =
            [
                .. type.GetCustomAttributes<ExactlyOneOfAttribute>()
                    .Select(rule => rule.Fields is { Count: > 0 } named ? named : [.. fields.Select(field => field.Name)]),
            ],
            AtMostOneOf = [.. type.GetCustomAttributes<AtMostOneOfAttribute>().Select(rule => rule.Fields)],
        };
    }

    /// <summary>A property's name in JSON.</summary>
    public static string JsonName(PropertyInfo property)
    {
        return property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
    }

    // Inherited properties (a status's observedGeneration and conditions) come first, as kubectl explain shows them, unless they say
    // otherwise.
    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => !property.IsDefined(typeof(JsonIgnoreAttribute)))
            .OrderBy(property => property.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0)
            .ThenBy(property => property.DeclaringType == type ? 1 : 0)
            .ThenBy(property => property.MetadataToken);
    }

    private SchemaField Field(PropertyInfo property)
    {
        var node = Value(property.PropertyType, property) with
        {
            Description = descriptions.Of(property),
            Default = Default(property),
            IsSection = property.GetCustomAttribute<SectionAttribute>() is not null,
        };
        return new SchemaField(JsonName(property), node, property.GetCustomAttribute<RequiredAttribute>() is not null);
    }

    /// <summary>A field's default: what its attribute says, else what a new object has where the field cannot be absent.</summary>
    private static object? Default(PropertyInfo property)
    {
        if (property.GetCustomAttribute<DefaultValueAttribute>() is { } attribute)
        {
            return attribute.Value;
        }

        var type = property.DeclaringType!;
        var initial = HasInitialValues(type) ? property.GetValue(Activator.CreateInstance(type)) : null;
        return initial is DecimalText number ? number.Text : initial;
    }

    /// <summary>
    /// Whether a type's defaults are the values that its objects begin with: records are made so, which plans hold as they are.
    /// </summary>
    private static bool HasInitialValues(Type type)
    {
        return type.GetMethod("<Clone>$") is not null;
    }

    private SchemaNode Value(Type type, PropertyInfo property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) || type == typeof(DecimalText))
        {
            return Text(property);
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Integer(property, isLong: type == typeof(long));
        }

        if (type == typeof(bool))
        {
            return new SchemaNode { Kind = SchemaKind.Boolean };
        }

        if (type == typeof(DateTime))
        {
            return new SchemaNode { Kind = SchemaKind.Time };
        }

        if (type == typeof(V1Condition))
        {
            return ConditionSchema.Node;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            return Collection(SchemaKind.List, type.GetGenericArguments()[0], property);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            return Collection(SchemaKind.Map, type.GetGenericArguments()[1], property);
        }

        return type.Assembly == property.DeclaringType!.Assembly && type.IsClass
            ? Build(type)
            : throw new NotSupportedException($"{property.DeclaringType}.{property.Name}: the API has no type for {type}.");
    }

    private SchemaNode Collection(SchemaKind kind, Type itemType, PropertyInfo property)
    {
        var (minimum, maximum) = Length(property);
        var bounds = property.GetCustomAttribute<ItemLengthAttribute>();
        return new SchemaNode
        {
            Kind = kind,
            MinLength = minimum,
            MaxLength = maximum,
            ListMapKey = property.GetCustomAttribute<ListMapKeyAttribute>()?.Key,
            Items = itemType == typeof(string)
                ? new SchemaNode { Kind = SchemaKind.String, MinLength = NullIfZero(bounds?.Minimum), MaxLength = bounds?.Maximum }
                : Value(itemType, property),
        };
    }

    private static SchemaNode Text(PropertyInfo property)
    {
        var (minimum, maximum) = Length(property);
        var pattern = property.GetCustomAttribute<RegularExpressionAttribute>();
        var @decimal = property.GetCustomAttribute<DecimalStringAttribute>();
        return new SchemaNode
        {
            Kind = SchemaKind.String,
            MinLength = minimum,
            MaxLength = @decimal is null ? maximum : DecimalBounds.MaxLength,
            Pattern = @decimal is null ? pattern?.Pattern : DecimalBounds.Pattern,
            PatternMeaning = @decimal is null ? pattern?.ErrorMessage : DecimalBounds.PatternMeaning,
            AllowedValues = property.GetCustomAttribute<AllowedValuesAttribute>()?.Values.Cast<string>().ToArray()
                ?? property.GetCustomAttribute<AllowedNamesAttribute>()?.Names.ToArray(),
            Decimal = @decimal is null
                ? null
                : new DecimalBounds(@decimal.Minimum, @decimal.ExclusiveMinimum, @decimal.Maximum, @decimal.ExclusiveMaximum),
            IsRelativePath = property.GetCustomAttribute<RelativePathAttribute>() is not null,
        };
    }

    private static SchemaNode Integer(PropertyInfo property, bool isLong)
    {
        var range = property.GetCustomAttribute<RangeAttribute>();
        return new SchemaNode
        {
            Kind = SchemaKind.Integer,
            IsLong = isLong,
            Minimum = range is null ? null : Convert.ToInt64(range.Minimum, null),
            Maximum = range is null ? null : Convert.ToInt64(range.Maximum, null),
        };
    }

    private static (int? Minimum, int? Maximum) Length(PropertyInfo property)
    {
        var both = property.GetCustomAttribute<LengthAttribute>();
        return both is null
            ? (null, property.GetCustomAttribute<MaxLengthAttribute>()?.Length)
            : (NullIfZero(both.MinimumLength), both.MaximumLength);
    }

    private static int? NullIfZero(int? value)
    {
        return value == 0 ? null : value;
    }
}
