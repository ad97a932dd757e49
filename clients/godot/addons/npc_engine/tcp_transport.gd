@tool
class_name NpcTcpTransport
extends NpcTransport
## TCP, for every platform but the web. Give numbers rather than names: Godot waits while it looks up a name.

## Bytes offered to the system at once; it takes what fits.
const PIECE := 1 << 18

var _stream := StreamPeerTCP.new()


func _init(endpoint: String = "tcp://127.0.0.1:5571") -> void:
	var host := endpoint.trim_prefix("tcp://").rsplit(":", true, 1)
	if host.size() != 2 or not host[1].is_valid_int():
		error = "'%s' is no address: use tcp://127.0.0.1:5571" % endpoint
		return
	state = State.OPENING
	if _stream.connect_to_host(host[0].trim_prefix("[").trim_suffix("]"), host[1].to_int()) != OK:
		_fail("%s cannot be reached" % endpoint)


func poll() -> void:
	if state == State.CLOSED:
		return
	_stream.poll()
	match _stream.get_status():
		StreamPeerTCP.STATUS_CONNECTED:
			if state == State.OPENING:
				_stream.set_no_delay(true)
				state = State.OPEN
			_flush()
		StreamPeerTCP.STATUS_NONE, StreamPeerTCP.STATUS_ERROR:
			_fail("nobody answers" if state == State.OPENING else "the server hung up")


func read() -> PackedByteArray:
	var available := _stream.get_available_bytes() if state == State.OPEN else 0
	if available == 0:
		return PackedByteArray()
	var answer := _stream.get_partial_data(available)
	if answer[0] != OK:
		_fail("the server hung up")
	return answer[1]


func close() -> void:
	super()
	_stream.disconnect_from_host()


func _flush() -> void:
	while unsent() > 0:
		var answer := _stream.put_partial_data(_next(PIECE))
		if answer[0] != OK:
			_fail("the server hung up")
			return
		if answer[1] == 0:
			return
		_leave(answer[1])
