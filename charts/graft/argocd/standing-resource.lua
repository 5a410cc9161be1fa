-- Argo CD health of BaseModel and TrainingDataset.
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the operator has not seen this generation yet" }
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end

local ready = conditions.Ready or { status = "Unknown" }
local stalled = conditions.Stalled or { status = "Unknown" }
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
elseif stalled.status == "True" then
  return { status = "Degraded", message = stalled.message }
end
return { status = "Progressing", message = ready.message }
