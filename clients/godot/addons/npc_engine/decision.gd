@tool
class_name NpcDecision
extends RefCounted
## What one NPC does about what it saw or heard.

var npc: String
## Sequence number of the observation; -1 for a routine's own.
var seq: int = -1
## The utterance that it answers; empty where nothing was said to it.
var utterance_id: String = ""
## A label of the server's welcome; treat one that you do not know as "idle".
var action: String = "idle"
var emotion: String = "neutral"
## Whether the words mean something on the screen, and where: fractions of the frame, y down.
var has_target: bool = false
var target := Vector2.ZERO
## Id of the one of [member NpcFrame.entities] that the target lies on; empty where it lies on none.
var entity: String = ""
## 0 to 1: that the thing meant is in view at all.
var target_p: float = 0.0
## What it says; may be empty.
var line: String = ""
## What [member line] is called in translation tables and voice-over files; empty where it is put together of several
## lines.
var line_id: String = ""
## 0 to 1, behind the action.
var confidence: float = 0.0
## One sentence for a designer.
var reason: String = ""
## Seconds from the arrival of the observation to this decision.
var frame_age: float = 0.0
## Seconds on the game's clock; NAN where it was not told.
var captured_at: float = NAN
## What the model saw, where it was asked for; see docs/protocol.md.
var inspect: Dictionary = {}
## What the game carries out beside the action, in this order: each has a [code]kind[/code] and [code]values[/code]
## (texts, integers, floats and booleans by name). A decision comes once, and so does what is in it.
var effects: Array[Dictionary] = []
## Whether a routine made it because the server is away.
var is_fallback: bool = false


static func from_message(message: Dictionary) -> NpcDecision:
	var decision := NpcDecision.new()
	for name: String in ["npc", "seq", "action", "emotion", "line", "confidence", "reason", "frame_age"]:
		decision.set(name, message[name])
	for name: String in ["utterance_id", "captured_at", "inspect", "entity", "line_id"]:
		if message[name] != null:
			decision.set(name, message[name])
	decision.effects.assign(message["effects"])
	if message["target"] != null:
		decision.has_target = true
		decision.target = Vector2(message["target"]["x"], message["target"]["y"])
		decision.target_p = message["target"]["p"]
	return decision


func _to_string() -> String:
	return "%s: %s, %s \"%s\" (%s)" % [npc, action, emotion, line, reason]
