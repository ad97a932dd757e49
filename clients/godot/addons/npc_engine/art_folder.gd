@tool
class_name NpcArtFolder
extends RefCounted
## An art folder as `python -m engine adapt --art` wants it: a folder of pictures for each thing, called as players do.

const PICTURES := ["png", "webp", "jpg", "jpeg"]
const SCENES := ["tscn", "scn", "glb", "gltf"]
const MESHES := ["mesh", "obj"]
## Resources that show a part of a picture, or several.
const PARTS := ["AtlasTexture", "SpriteFrames"]
## What the surfaces of a model are called by, and no thing is.
const MAPS := [
	"albedo",
	"basecolor",
	"diffuse",
	"normal",
	"normals",
	"normalmap",
	"roughness",
	"metallic",
	"metalness",
	"metalroughness",
	"ao",
	"occlusion",
	"orm",
	"rma",
	"displacement",
	"emission",
	"emissive",
	"specular",
	"opacity",
]
## What programs and habits call a file, and no player calls a thing: as the engine has it.
const HABITS := (
	"img image sprite sprites tile tiles tileset texture tex untitled unnamed frame frames layer picture pic copy new"
	+ " final png icon asset sheet spritesheet dsc screenshot thing object atlas tmp temp test default"
)
## In the folder: the pictures that were written into it, which the next pictures take the place of.
const WRITTEN := ".written"
const LOOKS := 16  # of one thing that the engine uses

## Why the last call failed, in one sentence; empty otherwise.
var error: String = ""
## The number of the next picture, by the folder of each thing or sheet.
var counts: Dictionary = {}

var _folder: String
var _folders: Dictionary = {}  # by the thing's name


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


## Whether a name has a word that a player might say: no "img", no "xkcd"; the engine refuses others.
static func is_telling(its_name: String) -> bool:
	var habits := HABITS.split(" ")
	for word in its_name.split(" ", false):
		if not word in habits and _is_word(word):
			return true
	return false


static func _is_word(word: String) -> bool:
	var has_vowel := false
	var is_plain := word.length() > 1
	for index in word.length():
		var code := word.unicode_at(index)
		if (code >= 0xC0 and code < 0x2000) or (code >= 0x2C00 and code < 0x1F000):  # letters; between them lie signs
			return true
		has_vowel = has_vowel or word[index] in "aeiouy"
		is_plain = is_plain and word[index] >= "a" and word[index] <= "z"
	return is_plain and has_vowel


## The files of a folder, and of those below it, that show a thing: no textures of models, and where resources cut up a
## picture, those alone.
static func files_in(folder: String) -> PackedStringArray:
	var found := _below(folder)
	var cut := {}
	for path in found:
		if path.get_extension().to_lower() == "tres":
			for picture in _pictures_in(path):
				cut[picture] = true
	var shown := PackedStringArray()
	for path in found:
		if not cut.has(path) and not is_map(path):
			shown.append(path)
	return shown


## What this panel wrote into an art folder is none of the game's.
static func _below(folder: String, own := PackedStringArray()) -> PackedStringArray:
	var found := PackedStringArray()
	own.append_array(_own(folder))
	for file in DirAccess.get_files_at(folder):
		var plain := file.trim_suffix(".import").trim_suffix(".remap")  # as they are called in an exported game
		var path := folder.path_join(plain)
		var ending := plain.get_extension().to_lower()
		var shows: bool = ending in PICTURES + SCENES + MESHES or (ending == "tres" and _is_part(path))
		if shows and not path in found and not path in own:
			found.append(path)
	for below in DirAccess.get_directories_at(folder):
		if not below.begins_with(".") and below != "addons":
			found.append_array(_below(folder.path_join(below), own))
	return found


## Whether a picture is the texture of a model, as its name says: `Wolf_Albedo.png`.
static func is_map(path: String) -> bool:
	var words := name_of(path).replace("base color", "basecolor").replace("normal map", "normalmap").split(" ")
	return path.get_extension().to_lower() in PICTURES and words.size() > 1 and words[-1] in MAPS


## The description of a sheet that lies beside its picture; empty where there is none.
static func described(path: String) -> String:
	var beside := path.get_basename() + ".json"
	if not path.get_extension().to_lower() in PICTURES or not FileAccess.file_exists(beside):
		return ""
	var told: Variant = JSON.parse_string(FileAccess.get_file_as_string(beside))
	return beside if told is Dictionary and told.has("frames") else ""


static func _is_part(path: String) -> bool:
	var first := FileAccess.get_file_as_string(path).get_slice("\n", 0)
	for kind: String in PARTS:
		if 'type="%s"' % kind in first:
			return true
	return false


## The pictures that a resource is made of.
static func _pictures_in(path: String) -> PackedStringArray:
	var found := PackedStringArray()
	for line in FileAccess.get_file_as_string(path).split("\n"):
		if line.begins_with("[ext_resource") and 'path="' in line:
			found.append(line.get_slice('path="', 1).get_slice('"', 0))
	return found


