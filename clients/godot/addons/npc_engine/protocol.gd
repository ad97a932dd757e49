@tool
class_name NpcProtocol
extends RefCounted
## The messages of protocol 1.0, of both sides. Bytes in, messages out; no I/O.
##
## A message is a dictionary with its [code]type[/code] and every field: defaults filled in, null where an
## optional one is absent. docs/protocol.md describes them.

const VERSION := "1.0"
const CHANNELS := {"rgb": 3, "rgba": 4, "bgra": 4}
const ENCODED := ["jpeg", "png", "webp"]
const LIMITS := {
	"header": 65536,  # bytes of a message's msgpack part
	"frame": 16777216,  # bytes of a frame part
	"side": 4096,  # pixels of a frame's width or height
	"name": 64,  # characters of an id
	"text": 1000,  # characters of an utterance
	"phrase": 100,  # characters of a watched phrase
	"watch": 32,  # phrases that one NPC watches for
	"state": 64,  # entries of the game state
	"entities": 64,  # things that a game names in a frame
	"npcs": 256,  # NPCs of one client
	"utterances": 64,  # answers that may be owed to one client
}
## Headers of a server may be longer than what it takes.
const SERVER_HEADER := 1 << 20

## What was wrong with the last message; null if it was sound.
var fault: NpcFault

var _limits: Dictionary
var _codec := NpcMsgpack.new()


## [param told] is what a welcome said, over the limits of docs/protocol.md.
func _init(told: Dictionary = {}) -> void:
	_limits = LIMITS.merged(told, true)


## The parts of a message of a client, or none at all where [member fault] says why the server would refuse it.
## Fields that are null are left out; a frame's [code]pixels[/code] become the second part.
func encode(message: Dictionary) -> Array[PackedByteArray]:
	fault = null
	var parts: Array[PackedByteArray] = [_codec.pack(_header(message))]
	if message.get("frame"):
		parts.append(message["frame"]["pixels"])
	if _codec.error:
		var what := "`%s` cannot be sent: %s." % [message["type"], _codec.error]
		fault = NpcFault.new("field", what, "Use text, numbers, lists and maps.")
	else:
		decode_client(parts)
	if fault:
		parts.clear()
	return parts


## A message that a client sent; empty where [member fault] says why not.
func decode_client(parts: Array[PackedByteArray]) -> Dictionary:
	return _decode(parts, _read_of_client, int(_limits["header"]))


## A message that a server sent; empty where [member fault] says why not.
func decode_server(parts: Array[PackedByteArray]) -> Dictionary:
	return _decode(parts, _read_of_server, SERVER_HEADER)


func _header(message: Dictionary) -> Dictionary:
	var header := {}
	for name: String in message:
		if message[name] != null and name != "pixels":
			header[name] = _header(message[name]) if name == "frame" else message[name]
	return header


func _decode(parts: Array[PackedByteArray], read: Callable, largest: int) -> Dictionary:
	fault = _fault_of_parts(parts, largest)
	var values: Variant = null if fault else _codec.unpack(parts[0])
	if not fault and not values is Dictionary:
		var what := "The header is no msgpack map: %s." % (_codec.error if _codec.error else "another value")
		fault = NpcFault.new("malformed", what, "Send one map with string keys as the first part.")
	if fault:
		return {}
	var type: String = values["type"] if values.get("type") is String else ""
	var fields := NpcFields.new(values, type)
	var message: Dictionary = read.call(type, fields, parts)
	fault = fields.fault
	if fault:
		return {}
	message.merge({"type": type})
	return message


func _fault_of_parts(parts: Array[PackedByteArray], largest: int) -> NpcFault:
	if parts.size() not in [1, 2]:
		var what := "The message has %d parts." % parts.size()
		return NpcFault.new("malformed", what, "Send a header, and at most a frame.")
	if parts[0].size() > largest:
		var what := "The header has %d bytes." % parts[0].size()
		return NpcFault.new("header_size", what, "Send at most %d bytes." % largest)
	return null


func _read_of_client(type: String, fields: NpcFields, parts: Array[PackedByteArray]) -> Dictionary:
	if type == "observe":
		return _read_observe(fields, parts)
	_refuse_frame(type, fields, parts)
	var longest: int = _limits["name"]
	match type:
		"hello":
			return {
				"client": fields.id("client", longest),
				"session": fields.id("session", longest),
				"version": fields.text("version", 16),
				"capabilities": fields.texts("capabilities", 32, longest, []),
				"token": fields.optional_text("token", 512),
			}
		"spawn":
			var phrases := fields.texts("watch", _limits["watch"], _limits["phrase"], [])
			var card: Variant = (
				fields.mapping("persona", 64)
				if fields.is_map("persona")
				else fields.text("persona", 256, null, 1)
			)
			return {"npc": fields.id("npc", longest), "persona": card, "watch": phrases}
		"despawn":
			return {"npc": fields.id("npc", longest)}
		"ping":
			return {"id": fields.integer("id")}
		"bye":
			return {}
	return _unknown(type, fields)


func _read_of_server(type: String, fields: NpcFields, parts: Array[PackedByteArray]) -> Dictionary:
	_refuse_frame(type, fields, parts)
	var longest: int = _limits["name"]
	match type:
		"welcome":
			return _read_welcome(fields)
		"spawned":
			return {"npc": fields.id("npc", longest), "name": fields.text("name", 256)}
		"ack":
			return {"utterances": fields.texts("utterances", _limits["utterances"], longest)}
		"decision":
			return _read_decision(fields)
		"event":
			return _read_event(fields)
		"pong":
			return {"id": fields.integer("id"), "counters": fields.integers("counters", 64, {})}
		"error":
			return _read_error(fields)
		"bye":
			return {}
	return _unknown(type, fields)


