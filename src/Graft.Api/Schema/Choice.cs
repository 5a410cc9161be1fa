using System.Collections.Concurrent;
using System.Reflection;
using Graft.Api.Planning;

namespace Graft.Api.Schema;

/// <summary>Reads objects of which exactly one property is set: see <see cref="ExactlyOneOfAttribute"/>.</summary>
internal static class Choice
{
    private static readonly ConcurrentDictionary<(Type Owner, Type Choice), IReadOnlyList<PropertyInfo>> Known = new();

    /// <summary>The property that is set, and its value.</summary>
    /// <typeparam name="T">What the properties to choose from have in common.</typeparam>
    /// <param name="owner">The object.</param>
    /// <param name="what">What is chosen, for messages.</param>
    /// <exception cref="PlanFormatException">None is, or several are: a spec that says so is refused by its schema.</exception>
    public static (PropertyInfo Property, T Value) Of<T>(object owner, string what)
        where T : class
    {
        var choices = Known.GetOrAdd((owner.GetType(), typeof(T)), static key =>
            [.. key.Owner.GetProperties().Where(property => property.CanWrite && property.PropertyType.IsAssignableTo(key.Choice))]);
        var chosen = choices.Select(property => (Property: property, Value: property.GetValue(owner) as T))
            .Where(choice => choice.Value is not null).ToList();
        return chosen is [var (property, value)]
            ? (property, value!)
            : throw new PlanFormatException(
                $"Exactly one {what} must be set, of {string.Join(", ", choices.Select(SchemaBuilder.JsonName))}.");
    }
}
