extends Node2D
## The demo: arrow keys walk, Enter writes to the nearest villager, V held speaks to it, F5 records an episode, F6
## ends it.

const HELP := "Arrow keys walk · Enter writes · hold V to speak · F5 records · F6 ends the recording"

@onready var _client: NpcClient = $NpcClient
@onready var _recorder: NpcRecorder = $NpcRecorder
@onready var _microphone: NpcMicrophone = $NpcMicrophone
@onready var _player: Node2D = $Player
@onready var _villagers: Array[Node] = [$Bram, $Mira]
@onready var _status: Label = $Screen/Status
@onready var _said: Label = $Screen/Said
@onready var _words: LineEdit = $Screen/Words


func _ready() -> void:
	_words.text_submitted.connect(speak)
	_microphone.words.connect(func(text: String) -> void: _said.text = "You: %s" % text)
	_microphone.failed.connect(func(what: String) -> void: _said.text = what)
	for villager in _villagers:
		villager.brain.state = {"player": "Ada"}
	if DisplayServer.get_name() != "headless":
		_show_what_a_wolf_looks_like()


## Of this game, so that villagers who watch for one go by its looks as well as by its name.
func _show_what_a_wolf_looks_like() -> void:
	var table := NpcTurntable.new()
	add_child(table)
	_client.look("wolf", await table.pictures_of($Wolf.duplicate()))
	table.queue_free()


func _process(_delta: float) -> void:
	_status.text = "%s\n%s" % [_state(), HELP]
	if not _words.has_focus():
		var way := Input.get_vector("ui_left", "ui_right", "ui_up", "ui_down")
		_player.goal = _player.position + way * 40.0


func _unhandled_key_input(event: InputEvent) -> void:
	if event.is_action_pressed("ui_accept"):
		_words.grab_focus()
	elif event.keycode == KEY_V and not event.is_echo():
		_talk(event.is_pressed())
	elif event.is_pressed() and event.keycode == KEY_F5:
		_recorder.start()
	elif event.is_pressed() and event.keycode == KEY_F6:
		_recorder.stop()


## Say something to the villager whose name the words begin with, or to the nearest.
func speak(text: String) -> void:
	_words.clear()
	_words.release_focus()
	if text.strip_edges():
		_said.text = "You: %s" % text
		_addressed(text).brain.say(text, "Ada")


## The key to talk went down, or came up.
func _talk(down: bool) -> void:
	if down:
		_microphone.listeners.assign([_nearest().brain])
		_microphone.begin()
	else:
		_microphone.end()


func _addressed(text: String) -> Node:
	for villager in _villagers:
		if text.to_lower().begins_with(str(villager.name).to_lower()):
			return villager
	return _nearest()


func _nearest() -> Node:
	var near := func(one: Node, other: Node) -> bool:
		return one.position.distance_to(_player.position) < other.position.distance_to(_player.position)
	var sorted := _villagers.duplicate()
	sorted.sort_custom(near)
	return sorted[0]


func _state() -> String:
	var recording := "  ● recording" if _recorder.is_recording() else ""
	if _client.is_server_there():
		return "Connected to %s%s" % [_client.welcome()["server"], recording]
	return "No server (%s): the villagers follow their routine%s" % [_client.trouble(), recording]


func _draw() -> void:
	draw_rect(Rect2(0, 0, 960, 540), Color("79b45a"))
	draw_colored_polygon(
		[Vector2(0, 330), Vector2(960, 280), Vector2(960, 345), Vector2(0, 400)], Color("cdb27a")
	)
	for index in 60:
		var spot := Vector2(index * 97 % 960, index * 61 % 540)
		draw_line(spot, spot + Vector2(3, -7), Color("5f9a45"), 2.0)
