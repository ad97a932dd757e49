extends Node
## Put into the demo as an autoload: tells what its server does and what Mira answers, one line each.

const PATIENCE_MS := 120000

var client: NpcClient

var _village: Node


func _ready() -> void:
	await get_tree().process_frame
	_village = get_tree().current_scene
	client = _village.get_node("NpcClient")
	client.failed.connect(func(fault: NpcFault) -> void: print("FAULT %s" % fault))
	if client.server.trouble:  # since before the first frame
		print("FAULT %s" % client.server.trouble)
	client.server.state_changed.connect(_tell_state)
	_tell_state(client.server.state)
	_village.get_node("Mira").brain.decided.connect(_tell_answer)
	client.connection_changed.connect(_greet)
	get_tree().create_timer(PATIENCE_MS / 1000.0).timeout.connect(get_tree().quit.bind(3))


func _greet(is_there: bool) -> void:
	print("CONNECTED %s" % is_there)
	if not is_there:
		return
	while client.is_fallback():
		await get_tree().process_frame
	_village.speak("Mira, hello there!")


func _tell_state(state: NpcServer.State) -> void:
	print("STATE %s %d" % [NpcServer.State.keys()[state], client.server.pid()])


func _tell_answer(decision: NpcDecision) -> void:
	if not decision.utterance_id:
		return
	print("ANSWER %s %s" % [decision.action, decision.line])
	if "--leave" in OS.get_cmdline_user_args():
		get_tree().quit()
