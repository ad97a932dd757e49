@tool
class_name NpcWebSocketTransport
extends NpcTransport
## The same bytes in binary WebSocket messages, for web exports: a proxy such as websockify stands before the
## server. The boundaries of the messages mean nothing.

const PIECE := 1 << 16
## Bytes that the socket may hold; what goes beyond stays here, where a newer frame may replace a whole one.
const BUFFER := 1 << 20

var _socket := WebSocketPeer.new()


func _init(endpoint: String = "ws://127.0.0.1:5570") -> void:
	_socket.inbound_buffer_size = BUFFER
	_socket.outbound_buffer_size = BUFFER
	state = State.OPENING
	if _socket.connect_to_url(endpoint) != OK:
		_fail("'%s' cannot be reached" % endpoint)


func poll() -> void:
	if state == State.CLOSED:
		return
	_socket.poll()
	match _socket.get_ready_state():
		WebSocketPeer.STATE_OPEN:
			state = State.OPEN
			_flush()
		WebSocketPeer.STATE_CLOSED:
			_fail("nobody answers" if state == State.OPENING else "the proxy hung up")


func read() -> PackedByteArray:
	var bytes := PackedByteArray()
	while state == State.OPEN and _socket.get_available_packet_count() > 0:
		bytes.append_array(_socket.get_packet())
	return bytes


func unsent() -> int:
	return super() + (_socket.get_current_outbound_buffered_amount() if state == State.OPEN else 0)


func close() -> void:
	super()
	_socket.close()


func _flush() -> void:
	while _waiting.size() > _written:
		var bytes := _next(PIECE)
		if _socket.get_current_outbound_buffered_amount() + bytes.size() > BUFFER / 2:
			return
		if _socket.send(bytes) != OK:
			return
		_leave(bytes.size())
