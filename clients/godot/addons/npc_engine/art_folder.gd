@tool
class_name NpcArtFolder
extends RefCounted
## An art folder as `python -m engine adapt --art` wants it: a folder of pictures for each thing, called as players do.

const PICTURES := ["png", "webp", "jpg", "jpeg"]
const SCENES := ["tscn", "scn", "glb", "gltf"]
const MESHES := ["mesh", "obj"]

## Why the last call failed, in one sentence; empty otherwise.
var error: String = ""
## Pictures that were written, by thing.
var counts: Dictionary = {}

var _folder: String


func _init(folder: String) -> void:
	_folder = folder


## What a file is called: `res://props/RedPotion_02.tscn` shows a "red potion".
static func name_of(path: String) -> String:
	var words := path.get_file().get_basename().to_snake_case().replace("-", "_").replace(" ", "_").split("_", false)
	var kept: Array[String] = []
	for word in words:
		if not word.is_valid_int():
			kept.append(word.to_lower())
	return " ".join(kept)


## The files of a folder, and of those below it, that show something.
static func files_in(folder: String) -> PackedStringArray:
	var found := PackedStringArray()
	for file in DirAccess.get_files_at(folder):
		var plain := file.trim_suffix(".import").trim_suffix(".remap")  # as they are called in an exported game
		if plain.get_extension().to_lower() in PICTURES + SCENES + MESHES and not folder.path_join(plain) in found:
			found.append(folder.path_join(plain))
	for below in DirAccess.get_directories_at(folder):
		if not below.begins_with(".") and below != "addons":
			found.append_array(files_in(folder.path_join(below)))
	return found


## Write the pictures of a thing, after those that it has.
func write(its_name: String, pictures: Array[Image]) -> bool:
	error = ""
	if its_name.is_empty():
		return _fail("a thing needs a name that players say")
	var below := _folder.path_join(its_name.validate_filename().replace(" ", "_"))
	if DirAccess.make_dir_recursive_absolute(below) != OK:
		return _fail("%s cannot be made" % below)
	for picture in pictures:
		var number: int = counts.get(its_name, 0)
		var path := below.path_join("%d.png" % number)
		if picture.save_png(path) != OK:
			return _fail("%s cannot be written" % path)
		counts[its_name] = number + 1
	return true


## What teaches it to the engine, for a terminal.
func command(out: String, python: String = "python") -> String:
	return "%s -m engine adapt --art %s --out %s" % [python, _quoted(_global(_folder)), _quoted(_global(out))]


## The words of [method command] behind Python.
func arguments(out: String) -> PackedStringArray:
	return ["-m", "engine", "adapt", "--art", _global(_folder), "--out", _global(out)]


static func _global(path: String) -> String:
	return ProjectSettings.globalize_path(path)


static func _quoted(path: String) -> String:
	return '"%s"' % path if " " in path else path


func _fail(why: String) -> bool:
	error = why
	return false
