using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using k8s;

namespace Graft.Api.Defaulting;

/// <summary>
/// Fills in what a spec leaves open, from the types' <see cref="DefaultValueAttribute"/>s and <see cref="SectionAttribute"/>s. The API
/// server fills in only a part of it (see <see cref="ServerSchema"/>); a spec means the same with and without one.
/// </summary>
public static class Defaults
{
    // Attributes are slow to read, and every resolution of a run fills in several specs.
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Field>> Fields = new();

    /// <summary>A copy of the spec in which every field that is not set and has a default holds it.</summary>
    public static TSpec Apply<TSpec>(TSpec spec)
        where TSpec : class
    {
        var copy = KubernetesJson.Deserialize<TSpec>(KubernetesJson.Serialize(spec));
        Fill(copy);
        return copy;
    }

    private static void Fill(object value)
    {
        foreach (var field in Fields.GetOrAdd(value.GetType(), static type => [.. FieldsOf(type)]))
        {
            if (field.IsSection && field.Property.GetValue(value) is null)
            {
                field.Property.SetValue(value, Activator.CreateInstance(field.Property.PropertyType));
            }

            var current = field.Property.GetValue(value);
            if (current is null && field.Default is { } @default)
            {
                field.Property.SetValue(value, @default.Value);
            }
            else if (current is IList items)
            {
                foreach (var item in items.Cast<object>().Where(IsOurs))
                {
                    Fill(item);
                }
            }
            else if (current is not null && IsOurs(current))
            {
                Fill(current);
            }
        }
    }

    private static IEnumerable<Field> FieldsOf(Type type)
    {
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(
            property => new Field(
                property,
                property.GetCustomAttribute<SectionAttribute>() is not null,
                property.GetCustomAttribute<DefaultValueAttribute>()));
    }

    private static bool IsOurs(object value)
    {
        return value.GetType().Assembly == typeof(GraftApi).Assembly;
    }

    private sealed record Field(PropertyInfo Property, bool IsSection, DefaultValueAttribute? Default);
}
