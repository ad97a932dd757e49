@tool
class_name NpcTeach
extends VBoxContainer
## "Teach this game": takes pictures of scenes, models and sprites, and lets the engine learn them.

## All pictures are taken and lie in the folder.
signal taken(things: int)

var _files := ItemList.new()
var _folder := LineEdit.new()
var _out := LineEdit.new()
var _render := Button.new()
var _run := Button.new()
var _command := LineEdit.new()
var _status := Label.new()
var _turntable := NpcTurntable.new()
var _chooser := FileDialog.new()
var _art: NpcArtFolder
var _learning: Dictionary = {}


func _init() -> void:
	name = "Teach this game"
	_files.custom_minimum_size = Vector2(0, 120)
	_files.size_flags_vertical = Control.SIZE_EXPAND_FILL
	_files.tooltip_text = "Scenes, models and pictures: each is a thing, called as its file is"
	_folder.text = "res://npc_art"
	_folder.tooltip_text = "Where the pictures go: NAME/0.png, 1.png …"
	_out.text = "res://npc_bundle"
	_out.tooltip_text = "Where the bundle goes that learnt them"
	_command.editable = false
	_status.autowrap_mode = TextServer.AUTOWRAP_WORD
	_render.text = "Take pictures"
	_render.pressed.connect(take_pictures)
	_run.text = "Learn"
	_run.pressed.connect(_learn)
	_chooser.access = FileDialog.ACCESS_RESOURCES
	_chooser.file_mode = FileDialog.FILE_MODE_OPEN_ANY
	_chooser.files_selected.connect(func(paths: PackedStringArray) -> void: _add_all(paths))
	_chooser.file_selected.connect(add)
	_chooser.dir_selected.connect(add)
	var buttons := HBoxContainer.new()
	for button: Button in [_button("Add …", _chooser.popup_centered_ratio), _button("Clear", clear), _render, _run]:
		buttons.add_child(button)
	for child: Node in [_files, _row("Pictures", _folder), _row("Bundle", _out), buttons, _command, _status]:
		add_child(child)
	add_child(_chooser)
	add_child(_turntable)
	_show()


func _process(_delta: float) -> void:
	if not _learning.is_empty():
		_show_progress()


func _can_drop_data(_at: Vector2, data: Variant) -> bool:
	return data is Dictionary and data.get("type", "") in ["files", "files_and_dirs"]


func _drop_data(_at: Vector2, data: Variant) -> void:
	_add_all(data["files"])


## A scene, a model, a picture, or a folder of them.
func add(path: String) -> void:
	if DirAccess.dir_exists_absolute(path):
		_add_all(NpcArtFolder.files_in(path))
		return
	for index in _files.item_count:
		if _files.get_item_metadata(index) == path:
			return
	_files.set_item_metadata(_files.add_item("%s   %s" % [NpcArtFolder.name_of(path), path]), path)
	_show()


func clear() -> void:
	_files.clear()
	_show()


## What the panel says now, in one line.
func status() -> String:
	return _status.text


## What teaches the pictures to the engine, for a terminal.
func command() -> String:
	return _command.text


## Take pictures of everything that was added; [signal taken] says when they lie in the folder.
func take_pictures() -> void:
	_art = NpcArtFolder.new(_folder.text)
	_art.clear()
	_render.disabled = true
	var empty := PackedStringArray()
	var nameless := PackedStringArray()
	for index in _files.item_count:
		var path: String = _files.get_item_metadata(index)
		_status.text = "%d of %d: %s" % [index + 1, _files.item_count, path]
		var its_name := NpcArtFolder.name_of(path)
		var description := NpcArtFolder.described(path)
		var pictures := await _pictures_of(path)
		if pictures.is_empty():
			empty.append(path.get_file())
		elif not NpcArtFolder.is_telling(its_name) and description.is_empty():
			nameless.append(path.get_file())
		elif not (
			_art.write_sheet(pictures[0], description) if description else _art.write(its_name, pictures)
		):
			_status.text = _art.error
			_render.disabled = false
			return
	_render.disabled = false
	_show()
	_status.text = "Pictures of %d things lie in %s." % [_art.counts.size(), _folder.text]
	if not empty.is_empty():
		_status.text += " Nothing is seen of: %s." % ", ".join(empty)
	if not nameless.is_empty():
		_status.text += " Left out, since their names hold no word: %s. Rename them." % ", ".join(nameless)
	taken.emit(_art.counts.size())


