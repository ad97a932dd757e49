# Written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit.
@tool
class_name NpcWire
extends RefCounted
## The figures of the protocol, and readers of its messages: dictionaries with every field, defaults filled in.

const VERSION := "1.0"
const MAX_DEPTH := 32
const MAX_INTEGER := 9007199254740992
const REPLY_HEADER := 1048576
const CHANNELS := {"rgb": 3, "rgba": 4, "bgra": 4}
const ENCODED := ["jpeg", "png", "webp"]
const WITH_PART := ["observe", "look"]
const UNWELCOME := ["version", "token", "session", "too_many_clients"]
const LIMITS := {
	"header": 65536,  # bytes of a message's msgpack part
	"frame": 16777216,  # bytes of a frame part: 2560x1440 RGBA fits
	"side": 4096,  # pixels of a frame's width or height
	"name": 64,  # characters of a client, NPC, session or utterance id
	"text": 1000,  # characters of an utterance
	"phrase": 100,  # characters of a watched phrase
	"watch": 32,  # phrases that one NPC watches for
	"state": 64,  # entries of the game state
	"entities": 64,  # things that a game names in a frame
	"npcs": 256,  # NPCs of one client
	"utterances": 64,  # answers that may be owed to one client
	"picture": 1048576,  # bytes of a picture of what a phrase looks like
	"looks": 64,  # phrases of one client that have pictures
	"pcm": 9600,  # bytes of a piece of sound: a tenth of a second at 48,000 samples a second
	"hearing": 30,  # seconds that one push to talk is listened to
	"hearings": 4,  # hearings of one client at once
	"speeches": 8,  # speeches of one client at once
}
const HELLO_EVERY_S := 0.5  # between two `hello` while nobody answers
const UNWELCOME_FOR_S := 60.0  # no `hello` after `version`, `token`, `session` or `too_many_clients`
const PING_EVERY_S := 1.0  # between two `ping`
const LOST_AFTER_S := 3.5  # silence for so long means that the server is away
const RETRY_AFTER_S := 0.5  # until an utterance without `ack` is repeated
const BUSY_FOR_S := 0.1  # until an utterance that the server put off is repeated
const DECISION_AFTER_S := 5.0  # until an acknowledged utterance without a decision is repeated


## A message of a client; null for a type that it does not send.
static func read_of_client(type: String, fields: NpcFields, part: Variant, limits: Dictionary) -> Variant:
	match type:
		"hello":
			return _read_hello(fields, part, limits)
		"spawn":
			return _read_spawn(fields, part, limits)
		"despawn":
			return _read_despawn(fields, part, limits)
		"observe":
			return _read_observe(fields, part, limits)
		"hear":
			return _read_hear(fields, part, limits)
		"speak":
			return _read_speak(fields, part, limits)
		"hush":
			return _read_hush(fields, part, limits)
		"heard":
			return _read_heard(fields, part, limits)
		"sound":
			return _read_sound(fields, part, limits)
		"look":
			return _read_look(fields, part, limits)
		"ping":
			return _read_ping(fields, part, limits)
		"bye":
			return _read_bye(fields, part, limits)
	return null


static func _read_hello(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"client": fields.id("client", limits["name"]),
		"session": fields.id("session", limits["name"]),
		"version": fields.text("version", 16),
		"capabilities": fields.texts("capabilities", 32, limits["name"], []),
		"token": fields.optional_text("token", 512),
		"voice": fields.optional_text("voice", 512),
	}


static func _read_spawn(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"npc": fields.id("npc", limits["name"]),
		"persona": fields.card("persona", 64, 256, 1),
		"watch": fields.texts("watch", limits["watch"], limits["phrase"], []),
	}


static func _read_despawn(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"npc": fields.id("npc", limits["name"]),
	}


static func _read_observe(fields: NpcFields, part: Variant, limits: Dictionary) -> Dictionary:
	return NpcChecks.observe(
		fields,
		{
			"seq": fields.integer("seq"),
			"npcs": fields.texts("npcs", limits["npcs"], limits["name"]),
			"frame": _read_map_frame(fields, "frame", part, limits) if NpcChecks.has_part(fields, "frame", part) else null,
			"utterance": _read_map_utterance(fields, "utterance", limits) if fields.has("utterance") else null,
			"state": fields.mapping("state", limits["state"], {}),
			"captured_at": fields.optional_number("captured_at"),
			"inspect": fields.flag("inspect"),
		},
		limits
	)


