@tool
class_name NpcPack
extends RefCounted
## The folder that `python -m engine pack` makes, with a server that needs no Python: where it lies, and how it comes
## along with an exported game.

## What it is called beside an exported game.
const FOLDER := "npc-server"
## The project setting that tells where the project keeps it. It may hold a pack for each system, in a folder called
## `windows`, `linux` or `macos`.
const SETTING := "npc_engine/server/pack"
const USUAL := "res://npc-server"
## The program in it, by system.
const PROGRAMS := {"windows": "npc-engine.exe", "linux": "npc-engine", "macos": "npc-engine"}
## How programs of other systems begin, which may have the same name.
const FOREIGN := {"windows": [], "linux": ["cffaedfe", "cafebabe"], "macos": ["7f454c46"]}
## Where it may be, seen from the game's program: beside it, in a macOS bundle, beside such a bundle.
const PLACES := ["", "../Resources", "../../.."]


## The system that this runs on, as a key of [constant PROGRAMS]; empty where no server can be started.
static func system() -> String:
	var its_name := OS.get_name().to_lower()
	if its_name.ends_with("bsd"):
		return "linux"
	return its_name if PROGRAMS.has(its_name) else ""


## The program of a pack for a system; empty where the folder is none.
static func program(folder: String, for_system: String) -> String:
	for place: String in [folder.path_join(for_system), folder]:
		var path := place.path_join(PROGRAMS.get(for_system, "?"))
		if FileAccess.file_exists(path) and not _is_foreign(path, for_system):
			return path
	return ""


## The folder in which the project keeps its pack, as the system calls it.
static func in_project() -> String:
	return ProjectSettings.globalize_path(ProjectSettings.get_setting(SETTING, USUAL))


## The program to start: that beside an exported game, or in the editor the project's; empty where there is none.
static func find() -> String:
	if OS.has_feature("editor"):
		return program(in_project(), system())
	for place: String in PLACES:
		var folder := OS.get_executable_path().get_base_dir().path_join(place).path_join(FOLDER).simplify_path()
		var found := program(folder, system())
		if found:
			return found
	return ""


## Have Godot look away from a pack, whose hundreds of files are no resources.
static func hide_from_editor(folder: String) -> void:
	if DirAccess.dir_exists_absolute(folder) and not FileAccess.file_exists(folder.path_join(".gdignore")):
		FileAccess.open(folder.path_join(".gdignore"), FileAccess.WRITE)


## Put a copy of a folder somewhere, in the place of an older one: links stay links, programs stay programs.
## Returns what went wrong, in one sentence; empty where nothing did.
static func copy(from: String, to: String) -> String:
	if DirAccess.dir_exists_absolute(to):
		if program(to, "linux").is_empty() and program(to, "windows").is_empty() and program(to, "macos").is_empty():
			return "%s is there and is no packed server: move it away." % to
		_remove(to)
	return _copy(from, to)


static func _copy(from: String, to: String) -> String:
	var source := DirAccess.open(from)
	if source == null or DirAccess.make_dir_recursive_absolute(to) != OK:
		return "%s cannot be %s." % [from if source == null else to, "read" if source == null else "made"]
	source.include_hidden = true
	var target := DirAccess.open(to)
	for below in source.get_directories():
		var fault := ""
		if source.is_link(below):
			target.create_link(source.read_link(below), below)
		else:
			fault = _copy(from.path_join(below), to.path_join(below))
		if fault:
			return fault
	for file in source.get_files():
		var path := from.path_join(file)
		var done := OK
		if source.is_link(file):
			done = target.create_link(source.read_link(file), file)
		else:
			done = source.copy(path, to.path_join(file), FileAccess.get_unix_permissions(path))
		if done != OK:
			return "%s cannot be copied to %s (%s)." % [path, to, error_string(done)]
	return ""


static func _remove(folder: String) -> void:
	var place := DirAccess.open(folder)
	place.include_hidden = true
	for below in place.get_directories():
		if not place.is_link(below):
			_remove(folder.path_join(below))
		else:
			place.remove(below)
	for file in place.get_files():
		place.remove(file)
	DirAccess.remove_absolute(folder)


static func _is_foreign(path: String, for_system: String) -> bool:
	var file := FileAccess.open(path, FileAccess.READ)
	return file != null and file.get_buffer(4).hex_encode() in FOREIGN[for_system]
