class_name NpcCapture
extends Node
## Looks at a viewport for all brains in it. One picture serves them all; brains with the same state share a message.

## The newest picture; null before the first, and where nothing is drawn.
var newest: NpcFrame

var _client: NpcClient
var _viewport: Viewport
var _brains: Array[NpcBrain] = []
var _due_at: float = 0.0
var _draws: bool = DisplayServer.get_name() != "headless"


## The one of a client that looks at a viewport.
static func of(client: NpcClient, viewport: Viewport) -> NpcCapture:
	for child in client.get_children():
		if child is NpcCapture and child._viewport == viewport:
			return child
	var capture := NpcCapture.new()
	capture._client = client
	capture._viewport = viewport
	client.add_child(capture)
	return capture


func add(brain: NpcBrain) -> void:
	_brains.append(brain)


func remove(brain: NpcBrain) -> void:
	_brains.erase(brain)
	if _brains.is_empty():
		queue_free()


func _ready() -> void:
	if _draws:
		RenderingServer.frame_post_draw.connect(_look)  # before that the texture holds the last frame
	else:
		get_tree().process_frame.connect(_look)  # brains go by the state alone


func _look() -> void:
	var now := Time.get_ticks_usec() / 1e6
	if now < _due_at or get_tree().paused or not _client.is_server_there():
		return
	_due_at = now + 1.0 / _client.frames_per_second
	if _draws:
		var image := _viewport.get_texture().get_image()
		newest = NpcFrame.from_image(image, _client.frame_width, _client.frame_format)
		if newest:
			newest.entities = NpcBox.seen(_viewport, NpcRecorder.GROUP)
	for group: Array in _groups():
		_client.observe(group.map(func(brain: NpcBrain) -> String: return brain.id()), newest, group[0].told())


## Brains that are told the same. One that the server refused must not cost the others their picture.
func _groups() -> Array[Array]:
	var groups := {}
	for brain: NpcBrain in _brains.filter(func(brain: NpcBrain) -> bool: return _client.stands(brain.id())):
		groups.get_or_add(brain.told(), []).append(brain)
	return Array(groups.values(), TYPE_ARRAY, &"", null)
