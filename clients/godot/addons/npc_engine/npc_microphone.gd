@icon("res://addons/npc_engine/icon.svg")
class_name NpcMicrophone
extends Node
## The player's microphone. Call [method begin] when the button to talk goes down and [method end] when it comes up, or
## set [member open]. What is heard is said to [member listeners], with what the viewport shows. Without a microphone, a
## server or its voice process it says so ([signal failed]), and typed words go on.
##
## Godot opens microphones only where the project setting [code]audio/driver/enable_input[/code] is on.

## The words while they are spoken, and then the line.
signal words(text: String)
## A line was heard and is said; empty where nothing was understood.
signal heard(text: String)
## What went wrong, with what to do about it.
signal failed(what: String)

const BUS := &"NpcMicrophone"

## Who is spoken to; everybody in the scene if empty.
@export var listeners: Array[NpcBrain] = []
## Listen all the time, and say each line when it is complete.
@export var open: bool = false

var _hearing: NpcHearing
var _client: NpcClient
var _capture: AudioEffectCapture
var _player: AudioStreamPlayer


func _exit_tree() -> void:
	end()
	if is_instance_valid(_client):
		_client.heard.disconnect(_on_heard)
		_client.failed.disconnect(_on_failed)
	_client = null


func _process(_delta: float) -> void:
	if _hearing and _hearing.over:
		_stop()
	if _hearing:
		_pump()
	elif open and _join() and _client.has_voice():
		begin()


## Whether somebody listens now.
func is_listening() -> bool:
	return _hearing != null


## The button to talk went down.
func begin() -> void:
	if _hearing:
		return
	var ids := _ids()
	if not _join() or ids.is_empty():
		failed.emit("There is nobody to talk to.")
	elif not _client.has_voice():
		failed.emit("No voice process is connected to the server: type the words.")
	elif not ProjectSettings.get_setting("audio/driver/enable_input", false):
		failed.emit("Turn on audio/driver/enable_input in the project settings, or type the words.")
	elif not AudioServer.get_mix_rate() > 0.0:
		failed.emit("There is no sound yet (in a browser it begins with the first click): type the words.")
	else:
		_open_microphone()
		_hearing = _client.hear(ids, roundi(AudioServer.get_mix_rate()), open, _see)


## The button came up: what was said so far is the line.
func end() -> void:
	if _hearing:
		_pump()
		_hearing.end()
		_stop()


## Sound that comes from elsewhere than Godot's microphone; see [method NpcHearing.put_frames].
func put_frames(frames: PackedVector2Array) -> void:
	if _hearing and not frames.is_empty():
		var seconds := frames.size() / float(_hearing.rate)
		_hearing.put_frames(frames, Time.get_ticks_usec() / 1e6 - seconds)


func _pump() -> void:
	put_frames(_capture.get_buffer(_capture.get_frames_available()))


func _stop() -> void:
	_hearing = null
	if _player:
		_player.stop()


## A bus of its own, that nobody hears.
func _open_microphone() -> void:
	var bus := AudioServer.get_bus_index(BUS)
	if bus < 0:
		bus = AudioServer.bus_count
		AudioServer.add_bus()
		AudioServer.set_bus_name(bus, BUS)
		AudioServer.set_bus_mute(bus, true)
		AudioServer.add_bus_effect(bus, AudioEffectCapture.new())
	_capture = AudioServer.get_bus_effect(bus, 0)
	_capture.clear_buffer()
	if _player == null:
		_player = AudioStreamPlayer.new()
		_player.stream = AudioStreamMicrophone.new()
		_player.bus = BUS
		add_child(_player)
	_player.play()


func _join() -> bool:
	if _client == null and is_inside_tree():
		_client = NpcClient.of(self)
		if _client:
			_client.heard.connect(_on_heard)
			_client.failed.connect(_on_failed)
	return _client != null


func _ids() -> PackedStringArray:
	var ids := PackedStringArray()
	for brain in listeners:
		ids.append(brain.id())
	return ids if not ids.is_empty() or _client == null and not _join() else PackedStringArray(_client.npcs())


func _see() -> Dictionary:
	var first: NpcBrain = null if listeners.is_empty() else listeners[0]
	return {"frame": NpcCapture.of(_client, get_viewport()).newest, "state": first.told() if first else {}}


func _on_heard(message: Dictionary) -> void:
	words.emit(message["text"])
	if message["final"]:
		heard.emit(message["text"])


func _on_failed(fault: NpcFault) -> void:
	if fault.code.begins_with("voice") or fault.code == "no_voice":
		failed.emit(str(fault))
