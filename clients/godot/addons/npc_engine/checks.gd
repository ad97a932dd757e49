@tool
class_name NpcChecks
extends RefCounted
## The rules over several fields, which no schema tells. What they find wrong is the fault of the fields.


## Some NPC sees an observation, and who is spoken to sees it too: all where nobody is named.
static func observe(fields: NpcFields, message: Dictionary, _limits: Dictionary) -> Dictionary:
	if message["npcs"].is_empty():
		fields.refuse("field", "`observe.npcs` is empty.", "Name the NPCs that see this.")
	var said: Variant = message["utterance"]
	if said == null:
		return message
	if said["to"].is_empty():
		said["to"] = message["npcs"]
	for npc: String in said["to"]:
		if npc not in message["npcs"]:
			var what := "`observe.utterance.to` names '%s', which is not in `npcs`." % npc
			fields.refuse("field", what, "List everybody who is spoken to in `npcs` too.")
	return message


## The picture of a phrase is small.
static func look(fields: NpcFields, message: Dictionary, limits: Dictionary) -> Dictionary:
	var size: int = message["frame"]["pixels"].size() if message["frame"] else 0
	if size > limits["picture"]:
		var what := "The picture of '%s' has %d bytes." % [message["phrase"], size]
		var fix := "Send at most %d: 128 pixels a side show enough of a thing." % limits["picture"]
		fields.refuse("frame_size", what, fix)
	return message


## Whether there is a frame: described and sent, and not one of the two.
static func has_part(fields: NpcFields, name: String, part: Variant) -> bool:
	if fields.has(name) != (part != null):
		var what := "A frame is described and did not come, or came and is not described."
		fields.refuse("frame_size", what, "Send a frame as header field and second part, or neither.")
		return false
	return part != null


## A raw frame has the bytes that its size asks for.
static func frame(fields: NpcFields, sent: Dictionary, limits: Dictionary) -> Dictionary:
	var format: String = sent["format"]
	var size: int = sent["pixels"].size()
	var channels: int = NpcWire.CHANNELS.get(format, 0)
	var wanted: int = sent["width"] * sent["height"] * channels
	if not channels and format not in NpcWire.ENCODED:
		var known := ", ".join(NpcWire.CHANNELS.keys() + NpcWire.ENCODED)
		var what := "Frame format '%s' is not known." % format
		fields.refuse("frame_format", what, "Use one of: %s." % known)
	elif size < 1 or size > limits["frame"]:
		var fix := "Send 1 to %d bytes: scale the picture down or send JPEG." % limits["frame"]
		fields.refuse("frame_size", "The frame has %d bytes." % size, fix)
	elif channels and size != wanted:
		var shape := "%dx%d %s" % [sent["width"], sent["height"], format]
		var what := "The frame has %d bytes, but %s needs %d." % [size, shape, wanted]
		fields.refuse("frame_size", what, "Check width, height and format.")
	return sent
