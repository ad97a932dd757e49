@tool
class_name NpcLink
extends RefCounted
## A connection that comes back: transport and ZMTP, opened again for ever, ever slower up to a second.

const RETRY_FIRST_S := 0.1
const RETRY_LAST_S := 1.0
## Seconds from opening to the end of the handshake.
const HANDSHAKE_S := 3.0
## The other side answers pings while it lives, whatever it thinks of our messages.
const PING_EVERY_S := 2.0
const SILENT_S := 6.0
## Bytes that may wait for the wire before no more are taken.
const QUEUE := 1 << 18

## Where to connect, from the next attempt on.
var endpoint: String
## Whether messages can be sent.
var ready: bool = false
## How often it became ready: a new number is a new connection, on which nobody has said hello.
var connections: int = 0
## Why the last attempt failed.
var error: String = "connecting"

var _transport: NpcTransport
var _zmtp: NpcZmtp
var _opened_at: float = 0.0
var _heard_at: float = 0.0
var _pinged_at: float = 0.0
var _retry_at: float = -INF
var _counted: bool = false
var _pause: float = RETRY_FIRST_S


func _init(its_endpoint: String) -> void:
	endpoint = its_endpoint


## Move bytes; returns the messages that came, each an array of parts. [param now] is in seconds.
func poll(now: float) -> Array[Array]:
	if _transport == null:
		if now < _retry_at:
			return []
		_open(now)
	_transport.poll()
	_listen(now)
	_write()
	ready = _zmtp.state == NpcZmtp.State.READY and _transport.state == NpcTransport.State.OPEN
	var messages := _zmtp.take_messages()
	_take_stock(now)
	return messages


## Send a message now; false where too much waits for the wire already, or there is no connection.
## What must not be lost is offered again until it is taken.
func send(parts: Array[PackedByteArray]) -> bool:
	if not ready or _transport.unsent() > QUEUE:
		return false
	_zmtp.send(parts)
	_write()
	return true


## Whether the wire has taken everything: the moment for the newest frame.
func is_idle() -> bool:
	return ready and _transport.unsent() == 0


## Connect there, and at once.
func go_to(its_endpoint: String) -> void:
	endpoint = its_endpoint
	_retry_at = -INF
	_pause = RETRY_FIRST_S
	close()


func close() -> void:
	ready = false
	if _transport:
		_transport.poll()
		_transport.close()
	_transport = null


func _open(now: float) -> void:
	_opened_at = now
	_heard_at = now
	_counted = false
	_zmtp = NpcZmtp.new()
	_transport = NpcTransport.for_endpoint(endpoint)


func _listen(now: float) -> void:
	var bytes := _transport.read()
	if not bytes.is_empty():
		_heard_at = now
		_zmtp.feed(bytes)
	if ready and now - _pinged_at > PING_EVERY_S:
		_pinged_at = now
		_zmtp.ping()


func _write() -> void:
	if _transport.state == NpcTransport.State.OPEN:
		_transport.write(_zmtp.take_output())


## Count a new connection, or give up one that broke.
func _take_stock(now: float) -> void:
	if ready and not _counted:
		_counted = true
		_pause = RETRY_FIRST_S
		connections += 1
	var late := now - _heard_at > SILENT_S if ready else now - _opened_at > HANDSHAKE_S
	if late or _zmtp.error or _transport.state == NpcTransport.State.CLOSED:
		_break(now)


func _break(now: float) -> void:
	error = _zmtp.error if _zmtp.error else _transport.error
	if not error:
		error = "the server fell silent"
	_transport.close()
	_transport = null
	ready = false
	_retry_at = now + _pause
	_pause = minf(_pause * 2.0, RETRY_LAST_S)