static func _read_hear(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"hearing": fields.id("hearing", limits["name"]),
		"piece": fields.integer("piece"),
		"pcm": fields.data("pcm", limits["pcm"]),
		"captured_at": fields.optional_number("captured_at"),
		"to": fields.texts("to", limits["npcs"], limits["name"], []),
		"rate": fields.integer("rate", 48000, 16000),
		"open": fields.flag("open"),
		"end": fields.flag("end"),
		"drop": fields.flag("drop"),
		"words": fields.texts("words", 256, limits["phrase"], []),
	}


static func _read_speak(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"speech": fields.id("speech", limits["name"]),
		"npc": fields.id("npc", limits["name"]),
		"text": fields.text("text", limits["text"], null, 1),
		"emotion": fields.text("emotion", 64, ""),
		"line_id": fields.text("line_id", 64, ""),
		"name": fields.text("name", 256, ""),
		"voice": fields.mapping("voice", 16, {}),
	}


static func _read_hush(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"speech": fields.id("speech", limits["name"]),
	}


static func _read_heard(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"hearing": fields.id("hearing", limits["name"]),
		"line": fields.integer("line"),
		"text": fields.text("text", limits["text"]),
		"final": fields.flag("final"),
		"confidence": fields.number("confidence", 0.0),
		"began": fields.optional_number("began"),
		"ended": fields.optional_number("ended"),
		"tone": fields.values("tone", 16, limits["name"]),
		"over": fields.flag("over"),
		"utterance": fields.optional_id("utterance", limits["name"]),
	}


static func _read_sound(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"speech": fields.id("speech", limits["name"]),
		"piece": fields.integer("piece"),
		"pcm": fields.data("pcm", limits["pcm"]),
		"rate": fields.integer("rate", 48000, 16000),
		"words": _read_maps_mark(fields, "words", 64, limits),
		"shapes": _read_maps_mark(fields, "shapes", 256, limits),
		"end": fields.flag("end"),
		"fault": fields.text("fault", 256, ""),
	}


static func _read_look(fields: NpcFields, part: Variant, limits: Dictionary) -> Dictionary:
	return NpcChecks.look(
		fields,
		{
			"phrase": fields.text("phrase", limits["phrase"], null, 1),
			"number": fields.integer("number", 7, 0),
			"frame": _read_map_frame(fields, "frame", part, limits) if NpcChecks.has_part(fields, "frame", part) else null,
		},
		limits
	)


static func _read_ping(fields: NpcFields, _part: Variant, _limits: Dictionary) -> Dictionary:
	return {
		"id": fields.integer("id"),
	}


static func _read_bye(_fields: NpcFields, _part: Variant, _limits: Dictionary) -> Dictionary:
	return {}


## A message of a server; null for a type that it does not send.
static func read_of_server(type: String, fields: NpcFields, part: Variant, limits: Dictionary) -> Variant:
	match type:
		"welcome":
			return _read_welcome(fields, part, limits)
		"spawned":
			return _read_spawned(fields, part, limits)
		"ack":
			return _read_ack(fields, part, limits)
		"decision":
			return _read_decision(fields, part, limits)
		"event":
			return _read_event(fields, part, limits)
		"pong":
			return _read_pong(fields, part, limits)
		"error":
			return _read_error(fields, part, limits)
		"hear":
			return _read_hear(fields, part, limits)
		"speak":
			return _read_speak(fields, part, limits)
		"hush":
			return _read_hush(fields, part, limits)
		"heard":
			return _read_heard(fields, part, limits)
		"sound":
			return _read_sound(fields, part, limits)
		"bye":
			return _read_bye(fields, part, limits)
	return null


static func _read_welcome(fields: NpcFields, _part: Variant, _limits: Dictionary) -> Dictionary:
	return {
		"server": fields.text("server", 256),
		"provider": fields.text("provider", 64),
		"bundle": fields.text("bundle", 256),
		"resumed": fields.required_flag("resumed"),
		"version": fields.text("version", 16),
		"capabilities": fields.texts("capabilities", 64, 64, []),
		"labels": fields.lists_of_texts("labels", 64),
		"limits": fields.integers("limits", 64),
	}


static func _read_spawned(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"npc": fields.id("npc", limits["name"]),
		"name": fields.text("name", 256),
	}


static func _read_ack(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"utterances": fields.texts("utterances", limits["utterances"], limits["name"]),
	}


