using System.Collections;
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
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<SectionAttribute>() is not null && property.GetValue(value) is null)
            {
                property.SetValue(value, Activator.CreateInstance(property.PropertyType));
            }

            var current = property.GetValue(value);
            if (current is null && property.GetCustomAttribute<DefaultValueAttribute>() is { } @default)
            {
                property.SetValue(value, @default.Value);
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

    private static bool IsOurs(object value)
    {
        return value.GetType().Namespace == typeof(GraftApi).Namespace;
    }
}
