@tool
extends EditorPlugin
## Adds the dock that shows whether a server answers, the one that teaches the engine this game, and the step that lays
## the packed server beside exported games.

const DOCK := preload("dock.gd")
const TEACH := preload("teach.gd")
const EXPORT := preload("export_plugin.gd")
## What the project may set about the server that starts with the game, see [NpcServer] and [NpcPack].
const SETTINGS := {
	NpcPack.SETTING: [NpcPack.USUAL, PROPERTY_HINT_DIR],
	NpcServer.PYTHON_SETTING: ["", PROPERTY_HINT_GLOBAL_FILE],
}

var _docks: Array[Control] = []
var _export: EditorExportPlugin


func _enter_tree() -> void:
	for setting: String in SETTINGS:
		_add_setting(setting, SETTINGS[setting][0], SETTINGS[setting][1])
	NpcPack.hide_from_editor(NpcPack.in_project())
	for dock: GDScript in [DOCK, TEACH]:
		_docks.append(dock.new())
		add_control_to_dock(DOCK_SLOT_RIGHT_BL, _docks[-1])
	_export = EXPORT.new()
	add_export_plugin(_export)


func _exit_tree() -> void:
	remove_export_plugin(_export)
	for dock in _docks:
		remove_control_from_docks(dock)
		dock.queue_free()
	_docks.clear()


func _add_setting(setting: String, usual: String, hint: PropertyHint) -> void:
	if not ProjectSettings.has_setting(setting):
		ProjectSettings.set_setting(setting, usual)
	ProjectSettings.set_initial_value(setting, usual)
	ProjectSettings.set_as_basic(setting, true)
	ProjectSettings.add_property_info({"name": setting, "type": TYPE_STRING, "hint": hint})
