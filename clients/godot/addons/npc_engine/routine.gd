@tool
class_name NpcRoutine
extends Resource
## What an NPC does while the server is away. Extend it and override its methods for more.

## Done in turn.
@export var actions: PackedStringArray = ["idle"]
## Said in turn to whoever speaks to it; empty for silence.
@export var lines: PackedStringArray = []
## Seconds from one action to the next.
@export_range(0.5, 60.0, 0.5, "suffix:s") var every: float = 5.0


## What an NPC does as its step number 0, 1, ….
func decide(npc: String, step: int) -> NpcDecision:
	var decision := NpcDecision.new()
	decision.npc = npc
	decision.is_fallback = true
	decision.reason = "The server is away."
	if not actions.is_empty():
		decision.action = actions[step % actions.size()]
	return decision


## What it does when somebody speaks to it, for the time number 0, 1, ….
func answer(npc: String, _words: String, time: int) -> NpcDecision:
	var decision := decide(npc, 0)
	if not lines.is_empty():
		decision.line = lines[time % lines.size()]
	return decision
