@tool
extends EditorPlugin
## Uses the dock "Teach this game" as a developer would, inside the editor; a line each for what happened.


func _enter_tree() -> void:
	_teach.call_deferred()


func _teach() -> void:
	var editor := EditorInterface.get_resource_filesystem()
	while editor.is_scanning():
		await get_tree().process_frame
	print("SETTING %s" % ProjectSettings.get_setting(NpcPack.SETTING))
	for panel: NpcTeach in _panels(EditorInterface.get_base_control()):
		panel._drop_data(Vector2.ZERO, {"type": "files", "files": ["res://things"]})
		print("COMMAND %s" % panel.command())
		panel._run.pressed.emit()
		print("EARLY %s" % panel.status())
		panel._render.pressed.emit()
		if panel._art.counts.is_empty():
			await panel.taken
		print("TAKEN %s" % panel.status())
		for time: String in ["FIRST", "SECOND"]:
			panel._run.pressed.emit()
			while panel._run.disabled:
				await get_tree().process_frame
			print("%s %s" % [time, panel.status().replace("\n", " / ")])
	get_tree().quit()


func _panels(node: Node) -> Array[NpcTeach]:
	var found: Array[NpcTeach] = []
	if node is NpcTeach:
		found.append(node)
	for child in node.get_children():
		found.append_array(_panels(child))
	return found
