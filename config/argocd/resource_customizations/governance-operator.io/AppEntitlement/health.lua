-- These kinds follow kstatus. One script serves all of them; a test keeps the copies equal.

-- What only a person can end, although the operator does not call it stalled.
local broken = { DraftPending = true }

local function told(status, condition)
  return { status = status, message = condition.reason .. ": " .. condition.message }
end

local waiting = { status = "Progressing", message = "Waiting for the operator" }
local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return waiting
end
if obj.spec.suspend == true then
  return { status = "Suspended", message = "Suspended: spec.suspend holds every write" }
end

local by = {}
for _, condition in ipairs(status.conditions) do
  by[condition.type] = condition
end
if by.Stalled ~= nil and by.Stalled.status == "True" then
  return told("Degraded", by.Stalled)
end
if by.Reconciling ~= nil and by.Reconciling.status == "True" then
  return told("Progressing", by.Reconciling)
end
if by.Ready == nil then
  return waiting
end
if by.Ready.status == "True" then
  return told("Healthy", by.Ready)
end
if by.Ready.status == "False" and broken[by.Ready.reason] then
  return told("Degraded", by.Ready)
end
return told("Progressing", by.Ready)
