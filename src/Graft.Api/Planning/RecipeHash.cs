using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Graft.Common;

namespace Graft.Api.Planning;

/// <summary>
/// A text of a recipe that people read and that changes nothing of what is computed: a name, a license. It counts in no hash since
/// form 2, so that correcting it runs nothing again.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotHashedAttribute : Attribute;

/// <summary>
/// A field that came after recipes were hashed without it. At the value that means "as before it was there" it is left out of the
/// hash, so that a release with a new field keeps the hashes of all specs that do not use it.
/// </summary>
/// <param name="asBefore">That value; null is left out without this attribute.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HashedUnlessAttribute(object asBefore) : Attribute
{
    /// <summary>The value at which the field is left out.</summary>
    public object AsBefore { get; } = asBefore;
}

/// <summary>The hash that names what a recipe computes, by the rules of the recipe's form.</summary>
public static class RecipeHash
{
    private const string Prefix = "sha256:";
    private const int ShortDigits = 8;

    private static readonly JsonSerializerOptions EverythingCounts = Rules(textsCount: true);
    private static readonly JsonSerializerOptions TextsDoNotCount = Rules(textsCount: false);

    /// <summary>SHA-256 of the canonical JSON, as <c>sha256:</c> and 64 hex digits.</summary>
    /// <exception cref="PlanFormatException">The recipe is of a form that is not known here.</exception>
    public static string Of(Recipe recipe)
    {
        return Prefix + Sha256Text.Of(Canonical(recipe));
    }

    /// <summary>The first eight hex digits of a hash: what names its Job.</summary>
    public static string Short(string hash)
    {
        return hash[Prefix.Length..][..ShortDigits];
    }

    /// <summary>
    /// The recipe in the form that another hash has, if that form is known here and gives that very hash; otherwise null. A run that was
    /// planned by an earlier release stays the run that it is.
    /// </summary>
    /// <param name="recipe">The recipe, in whatever form.</param>
    /// <param name="form">The form of the other hash.</param>
    /// <param name="hash">The other hash.</param>
    public static Recipe? As(Recipe recipe, int form, string hash)
    {
        return form is >= 1 and <= Recipe.CurrentForm && recipe.InForm(form) is { } same && Of(same) == hash ? same : null;
    }

    /// <summary>
    /// What is hashed: the recipe as UTF-8 JSON without white space, keys sorted by their code units, absent fields and those that do
    /// not count left out.
    /// </summary>
    /// <exception cref="PlanFormatException">The recipe is of a form that is not known here.</exception>
    public static byte[] Canonical(Recipe recipe)
    {
        var rules = recipe.Form switch
        {
            1 => EverythingCounts,
            2 or 3 => TextsDoNotCount,
            _ => throw new PlanFormatException(
                $"The recipe has form {recipe.Form}, this release knows forms up to {Recipe.CurrentForm}. "
                + "Use the trainer image of the same release as the operator or command line that wrote the plan."),
        };
        return JsonSerializer.SerializeToUtf8Bytes(Sort(JsonSerializer.SerializeToNode(InItsForm(recipe), rules)), PlanJson.WireOptions);
    }

    private static Recipe InItsForm(Recipe recipe)
    {
        return recipe.InForm(recipe.Form)
            ?? throw new PlanFormatException($"A recipe of form {recipe.Form} has one adapter, on {RecipeResolver.BasePart}, and nothing else that is trained.");
    }

    private static JsonSerializerOptions Rules(bool textsCount)
    {
        return new JsonSerializerOptions(PlanJson.WireOptions)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { type => LeaveOut(type, textsCount) } },
        };
    }

    private static void LeaveOut(JsonTypeInfo type, bool textsCount)
    {
        foreach (var property in type.Properties)
        {
            if (!textsCount && property.AttributeProvider?.IsDefined(typeof(NotHashedAttribute), inherit: false) == true)
            {
                property.ShouldSerialize = (_, _) => false;
            }
            else if (property.AttributeProvider?.GetCustomAttributes(typeof(HashedUnlessAttribute), inherit: false)
                is [HashedUnlessAttribute unless])
            {
                property.ShouldSerialize = (_, value) => value is not null && !Equals(value, unless.AsBefore);
            }
        }
    }

    private static JsonNode? Sort(JsonNode? node)
    {
        return node switch
        {
            JsonObject fields => new JsonObject(
                fields.OrderBy(field => field.Key, StringComparer.Ordinal)
                    .Select(field => KeyValuePair.Create(field.Key, Sort(field.Value)))),
            JsonArray items => new JsonArray([.. items.Select(Sort)]),
            _ => node?.DeepClone(),
        };
    }
}
