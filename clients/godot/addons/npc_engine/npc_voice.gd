@icon("res://addons/npc_engine/icon.svg")
class_name NpcVoice
extends Node
## Lets a character speak its lines aloud. Make it a child of the [NpcBrain], and give it a player: an
## [AudioStreamPlayer3D] (or 2D, or plain) where the mouth is. Without a voice process it keeps silent, and
## [signal subtitle] has the whole line.

## The words that have been heard so far; the whole line where nobody speaks it.
signal subtitle(text: String)
## A shape of the lips begins (a viseme's name); empty: at rest.
signal shape_changed(shape: String)

## Seconds in which nothing is played: then there is no sound (no device, or a browser before the first click), and
## subtitles go by the clock.
const PATIENCE := 0.5

## AudioStreamPlayer, AudioStreamPlayer2D or AudioStreamPlayer3D; one is made where none is given.
@export var player: Node
## Seconds of sound that are made ready: more where frames are long.
@export_range(0.05, 1.0, 0.05, "suffix:s") var buffer: float = 0.2

## What is being played.
var speech := NpcSpeechPlayer.new()

var _brain: NpcBrain
var _client: NpcClient
var _id: String = ""
var _shown: String = ""
var _shape: String = ""
var _stands: float = 0.0


func _ready() -> void:
	_brain = get_parent() as NpcBrain
	if _brain == null:
		push_error("%s is no child of an NpcBrain." % get_path())
		return
	if player == null:
		player = AudioStreamPlayer.new()
		add_child(player)
	var stream := AudioStreamGenerator.new()
	stream.buffer_length = buffer
	player.stream = stream
	player.set(&"playback_type", AudioServer.PLAYBACK_TYPE_STREAM)  # on the web the usual one cannot stream
	player.play()
	_brain.decided.connect(_on_decided)


func _exit_tree() -> void:
	if is_instance_valid(_client):
		_client.hush([_brain.id()])
		_client.sounded.disconnect(_on_sounded)
	_client = null


func _process(delta: float) -> void:
	if _brain == null:
		return
	var playback: AudioStreamGeneratorPlayback = player.get_stream_playback()
	var rate: float = player.stream.mix_rate
	var room := playback.get_frames_available()
	_stands = 0.0 if room or not speech.is_speaking() else _stands + delta
	if _stands > PATIENCE:
		speech.next(roundi(delta * rate), rate)
		speech.look(0.0)
	else:
		playback.push_buffer(speech.next(room, rate))
		speech.look(maxf(0.0, buffer - playback.get_frames_available() / rate))
	if _id and speech.is_speaking() and speech.heard != _shown:
		_shown = speech.heard
		subtitle.emit(_shown)
	if speech.shape != _shape:
		_shape = speech.shape
		shape_changed.emit(_shape)


func _on_decided(decision: NpcDecision) -> void:
	if decision.line.is_empty():
		return
	if _client == null:
		_client = NpcClient.of(self)
		_client.sounded.connect(_on_sounded)
	speech.stop(_id)
	_id = _client.speak(_brain.id(), decision.line, decision.emotion, decision.line_id)
	_shown = "" if _id else decision.line
	subtitle.emit(_shown)


func _on_sounded(message: Dictionary) -> void:
	if message["speech"] != _id:
		return
	if message["type"] == "sound":
		speech.add(message)
	else:
		speech.stop(_id)
