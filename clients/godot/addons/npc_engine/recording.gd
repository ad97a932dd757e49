class_name NpcRecording
extends RefCounted
## Writes the format of docs/recording.md: pictures, and one line of labels for each. Cut short it can be read.

const FORMAT := 1
const TAGS := [
	"hostile", "hazard", "item", "food", "animal", "person", "place", "foul", "plant", "vehicle"
]
const LABELS := ["text", "intent", "tone", "action", "emotion", "target"]

## Why the last call failed, in one sentence; empty otherwise.
var error: String = ""
## Frames that were written.
var count: int = 0

var _folder: String
var _lines: FileAccess


## Begin a recording in a new folder. [param more] is kept in meta.json.
func open(folder: String, game: String, more: Dictionary = {}) -> bool:
	error = ""
	if FileAccess.file_exists(folder.path_join("labels.jsonl")):
		return _fail("%s holds a recording already" % folder)
	if DirAccess.make_dir_recursive_absolute(folder.path_join("frames")) != OK:
		return _fail("%s cannot be made" % folder)
	_folder = folder
	var meta := FileAccess.open(folder.path_join("meta.json"), FileAccess.WRITE)
	_lines = FileAccess.open(folder.path_join("labels.jsonl"), FileAccess.WRITE)
	if meta == null or _lines == null:
		return _fail("%s cannot be written" % folder)
	meta.store_string(JSON.stringify({"format": FORMAT, "game": game}.merged(more)))
	meta.close()
	return true


## Write one frame.
## [param t]: seconds since the episode began.
## [param entities]: dictionaries with name, box (a [Rect2] in pixels of the image) and tags. Boxes are cut at the
## frame's edge; things outside of it are left out.
## [param labels]: those that are known, see [constant LABELS]; [code]target[/code] is an index into entities or null.
func write(image: Image, episode: String, t: float, entities: Array, labels: Dictionary = {}) -> bool:
	error = ""
	if _lines == null or image == null or image.is_empty():
		return _fail("there is no recording open, or no image")
	var line := _line(image, entities, labels)
	if error:
		return false
	var path := "frames/%06d.png" % count
	if image.save_png(_folder.path_join(path)) != OK:
		return _fail("%s cannot be written" % path)
	line.merge({"frame": path, "episode": episode, "t": t})
	_lines.store_string(JSON.stringify(line) + "\n")  # after its picture, in one go
	_lines.flush()
	count += 1
	return true


func close() -> void:
	_lines = null


func _line(image: Image, entities: Array, labels: Dictionary) -> Dictionary:
	var inside: Array[Dictionary] = []
	var line := {}
	for label: String in labels:
		if label not in LABELS:
			_fail("'%s' is no label; use %s" % [label, ", ".join(LABELS)])
		line[label] = null if label == "target" else labels[label]
	for index in entities.size():
		var entity := _entity(entities[index], Rect2(Vector2.ZERO, image.get_size()))
		if entity.is_empty():
			continue
		if labels.get("target") == index:
			line["target"] = inside.size()
		inside.append(entity)
	line["entities"] = inside
	return line


## What is seen of a thing; empty where it is less than a pixel.
func _entity(entity: Dictionary, frame: Rect2) -> Dictionary:
	var tags: Array = Array(entity.get("tags", []))
	for tag: String in tags:
		if tag not in TAGS:
			_fail("'%s' is no tag; use %s" % [tag, ", ".join(TAGS)])
	var box: Rect2 = (entity["box"] as Rect2).intersection(frame)
	if box.size.x < 1.0 or box.size.y < 1.0:
		return {}
	var corners := [box.position.x, box.position.y, box.size.x, box.size.y]
	return {"name": entity["name"], "box": corners.map(func(x: float) -> float: return snappedf(x, 0.1)), "tags": tags}


func _fail(why: String) -> bool:
	error = why
	return false
