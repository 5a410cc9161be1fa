-- Argo CD health of AdapterTrainingRun, ProjectionPretrain and AdapterSweep. Waiting in a queue is Progressing, never Suspended:
-- an app with a queued run is on its way, not paused. Suspended is only what its spec suspends.
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the operator has not seen this generation yet" }
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end

local summary = conditions.Succeeded or { status = "Unknown" }
local stalled = conditions.Stalled or { status = "Unknown" }
local reconciling = conditions.Reconciling or { status = "Unknown" }
if summary.status == "False" then
  return { status = "Degraded", message = summary.message }
elseif summary.reason == "Suspended" and obj.spec.suspend == true then
  return { status = "Suspended", message = summary.message }
elseif stalled.status == "True" then
  return { status = "Degraded", message = stalled.message }
elseif summary.status == "True" and reconciling.status ~= "True" then
  return { status = "Healthy", message = summary.message }
end
-- A run that has succeeded may still be publishing its adapter at another place.
return { status = "Progressing", message = summary.status == "True" and reconciling.message or summary.message }
