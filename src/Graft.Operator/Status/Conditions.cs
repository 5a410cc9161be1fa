using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Status;

/// <summary>Reads conditions.</summary>
public static class Conditions
{
    /// <summary>The condition of a type, or null.</summary>
    public static V1Condition? Get(this ResourceStatus? status, string type)
    {
        return status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
    }
}