func _pictures_of(path: String) -> Array[Image]:
	var what: Resource = load(path)
	if what is Texture2D:
		var image: Image = what.get_image()
		if image.is_compressed():
			image.decompress()
		return [image]
	if what is SpriteFrames:
		return _frames_of(what)
	if what is PackedScene:
		return await _turntable.pictures_of(what.instantiate())
	if what is Mesh:
		var thing := MeshInstance3D.new()
		thing.mesh = what
		return await _turntable.pictures_of(thing)
	return []


## All frames of its animations, each once.
func _frames_of(what: SpriteFrames) -> Array[Image]:
	var seen := {}
	for animation in what.get_animation_names():
		for index in what.get_frame_count(animation):
			var frame := what.get_frame_texture(animation, index)
			if frame and seen.size() < NpcArtFolder.LOOKS:
				seen[frame] = frame.get_image()
	var pictures: Array[Image] = []
	for image: Image in seen.values():
		if image.is_compressed():
			image.decompress()
		pictures.append(image)
	return pictures


func _learn() -> void:
	if _art == null or _art.counts.size() < 2:
		_status.text = "Take pictures of two things at least, then learn."
		return
	var python := _find_python("engine.cli, torch")
	if python.is_empty():
		var plain := _find_python("engine.cli")
		_status.text = (
			"There is no Python with the engine here. Name one in Project Settings, %s." % NpcServer.PYTHON_SETTING
		)
		if plain:
			_status.text = "Learning needs more of the engine: %s -m pip install 'npc-engine[train]'" % plain
		return
	_learning = OS.execute_with_pipe(python, _art.arguments(_out.text), false)
	if _learning.is_empty():
		_status.text = "Python cannot be started. Run the command in a terminal."
		return
	_run.disabled = true
	_status.text = "Learning …"


## The Python that has these modules; empty where there is none.
func _find_python(modules: String) -> String:
	for python in NpcArtFolder.pythons():
		if OS.execute(python, ["-c", "import %s" % modules]) == 0:
			return python
	return ""


func _show_progress() -> void:
	var is_over := not OS.is_process_running(_learning["pid"])  # what it says last is read after its end
	for pipe: FileAccess in [_learning["stderr"], _learning["stdio"]]:
		var told := pipe.get_as_text().strip_edges() if pipe else ""
		if told:
			_status.text = told.get_slice("\n", told.get_slice_count("\n") - 1)
	if is_over:
		var code := OS.get_process_exit_code(_learning["pid"])
		_status.text += "\nDone: python -m engine serve --bundle %s" % _out.text if code == 0 else "\nIt failed."
		_learning = {}
		_run.disabled = false


func _show() -> void:
	_render.disabled = _files.item_count == 0
	_run.disabled = _art == null
	_command.text = NpcArtFolder.new(_folder.text).command(_out.text)
	_status.text = "Add scenes, models, sprites, or a folder: drop them here." if _files.item_count == 0 else ""


func _add_all(paths: PackedStringArray) -> void:
	for path in paths:
		add(path)


func _button(text: String, what: Callable) -> Button:
	var button := Button.new()
	button.text = text
	button.pressed.connect(what)
	return button


func _row(label: String, edit: LineEdit) -> Control:
	var row := HBoxContainer.new()
	var said := Label.new()
	said.text = label
	edit.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	edit.text_changed.connect(func(_text: String) -> void: _show())
	for child: Control in [said, edit]:
		row.add_child(child)
	return row
