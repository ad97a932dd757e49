@tool
class_name NpcProtocol
extends RefCounted
## The messages of protocol 1.0, of both sides. Bytes in, messages out; no I/O.
##
## A message is a dictionary with its [code]type[/code] and every field: defaults filled in, null where an
## optional one is absent. docs/protocol.md describes them.

## What was wrong with the last message; null if it was sound.
var fault: NpcFault

var _limits: Dictionary
var _codec := NpcMsgpack.new()


## [param told] is what a welcome said, over the limits of docs/protocol.md.
func _init(told: Dictionary = {}) -> void:
	_limits = NpcWire.LIMITS.merged(_of_use(told), true)


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
	return _decode(parts, NpcWire.read_of_client, int(_limits["header"]))


## A message that a server sent; empty where [member fault] says why not.
func decode_server(parts: Array[PackedByteArray]) -> Dictionary:
	return _decode(parts, NpcWire.read_of_server, NpcWire.REPLY_HEADER)


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
	if parts.size() > 1 and type not in NpcWire.WITH_PART:
		var what := "`%s` has no second part." % type
		fault = NpcFault.new("malformed", what, "Only `observe` and `look` carry one.")
		return {}
	var part: Variant = parts[1] if parts.size() > 1 else null
	var message: Variant = read.call(type, fields, part, _limits)
	if message == null:
		var what := "'%s' is not a message type here." % type.left(64)
		fields.refuse("unknown_type", what, "See docs/protocol.md.")
	fault = fields.fault
	if fault:
		return {}
	message.merge({"type": type})
	return message


## Limits of nothing are not believed.
static func _of_use(told: Dictionary) -> Dictionary:
	var limits := {}
	for name: String in told:
		if NpcWire.LIMITS.has(name) and told[name] > 0:
			limits[name] = told[name]
	return limits


func _fault_of_parts(parts: Array[PackedByteArray], largest: int) -> NpcFault:
	if parts.size() not in [1, 2]:
		var what := "The message has %d parts." % parts.size()
		return NpcFault.new("malformed", what, "Send a header, and at most a frame.")
	if parts[0].size() > largest:
		var what := "The header has %d bytes." % parts[0].size()
		return NpcFault.new("header_size", what, "Send at most %d bytes." % largest)
	return null