## The Pythons that may have the engine, in the order in which they are tried: the one that the project names, or
## that of an environment in its folder or one above, and those of the system.
static func pythons() -> PackedStringArray:
	var found := PackedStringArray()
	var named: String = ProjectSettings.get_setting(NpcServer.PYTHON_SETTING, "")
	if named:
		return [named]
	var folder := _global("res://").trim_suffix("/")
	for up in 4:
		for python: String in [".venv/bin/python", ".venv/Scripts/python.exe"]:
			if FileAccess.file_exists(folder.path_join(python)):
				found.append(folder.path_join(python))
		folder = folder.get_base_dir()
	found.append_array(PackedStringArray(NpcServer.PYTHONS))
	return found


## Take away the pictures that were written here before, and no others: no link is followed.
func clear() -> void:
	counts = {}
	_folders = {}
	var list := _folder.path_join(WRITTEN)
	for path in _own(_folder):
		if not FileAccess.file_exists(path) or _is_link(path) or _is_link(path.get_base_dir()):
			continue
		DirAccess.remove_absolute(_global(path))
		if DirAccess.get_files_at(path.get_base_dir()).is_empty():
			DirAccess.remove_absolute(_global(path.get_base_dir()))
	if FileAccess.file_exists(list) and not _is_link(list):
		DirAccess.remove_absolute(_global(list))


## What was written into a folder before, as the list in it tells; nothing else that the list may name.
static func _own(folder: String) -> PackedStringArray:
	var found := PackedStringArray()
	var list := folder.path_join(WRITTEN)
	if not FileAccess.file_exists(list) or _is_link(list):
		return found
	for line in FileAccess.get_file_as_string(list).split("\n", false):
		var parts := line.replace("\\", "/").split("/")
		if parts.size() == 2 and parts[0] and not ".." in parts and line.get_extension() in ["png", "json"]:
			found.append(folder.path_join(parts[0]).path_join(parts[1]))
	return found


## Write the pictures of a thing, after those that it has; no file is replaced.
func write(its_name: String, pictures: Array[Image]) -> bool:
	error = ""
	if its_name.is_empty():
		return _fail("a thing needs a name that players say")
	if not its_name in _folders:
		_folders[its_name] = _free(its_name.validate_filename().replace(" ", "_"), _holds_one_thing)
	var below: String = _folders[its_name]
	if DirAccess.make_dir_recursive_absolute(below) != OK:
		return _fail("%s cannot be made" % below)
	for picture in pictures:
		var number: int = counts.get(below, 0)
		while _exists(below.path_join("%d.png" % number)):
			number += 1
		var path := below.path_join("%d.png" % number)
		if picture.save_png(path) != OK or not _note(path):
			return _fail("%s cannot be written" % path)
		counts[below] = number + 1
	return true


## Write a sheet with the description that lies beside it, into a folder of its own.
func write_sheet(picture: Image, description: String) -> bool:
	error = ""
	var stem := description.get_file().get_basename().validate_filename()
	var below := _free(stem, _holds_nothing)
	if DirAccess.make_dir_recursive_absolute(below) != OK:
		return _fail("%s cannot be made" % below)
	var told := below.path_join(stem + ".json")
	var shown := below.path_join(stem + ".png")
	var copy := FileAccess.open(told, FileAccess.WRITE)
	if copy == null or not _note(told) or picture.save_png(shown) != OK or not _note(shown):
		return _fail("%s cannot be written" % below)
	copy.store_string(FileAccess.get_file_as_string(description))
	copy.close()
	counts[below] = 1
	return true


## The folder STEM, or STEM_2, STEM_3 … (which the engine reads as the same name), that can be written into.
func _free(stem: String, fits: Callable) -> String:
	var below := _folder.path_join(stem)
	var number := 2
	while _exists(below) and (_is_link(below) or not DirAccess.dir_exists_absolute(below) or not fits.call(below)):
		below = _folder.path_join("%s_%d" % [stem, number])
		number += 1
	return below


## Whether what lies in a folder are looks of one thing: beside a sheet or a folder, each is a thing.
static func _holds_one_thing(folder: String) -> bool:
	for file in DirAccess.get_files_at(folder):
		if file.get_extension() in ["json", "tres"]:
			return false
	return DirAccess.get_directories_at(folder).is_empty()


## Whether nothing lies in a folder but what Godot keeps beside files.
static func _holds_nothing(folder: String) -> bool:
	for file in DirAccess.get_files_at(folder):
		if file.get_extension() != "import":
			return false
	return DirAccess.get_directories_at(folder).is_empty()


## Whether there is anything, be it a link to nothing.
static func _exists(path: String) -> bool:
	return FileAccess.file_exists(path) or DirAccess.dir_exists_absolute(path) or _is_link(path)


static func _is_link(path: String) -> bool:
	var above := DirAccess.open(_global(path.get_base_dir()))
	return above != null and above.is_link(path.get_file())


func _note(path: String) -> bool:
	var list := _folder.path_join(WRITTEN)
	if _is_link(list):
		return false
	var file := FileAccess.open(list, FileAccess.READ_WRITE if FileAccess.file_exists(list) else FileAccess.WRITE)
	if file == null:
		return false
	file.seek_end()
	return file.store_line(path.trim_prefix(_folder).trim_prefix("/"))


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
