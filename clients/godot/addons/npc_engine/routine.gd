@tool
class_name NpcRoutine
extends Resource
## What an NPC does while the server is away. Extend it and override [method decide] for more.

## Done in turn.
@export var actions: PackedStringArray = ["idle"]
## Said in turn, together with an action; empty for silence.
@export var lines: PackedStringArray = []
## Seconds from one to the next.
@export_range(0.5, 60.0, 0.5, "suffix:s") var every: float = 5.0


## The decision number [param step] (0, 1, …) of an NPC.
func decide(npc: String, step: int) -> NpcDecision:
	var decision := NpcDecision.new()
	decision.npc = npc
	decision.is_fallback = true
	decision.reason = "The server is away."
	if not actions.is_empty():
		decision.action = actions[step % actions.size()]
	if not lines.is_empty():
		decision.line = lines[step % lines.size()]
	return decision
