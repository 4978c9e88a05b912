local suspended = obj.spec.suspend == true
local actions = {}
actions["reconcile"] = { ["disabled"] = false, ["iconClass"] = "fa fa-fw fa-redo" }
actions["suspend"] = { ["disabled"] = suspended, ["iconClass"] = "fa fa-fw fa-pause" }
actions["resume"] = { ["disabled"] = not suspended, ["iconClass"] = "fa fa-fw fa-play" }
return actions
