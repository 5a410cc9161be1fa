using Graft.Api.Planning;

namespace Graft.Trainer.Training;

/// <summary>The objectives. A new one is a line in the list, and the recipes that ask for it.</summary>
public static class Objectives
{
    private static readonly IReadOnlyList<(Func<Recipe, bool> IsFor, IObjective Objective)> All = [(_ => true, new NextTokenObjective())];

    /// <summary>The objective of a recipe.</summary>
    public static IObjective Of(Recipe recipe) => All.First(entry => entry.IsFor(recipe)).Objective;
}