static func _read_decision(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"npc": fields.id("npc", limits["name"]),
		"seq": fields.integer("seq"),
		"action": fields.text("action", 64),
		"emotion": fields.text("emotion", 64),
		"utterance_id": fields.optional_id("utterance_id", limits["name"]),
		"target": _read_map_target(fields, "target", limits) if fields.has("target") else null,
		"line": fields.text("line", REPLY_HEADER, ""),
		"confidence": fields.number("confidence", 0.0),
		"reason": fields.text("reason", REPLY_HEADER, ""),
		"frame_age": fields.number("frame_age", 0.0),
		"captured_at": fields.optional_number("captured_at"),
		"inspect": fields.optional_mapping("inspect", 64),
		"entity": fields.optional_id("entity", limits["name"]),
		"effects": _read_maps_effect(fields, "effects", 32, limits),
		"line_id": fields.optional_id("line_id", limits["name"]),
	}


static func _read_event(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"npc": fields.id("npc", limits["name"]),
		"kind": fields.text("kind", 64),
		"text": fields.text("text", REPLY_HEADER, ""),
		"utterance_id": fields.optional_id("utterance_id", limits["name"]),
		"more": fields.flag("more"),
	}


static func _read_pong(fields: NpcFields, _part: Variant, _limits: Dictionary) -> Dictionary:
	return {
		"id": fields.integer("id"),
		"counters": fields.integers("counters", 64, {}),
	}


static func _read_error(fields: NpcFields, _part: Variant, limits: Dictionary) -> Dictionary:
	return {
		"code": fields.text("code", 64),
		"message": fields.text("message", REPLY_HEADER),
		"fix": fields.text("fix", REPLY_HEADER, ""),
		"seq": fields.optional_integer("seq"),
		"npc": fields.optional_text("npc", limits["name"]),
		"utterance": fields.optional_text("utterance", limits["name"]),
		"about": fields.optional_text("about", limits["name"]),
	}


static func _read_map_target(outer: NpcFields, name: String, _limits: Dictionary) -> Dictionary:
	var fields := outer.inside(name)
	var read: Dictionary = {
		"x": fields.number("x"),
		"y": fields.number("y"),
		"p": fields.number("p"),
	}
	outer.adopt(fields)
	return read


static func _read_maps_effect(outer: NpcFields, name: String, entries: int, _limits: Dictionary) -> Array:
	var found := []
	for fields in outer.each(name, entries):
		var read: Dictionary = {
			"kind": fields.text("kind", 80, null, 1),
			"values": fields.values("values", 16, 1000),
		}
		outer.adopt(fields)
		found.append(read)
	return found


static func _read_map_frame(outer: NpcFields, name: String, part: Variant, limits: Dictionary) -> Dictionary:
	var fields := outer.inside(name)
	var read: Dictionary = NpcChecks.frame(
		fields,
		{
			"pixels": part,
			"width": fields.integer("width", limits["side"], 0),
			"height": fields.integer("height", limits["side"], 0),
			"format": fields.text("format", 16),
			"bottom_up": fields.flag("bottom_up"),
			"entities": fields.boxes("entities", limits["entities"], limits["name"]),
		},
		limits
	)
	outer.adopt(fields)
	return read


static func _read_maps_mark(outer: NpcFields, name: String, entries: int, _limits: Dictionary) -> Array:
	var found := []
	for fields in outer.each(name, entries):
		var read: Dictionary = {
			"text": fields.text("text", 64),
			"began": fields.number("began"),
			"ended": fields.number("ended"),
		}
		outer.adopt(fields)
		found.append(read)
	return found


static func _read_map_spoken(outer: NpcFields, name: String, limits: Dictionary) -> Dictionary:
	var fields := outer.inside(name)
	var read: Dictionary = {
		"confidence": fields.number("confidence", 1.0),
		"began": fields.optional_number("began"),
		"ended": fields.optional_number("ended"),
		"tone": fields.values("tone", 16, limits["name"]),
	}
	outer.adopt(fields)
	return read


static func _read_map_utterance(outer: NpcFields, name: String, limits: Dictionary) -> Dictionary:
	var fields := outer.inside(name)
	var read: Dictionary = {
		"id": fields.id("id", limits["name"]),
		"text": fields.text("text", limits["text"], null, 1),
		"to": fields.texts("to", limits["npcs"], limits["name"], []),
		"speaker": fields.text("speaker", limits["name"], "player", 1),
		"spoken": _read_map_spoken(fields, "spoken", limits) if fields.has("spoken") else null,
	}
	outer.adopt(fields)
	return read
