@tool
extends EditorExportPlugin
## Lays the project's packed server beside the exported game.

const OPTION := "npc_engine/copy_server"


func _get_name() -> String:
	return "NPC engine"


func _get_export_options(platform: EditorExportPlatform) -> Array[Dictionary]:
	if not NpcPack.PROGRAMS.has(platform.get_os_name().to_lower()):
		return []
	return [{"option": {"name": OPTION, "type": TYPE_BOOL}, "default_value": true}]


func _export_begin(features: PackedStringArray, _is_debug: bool, path: String, _flags: int) -> void:
	var system := ""
	for each: String in NpcPack.PROGRAMS:
		if features.has(each):
			system = each
	if system.is_empty() or path.get_extension() in ["pck", "zip"] or get_option(OPTION) == false:
		return
	NpcPack.hide_from_editor(NpcPack.in_project())
	var program := NpcPack.program(NpcPack.in_project(), system)
	if program.is_empty():
		var told := "NPC engine: the exported game will have no server: there is none for %s in %s. "
		told += "Make one there with `python -m engine pack --out FOLDER`, or switch the export option %s off."
		push_warning(told % [system, NpcPack.in_project(), OPTION])
		return
	var target := ProjectSettings.globalize_path("res://") if path.is_relative_path() else ""
	target = target.path_join(path.get_base_dir()).path_join(NpcPack.FOLDER).simplify_path()
	var fault := NpcPack.copy(program.get_base_dir(), target)
	if fault:
		push_error("NPC engine: %s" % fault)
	else:
		print("NPC engine: the packed server lies in %s" % target)
