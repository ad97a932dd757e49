@tool
class_name NpcZmtp
extends RefCounted
## ZMTP 3.1 (https://rfc.zeromq.org/spec/37/), the side of a DEALER. Bytes in, bytes and messages out; no I/O.
##
## Write [method take_output] to the wire, [method feed] it what came, in pieces of any size, and take
## messages from [method take_messages]. Anything against the rules sets [member error]: then close.

enum State { GREETING, HANDSHAKE, READY, BROKEN }

const GREETING_SIZE := 64
const MORE := 1
const LONG := 2
const COMMAND := 4
## An empty READY or a PING needs a few bytes, an ERROR at most 255.
const MAX_COMMAND := 4096
const MAX_CONTEXT := 16
## A server sends one; a message without an end would fill the memory.
const MAX_PARTS := 4

var state: State = State.GREETING
## Why it is broken: signature, version, mechanism, flags, size, command or refused, and a sentence.
var error: String = ""

var _largest_frame: int
var _username: String
var _password: String
var _output: PackedByteArray
var _input: PackedByteArray
var _parts: Array[PackedByteArray]
var _messages: Array[Array]


## Without a user name the mechanism is NULL, with one PLAIN.
func _init(largest_frame: int = 1 << 20, username: String = "", password: String = "") -> void:
	_largest_frame = largest_frame
	_username = username
	_password = password
	_output = _greeting("PLAIN" if username else "NULL")


## What must be written to the wire now.
func take_output() -> PackedByteArray:
	var output := _output
	_output = PackedByteArray()
	return output


## Whole messages that came since the last call, each an array of parts.
func take_messages() -> Array[Array]:
	var messages := _messages
	_messages = []
	return messages


## Queue one message; only once the state is READY.
func send(parts: Array[PackedByteArray]) -> void:
	for index in parts.size():
		_put_frame(MORE if index + 1 < parts.size() else 0, parts[index])


## Queue a PING; whoever is alive answers it.
func ping() -> void:
	_put_command("PING", PackedByteArray([0, 0]))  # without a time to live: we may stand at a breakpoint


## Take what came from the wire.
func feed(bytes: PackedByteArray) -> void:
	if state == State.BROKEN:
		return
	_input.append_array(bytes)
	if state == State.GREETING and _input.size() >= GREETING_SIZE:
		_take_greeting(_input.slice(0, GREETING_SIZE))
		_input = _input.slice(GREETING_SIZE)
	if state == State.HANDSHAKE or state == State.READY:
		_take_frames()


func _take_greeting(greeting: PackedByteArray) -> void:
	var mechanism := greeting.slice(12, 32).get_string_from_ascii()
	if greeting[0] != 0xFF or greeting[9] & 1 == 0:
		_break("signature: the other side does not speak ZMTP")
	elif greeting[10] < 3:
		_break("version: the other side speaks ZMTP %d, not 3" % greeting[10])
	elif mechanism != ("PLAIN" if _username else "NULL"):
		_break("mechanism: the server wants %s" % mechanism)
	else:
		state = State.HANDSHAKE
		if _username:
			_put_command("HELLO", _short(_username) + _short(_password))
		else:
			_put_command("READY", _properties())


func _take_frames() -> void:
	var offset := 0
	while state != State.BROKEN and _input.size() - offset >= 2:
		var flags := _input[offset]
		if not _may_be(flags):
			return
		var header := 9 if flags & LONG else 2
		if _input.size() - offset < header:
			break
		var size := _size_at(offset + 1, flags & LONG != 0)
		if not _may_have(size, MAX_COMMAND if flags & COMMAND else _largest_frame):
			return
		if _input.size() - offset < header + size:
			break
		_take_frame(flags, _input.slice(offset + header, offset + header + size))
		offset += header + size
	if offset > 0:
		_input = _input.slice(offset)


func _may_be(flags: int) -> bool:
	if flags > (MORE | LONG | COMMAND) or flags & (MORE | COMMAND) == (MORE | COMMAND):
		_break("flags: a frame has the flags 0x%02x" % flags)
	elif state == State.HANDSHAKE and not flags & COMMAND:
		_break("command: a message came before the handshake was over")
	return state != State.BROKEN


func _may_have(size: int, most: int) -> bool:
	if size < 0 or size > most:  # the highest bit of 64 is the sign
		_break("size: a frame has more than %d bytes" % most)
	return state != State.BROKEN


