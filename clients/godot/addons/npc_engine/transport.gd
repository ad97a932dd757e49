@tool
class_name NpcTransport
extends RefCounted
## A stream of bytes to the server. The base stands for one that never opens; see the classes that extend it.
##
## Nothing here waits: [method poll] often, then look at [member state].

enum State { OPENING, OPEN, CLOSED }

var state: State = State.CLOSED
## Why it is closed, in one sentence.
var error: String = ""

## What waits for the wire, from [member _written] on.
var _waiting: PackedByteArray
var _written: int = 0


## The transport for an address: [code]tcp://host:port[/code], [code]ws://…[/code] or [code]wss://…[/code].
static func for_endpoint(endpoint: String) -> NpcTransport:
	if endpoint.begins_with("tcp://"):
		return NpcTcpTransport.new(endpoint)
	if endpoint.begins_with("ws://") or endpoint.begins_with("wss://"):
		return NpcWebSocketTransport.new(endpoint)
	var nowhere := NpcTransport.new()
	nowhere.error = "'%s' is no address: use tcp://127.0.0.1:5571 or ws://host:port" % endpoint
	return nowhere


## Move bytes and learn of changes.
func poll() -> void:
	pass


## What came since the last call.
func read() -> PackedByteArray:
	return PackedByteArray()


## Put bytes in line; they leave as the wire takes them.
func write(bytes: PackedByteArray) -> void:
	_waiting.append_array(bytes)
	poll()


## Bytes that have not left this program.
func unsent() -> int:
	return _waiting.size() - _written


func close() -> void:
	state = State.CLOSED


func _fail(why: String) -> void:
	close()
	error = why


## The next bytes that may leave, at most [param most].
func _next(most: int) -> PackedByteArray:
	return _waiting.slice(_written, mini(_written + most, _waiting.size()))


func _leave(bytes: int) -> void:
	_written += bytes
	if _written == _waiting.size():
		_waiting = PackedByteArray()
		_written = 0
