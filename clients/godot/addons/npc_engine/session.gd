@tool
class_name NpcSession
extends RefCounted
## A link and the dialogue on it: what a client and the editor's dock have in common.

var link: NpcLink
var dialogue: NpcDialogue

var _connections: int = 0


func _init(endpoint: String, client: String, token: String = "") -> void:
	link = NpcLink.new(endpoint)
	dialogue = NpcDialogue.new(client, token, link.send, link.is_idle)


## Read what came, then send what is due. [param now] is in seconds and never goes back.
func poll(now: float) -> void:
	for parts in link.poll(now):
		dialogue.receive(parts, now)
	if link.connections != _connections or not link.ready:
		_connections = link.connections
		dialogue.connect_anew()
	if link.ready:
		dialogue.work(now)


## Say goodbye. The next [method poll] begins another session with the same NPCs.
func leave() -> void:
	dialogue.leave()
	link.close()
