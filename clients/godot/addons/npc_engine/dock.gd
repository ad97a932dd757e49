@tool
extends VBoxContainer
## Shows whether a server answers, what it is, and what to do if none does. It looks only while it is switched on.

const START := "Start one in a terminal:\npython -m engine serve"

var _endpoint := LineEdit.new()
var _watch := CheckButton.new()
var _status := Label.new()
var _details := RichTextLabel.new()
var _session: NpcSession


func _init() -> void:
	name = "NPC engine"
	_endpoint.text = "tcp://127.0.0.1:5571"
	_endpoint.tooltip_text = "Address of the server"
	_endpoint.text_submitted.connect(func(_text: String) -> void: _begin())
	_watch.text = "Look for a server"
	_watch.toggled.connect(_on_toggled)
	_details.fit_content = true
	_details.selection_enabled = true
	_details.size_flags_vertical = Control.SIZE_EXPAND_FILL
	for child: Control in [_endpoint, _watch, _status, _details]:
		add_child(child)
	_show("Off", "")


func _exit_tree() -> void:
	_end()


func _process(_delta: float) -> void:
	if _session:
		_session.poll(Time.get_ticks_usec() / 1e6)
		_show_state()


## Look for a server at this address from now on.
func look_at(endpoint: String) -> void:
	_endpoint.text = endpoint
	_watch.button_pressed = true


## What the dock says now, in one line.
func status() -> String:
	return _status.text


func _on_toggled(is_on: bool) -> void:
	if is_on:
		_begin()
	else:
		_end()
		_show("Off", "")


func _begin() -> void:
	_end()
	if _watch.button_pressed:
		_session = NpcSession.new(_endpoint.text, "Godot editor")


func _end() -> void:
	if _session:
		_session.leave()
	_session = null


func _show_state() -> void:
	var dialogue := _session.dialogue
	var faults := dialogue.take_faults()
	if dialogue.greeted:
		_show("A server answers", _facts(dialogue.welcome))
	elif not faults.is_empty():
		_show("The server refuses", str(faults[-1]))
	elif not _session.link.ready:
		_show("No server answers", "%s.\n\n%s" % [_session.link.error, START])


func _facts(welcome: Dictionary) -> String:
	var facts := [welcome["server"], welcome["version"], welcome["bundle"], welcome["provider"]]
	var actions: Array = welcome["labels"].get("action", [])
	return "%s\nprotocol %s\nbundle %s\n%s\n\nActions: " % facts + ", ".join(actions)


func _show(headline: String, text: String) -> void:
	if _status.text != headline or _details.text != text:
		_status.text = headline
		_details.text = text