func _refuse_frame(type: String, fields: NpcFields, parts: Array[PackedByteArray]) -> void:
	if parts.size() > 1:
		var what := "`%s` has no second part." % type
		fields.refuse("malformed", what, "Only `observe` carries a frame.")


func _unknown(type: String, fields: NpcFields) -> Dictionary:
	var what := "'%s' is not a message type here." % type.left(64)
	fields.refuse("unknown_type", what, "See docs/protocol.md.")
	return {}


func _read_welcome(fields: NpcFields) -> Dictionary:
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


func _read_decision(fields: NpcFields) -> Dictionary:
	var longest: int = _limits["name"]
	return {
		"npc": fields.id("npc", longest),
		"seq": fields.integer("seq"),
		"action": fields.text("action", 64),
		"emotion": fields.text("emotion", 64),
		"utterance_id": fields.optional_id("utterance_id", longest),
		"target": _read_target(fields) if fields.has("target") else null,
		"line": fields.text("line", SERVER_HEADER, ""),
		"confidence": fields.number("confidence", 0.0),
		"reason": fields.text("reason", SERVER_HEADER, ""),
		"frame_age": fields.number("frame_age", 0.0),
		"captured_at": fields.optional_number("captured_at"),
		"inspect": fields.optional_mapping("inspect", 64),
		"entity": fields.optional_id("entity", longest),
	}


func _read_target(fields: NpcFields) -> Dictionary:
	var inner := fields.inside("target")
	var target := {"x": inner.number("x"), "y": inner.number("y"), "p": inner.number("p")}
	fields.adopt(inner)
	return target


func _read_event(fields: NpcFields) -> Dictionary:
	var longest: int = _limits["name"]
	return {
		"npc": fields.id("npc", longest),
		"kind": fields.text("kind", 64),
		"text": fields.text("text", SERVER_HEADER, ""),
		"utterance_id": fields.optional_id("utterance_id", longest),
		"more": fields.flag("more"),
	}


func _read_error(fields: NpcFields) -> Dictionary:
	var longest: int = _limits["name"]
	return {
		"code": fields.text("code", 64),
		"message": fields.text("message", SERVER_HEADER),
		"fix": fields.text("fix", SERVER_HEADER, ""),
		"seq": fields.optional_integer("seq"),
		"npc": fields.optional_text("npc", longest),
		"utterance": fields.optional_text("utterance", longest),
	}


func _read_observe(fields: NpcFields, parts: Array[PackedByteArray]) -> Dictionary:
	var npcs := fields.texts("npcs", _limits["npcs"], _limits["name"])
	if npcs.is_empty():
		fields.refuse("field", "`observe.npcs` is empty.", "Name the NPCs that see this.")
	return {
		"seq": fields.integer("seq"),
		"npcs": npcs,
		"frame": _read_frame(fields, parts),
		"utterance": _read_utterance(fields, npcs) if fields.has("utterance") else null,
		"state": fields.mapping("state", _limits["state"], {}),
		"captured_at": fields.optional_number("captured_at"),
		"inspect": fields.flag("inspect"),
	}


func _read_frame(fields: NpcFields, parts: Array[PackedByteArray]) -> Variant:
	if fields.has("frame") != (parts.size() == 2):
		var what := "A frame is described and did not come, or came and is not described."
		fields.refuse("frame_size", what, "Send a frame as header field and second part, or neither.")
	if fields.fault or parts.size() < 2:
		return null
	var inner := fields.inside("frame")
	var frame := {
		"pixels": parts[1],
		"width": inner.integer("width", _limits["side"], 0),
		"height": inner.integer("height", _limits["side"], 0),
		"format": inner.text("format", 16),
		"bottom_up": inner.flag("bottom_up"),
		"entities": inner.boxes("entities", _limits["entities"], _limits["name"]),
	}
	_check_frame(inner, frame)
	fields.adopt(inner)
	return frame


func _check_frame(inner: NpcFields, frame: Dictionary) -> void:
	var format: String = frame["format"]
	var size: int = frame["pixels"].size()
	var channels: int = CHANNELS.get(format, 0)
	var wanted: int = frame["width"] * frame["height"] * channels
	if not channels and format not in ENCODED:
		var known := ", ".join(CHANNELS.keys() + ENCODED)
		var what := "Frame format '%s' is not known." % format
		inner.refuse("frame_format", what, "Use one of: %s." % known)
	elif size < 1 or size > _limits["frame"]:
		var fix := "Send 1 to %d bytes: scale the picture down or send JPEG." % _limits["frame"]
		inner.refuse("frame_size", "The frame has %d bytes." % size, fix)
	elif channels and size != wanted:
		var shape := "%dx%d %s" % [frame["width"], frame["height"], format]
		var what := "The frame has %d bytes, but %s needs %d." % [size, shape, wanted]
		inner.refuse("frame_size", what, "Check width, height and format.")


func _read_utterance(fields: NpcFields, npcs: Array[String]) -> Dictionary:
	var inner := fields.inside("utterance")
	var to := inner.texts("to", _limits["npcs"], _limits["name"], [])
	var utterance := {
		"id": inner.id("id", _limits["name"]),
		"text": inner.text("text", _limits["text"], null, 1),
		"to": to if to else npcs,
		"speaker": inner.text("speaker", _limits["name"], "player", 1),
	}
	for npc in to:
		if npc not in npcs:
			var what := "`observe.utterance.to` names '%s', which is not in `npcs`." % npc
			inner.refuse("field", what, "List everybody who is spoken to in `npcs` too.")
	fields.adopt(inner)
	return utterance
