@tool
class_name NpcHearing
extends RefCounted
## What one microphone hears, from one press of a button to its release, or for as long as it is open.
## [method NpcClient.hear] makes it. What is heard is said by itself, once.

## Who is spoken to.
var to: Array
## Who speaks.
var speaker: String
## Samples a second, 8000 to 48000.
var rate: int
## An open microphone, of which each line is said when it is complete; else push to talk, one line.
var is_open: bool
## Is asked when a line is said, for what the NPCs see: [code]{"frame": NpcFrame, "state": {…}}[/code]. May be empty.
var view: Callable
## The words so far, of the line that is being spoken; then the line.
var text: String = ""
## Nothing more is taken, or comes.
var over: bool = false

var _id: String
var _send: Callable
var _pieces: int = 0
var _ended: bool = false


func _init(named: String, npcs: Array, samples: int, open: bool, who: String, seen: Callable, send: Callable) -> void:
	_id = named
	to = npcs
	rate = samples
	is_open = open
	speaker = who
	view = seen
	_send = send


func id() -> String:
	return _id


## Send what came from the microphone: mono, 16 bit, little-endian. [param captured_at]: seconds on the game's clock of
## the first sample, or null.
func put(pcm: PackedByteArray, captured_at: Variant = null) -> void:
	var most: int = NpcWire.LIMITS["pcm"]
	for start in range(0, pcm.size(), most):
		var at: Variant = null if captured_at == null else captured_at + start / 2.0 / rate
		_put({"pcm": pcm.slice(start, start + most), "captured_at": at})


## Send what an [AudioEffectCapture] holds: both channels become one.
func put_frames(frames: PackedVector2Array, captured_at: Variant = null) -> void:
	var pcm := PackedByteArray()
	pcm.resize(2 * frames.size())
	for index in frames.size():
		var sample := clampf((frames[index].x + frames[index].y) / 2.0, -1.0, 1.0)
		pcm.encode_s16(2 * index, roundi(sample * 32767.0))
	put(pcm, captured_at)


## The button is released, the microphone closed: the line comes, or an empty one where nothing was said.
func end() -> void:
	_put({"end": true})
	_ended = true


## Forget what was said.
func drop() -> void:
	_ended = false
	_put({"drop": true})
	over = true


func _put(piece: Dictionary) -> void:
	if over or _ended:
		return
	var message := {"type": "hear", "hearing": _id, "piece": _pieces}
	if _pieces == 0:
		message.merge({"to": to, "rate": rate, "open": is_open})
	_pieces += 1
	_send.call(message.merged(piece))
