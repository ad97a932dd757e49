@tool
extends EditorPlugin
## Adds the dock that shows whether a server answers, and the one that teaches the engine this game.

const DOCK := preload("dock.gd")
const TEACH := preload("teach.gd")

var _docks: Array[Control] = []


func _enter_tree() -> void:
	for dock: GDScript in [DOCK, TEACH]:
		_docks.append(dock.new())
		add_control_to_dock(DOCK_SLOT_RIGHT_BL, _docks[-1])


func _exit_tree() -> void:
	for dock in _docks:
		remove_control_from_docks(dock)
		dock.queue_free()
	_docks.clear()
