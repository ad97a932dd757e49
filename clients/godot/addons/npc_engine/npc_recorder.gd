@icon("res://addons/npc_engine/icon.svg")
class_name NpcRecorder
extends Node
## Records what the player sees and what is there, so that the engine can learn the look of this game.
##
## Name the things: [code]recorder.track(wolf, "wolf", ["hostile", "animal"])[/code], or put nodes into the group
## [code]npc_entity[/code] and give them the metadata [code]npc_name[/code] and [code]npc_tags[/code].
## Then [method start] an episode; record several, since data is split by whole episodes.

signal failed(why: String)

const GROUP := &"npc_entity"

## Where to write. If empty, a folder named by the time under user://recordings (Project > Open User Data Folder).
@export var folder: String = ""
@export var game: String = "game"
@export_range(0.1, 30.0, 0.1, "suffix:/s") var frames_per_second: float = 1.0
## Pixels; what is wider is scaled down.
@export_range(160, 1920, 1, "suffix:px") var frame_width: int = 640

var _recording: NpcRecording
var _episode: String = ""
var _episodes: int = 0
var _began_at: float = 0.0
var _due_at: float = 0.0
var _labels: Dictionary = {}


func _ready() -> void:
	RenderingServer.frame_post_draw.connect(_on_drawn)


func _exit_tree() -> void:
	stop()
	if _recording:
		_recording.close()
	_recording = null


## Tell what a thing is: plain words, a colour first where it has one, and tags of docs/recording.md.
static func track(thing: Node, its_name: String, tags: PackedStringArray = []) -> void:
	thing.add_to_group(GROUP)
	thing.set_meta(&"npc_name", its_name)
	thing.set_meta(&"npc_tags", tags)


## Begin an episode; frames follow by themselves.
func start() -> void:
	if _recording == null:
		_recording = NpcRecording.new()
		if not _recording.open(folder if folder else _folder_of_now(), game):
			_fail()
			return
	_episodes += 1
	_episode = "e%d" % _episodes
	_began_at = Time.get_ticks_usec() / 1e6
	_due_at = _began_at


## End the episode.
func stop() -> void:
	_episode = ""


func is_recording() -> bool:
	return _episode != ""


## Tell what is true of the next frame: text, intent, tone, action, emotion, and as target a tracked node or null.
func note(labels: Dictionary) -> void:
	_labels.merge(labels, true)
	_due_at = 0.0


func _on_drawn() -> void:
	var now := Time.get_ticks_usec() / 1e6
	if not is_recording() or now < _due_at:
		return
	_due_at = now + 1.0 / frames_per_second
	record(get_viewport().get_texture().get_image(), now - _began_at)


## Write one frame with all that is tracked and visible. Called by itself; [param t] is seconds in the episode.
func record(image: Image, t: float) -> void:
	if image == null or image.is_empty():
		return
	var shown := get_viewport().get_visible_rect().size
	NpcFrame.shrink(image, frame_width)
	var scale := Vector2(image.get_size()) / shown
	var things := get_tree().get_nodes_in_group(GROUP).filter(_is_here)
	var entities := things.map(_entity.bind(scale))
	var labels := _labels.duplicate()
	_labels.clear()
	if labels.has("target"):
		labels["target"] = things.find(labels["target"]) if labels["target"] in things else null
	if not _recording.write(image, _episode, t, entities, labels):
		_fail()


func _folder_of_now() -> String:
	return "user://recordings/%s" % Time.get_datetime_string_from_system().replace(":", "-")


func _is_here(thing: Node) -> bool:
	return thing.get_viewport() == get_viewport() and NpcBox.of(thing).has_area()


func _entity(thing: Node, scale: Vector2) -> Dictionary:
	var box := NpcBox.of(thing)
	return {
		"name": thing.get_meta(&"npc_name", str(thing.name).capitalize().to_lower()),
		"box": Rect2(box.position * scale, box.size * scale),
		"tags": thing.get_meta(&"npc_tags", PackedStringArray()),
	}


func _fail() -> void:
	stop()
	push_warning("NPC recorder: %s" % _recording.error)
	failed.emit(_recording.error)
