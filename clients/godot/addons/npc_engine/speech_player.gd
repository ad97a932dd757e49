@tool
class_name NpcSpeechPlayer
extends RefCounted
## Plays the speeches of one NPC through an [AudioStreamGenerator], and knows which word is being heard, and which shape
## the lips have. Hand it pieces, and let it [method work] each frame.

## The words that have begun to be heard, for subtitles in time.
var heard: String = ""
## The word that is being heard; empty between words.
var word: String = ""
## The shape of the lips; empty where they are at rest.
var shape: String = ""

var _speech: String = ""
var _rate: int = 16000
var _pieces: Array[PackedByteArray] = []
var _at: int = 0
var _between: float = 0.0
var _pushed: float = 0.0
var _words: Array = []
var _shapes: Array = []
var _ended: bool = true


## Take a piece. One of another speech ends the one before.
func add(sound: Dictionary) -> void:
	if sound["speech"] != _speech:
		_clear(sound["speech"])
		_rate = sound["rate"]
	if sound["pcm"].size() > 1:
		_pieces.append(sound["pcm"])
	_words.append_array(sound["words"])
	_shapes.append_array(sound["shapes"])
	_ended = sound["end"]


## Fall silent, if this is what is being said.
func stop(speech: String) -> void:
	if speech == _speech:
		_clear("")


## Whether something is being said, or waits to be.
func is_speaking() -> bool:
	return not _pieces.is_empty() or not _ended


## At most so many frames of sound at the rate of the output: fewer where fewer are there.
func next(most: int, rate: float) -> PackedVector2Array:
	var frames := PackedVector2Array()
	var step := _rate / rate
	while frames.size() < most and not _pieces.is_empty():
		var piece := _pieces[0]
		var here := piece.decode_s16(2 * _at) / 32768.0
		var then := piece.decode_s16(2 * _at + 2) / 32768.0 if 2 * _at + 3 < piece.size() else here
		var sample := lerpf(here, then, _between)
		frames.append(Vector2(sample, sample))
		_pushed += step / _rate
		_between += step
		while _between >= 1.0 and not _pieces.is_empty():
			_between -= 1.0
			_at += 1
			if 2 * _at + 1 >= _pieces[0].size():
				_pieces.pop_front()
				_at = 0
	return frames


## Look where the listener is: [param latency] is how many seconds of what was pushed were not heard yet.
func look(latency: float) -> void:
	var now := _pushed - latency
	var begun := _words.filter(func(mark: Dictionary) -> bool: return mark["began"] <= now)
	heard = " ".join(begun.map(func(mark: Dictionary) -> String: return mark["text"]))
	word = _of(_words, now)
	shape = _of(_shapes, now)


static func _of(marks: Array, now: float) -> String:
	for mark: Dictionary in marks:
		if mark["began"] <= now and now < mark["ended"]:
			return mark["text"]
	return ""


func _clear(next_speech: String) -> void:
	_speech = next_speech
	_pieces.clear()
	_words = []
	_shapes = []
	_at = 0
	_between = 0.0
	_pushed = 0.0
	_ended = true
	heard = ""
	word = ""
	shape = ""