func _size_at(offset: int, is_long: bool) -> int:
	if not is_long:
		return _input[offset]
	var size := 0
	for index in 8:
		size = (size << 8) | _input[offset + index]
	return size


func _take_frame(flags: int, body: PackedByteArray) -> void:
	if flags & COMMAND:
		_take_command(body)
		return
	if _parts.size() == MAX_PARTS:
		_break("size: a message has more than %d parts" % MAX_PARTS)
		return
	_parts.append(body)
	if not flags & MORE:
		_messages.append(_parts)
		_parts = []


func _take_command(body: PackedByteArray) -> void:
	var command := read_command(body)
	match command.get("command", ""):
		"":
			_break("command: it has no sound name or data")
		"READY":
			state = State.READY
		"WELCOME" when _username and state == State.HANDSHAKE:
			_put_command("INITIATE", _properties())
		"PING":
			var context: PackedByteArray = command["context"]
			_put_command("PONG", context.slice(0, MAX_CONTEXT))
		"ERROR":
			_break("refused: %s" % command["reason"])


## What a command says: its name as [code]command[/code], and its data by name; empty where it is unsound.
static func read_command(body: PackedByteArray) -> Dictionary:
	if body.is_empty() or body[0] == 0 or body.size() < 1 + body[0]:
		return {}
	var name := body.slice(1, 1 + body[0]).get_string_from_ascii()
	var data := body.slice(1 + body[0])
	var fields: Variant = _read_data(name, data)
	if fields == null:
		return {}
	var command := {"command": name}
	command.merge(fields as Dictionary)
	return command


static func _read_data(name: String, data: PackedByteArray) -> Variant:
	match name:
		"READY", "INITIATE":
			return _read_properties(data)
		"PING":
			if data.size() < 2:
				return null
			return {"ttl": data[0] << 8 | data[1], "context": data.slice(2)}
		"PONG":
			return {"context": data}
		"ERROR":
			return _read_short(data, ["reason"])
		"HELLO":
			return _read_short(data, ["username", "password"])
	return {}


## Texts behind one byte of length each; null where they are cut short.
static func _read_short(data: PackedByteArray, names: Array[String]) -> Variant:
	var texts := {}
	var offset := 0
	for name in names:
		if offset >= data.size() or offset + 1 + data[offset] > data.size():
			return null
		texts[name] = data.slice(offset + 1, offset + 1 + data[offset]).get_string_from_ascii()
		offset += 1 + data[offset]
	return texts


static func _read_properties(data: PackedByteArray) -> Variant:
	var properties := {}
	var offset := 0
	while offset < data.size():
		var value := offset + 1 + data[offset] + 4
		if value > data.size():
			return null
		var size := 0
		for index in 4:
			size = size << 8 | data[value - 4 + index]
		if value + size > data.size():
			return null
		var name := data.slice(offset + 1, value - 4).get_string_from_ascii()
		properties[name] = data.slice(value, value + size).get_string_from_ascii()
		offset = value + size
	return {"properties": properties}


func _break(why: String) -> void:
	state = State.BROKEN
	error = why


static func _greeting(mechanism: String) -> PackedByteArray:
	var greeting := PackedByteArray()
	greeting.resize(GREETING_SIZE)
	greeting[0] = 0xFF
	greeting[8] = 1  # as libzmq writes it
	greeting[9] = 0x7F
	greeting[10] = 3
	greeting[11] = 1
	for index in mechanism.length():
		greeting[12 + index] = mechanism.unicode_at(index)
	return greeting


static func _short(text: String) -> PackedByteArray:
	var bytes := text.to_utf8_buffer()
	return PackedByteArray([bytes.size()]) + bytes


static func _properties() -> PackedByteArray:
	var dealer := "DEALER".to_ascii_buffer()
	return (
		_short("Socket-Type")
		+ PackedByteArray([0, 0, 0, dealer.size()])
		+ dealer
		+ _short("Identity")
		+ PackedByteArray([0, 0, 0, 0])
	)


func _put_command(name: String, data: PackedByteArray) -> void:
	_put_frame(COMMAND, _short(name) + data)


func _put_frame(flags: int, body: PackedByteArray) -> void:
	var size := body.size()
	if size < 256:
		_output.append_array(PackedByteArray([flags, size]))
	else:
		var head := PackedByteArray([flags | LONG])
		for shift in range(56, -1, -8):
			head.append(size >> shift & 0xFF)
		_output.append_array(head)
	_output.append_array(body)
