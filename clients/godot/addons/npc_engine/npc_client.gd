@icon("res://addons/npc_engine/icon.svg")
class_name NpcClient
extends Node
## The connection of a game to an NPC engine server. Put one into the first scene or make it an autoload.
##
## It looks for the server for ever and never stops the game: while the server is away NPCs follow their
## [NpcRoutine]; when it is back they stand again, with what they had been told meanwhile. It goes on while
## the tree is paused, and after a breakpoint. Removed from the tree it says goodbye; put back it begins anew.

## An NPC does something: decided by the server.
signal decided(decision: NpcDecision)
## The server welcomed us, or was lost. For displays; behaviour goes by [signal fallback_changed].
signal connection_changed(connected: bool)
## NPCs are to manage alone, or to listen to the server again. Slow on purpose, see [member patience].
signal fallback_changed(active: bool)
## An NPC stands; [param its_name] is on its card.
signal spawned(npc: String, its_name: String)
## The server tells something unasked, as docs/protocol.md describes it (`kind`, `npc`, `text` …).
signal told(event: Dictionary)
## What a microphone heard, as docs/protocol.md describes `heard`: words so far, and lines (`final`).
signal heard(message: Dictionary)
## A piece of a speech (`sound`), each speech's in order, or that one is to be heard no more (`hush`).
signal sounded(message: Dictionary)
## Something was refused, by the server or before it was sent.
signal failed(fault: NpcFault)

const GROUP := &"npc_engine_client"

## tcp://host:port, or on the web ws://host:port of a proxy. Numbers are faster than names.
@export var endpoint: String = "tcp://127.0.0.1:5571"
## Name of the game, for the server's log.
@export var game: String = "game"
## What the server was started with, if it was.
@export var token: String = ""

@export_group("Server")
## Start the server with the game, keep it running, and end it with the game: see [NpcServer]. [member endpoint] is used
## only where none can be started, as in a browser.
@export var start_server: bool = false
## Further options of `python -m engine serve` for it, such as --voice.
@export var server_options: PackedStringArray = []

@export_group("Capture")
## Pictures a second that NPCs see; each costs a copy from the graphics card.
@export_range(0.5, 30.0, 0.5, "suffix:/s") var frames_per_second: float = 4.0
## Pixels; what is wider is scaled down.
@export_range(160, 1920, 1, "suffix:px") var frame_width: int = 640
## rgb is fastest on one machine; jpeg is small, for the web and other machines.
@export_enum("rgb", "jpeg") var frame_format: String = "rgb"

@export_group("Fallback")
## Seconds without the server before NPCs follow their routine.
@export_range(0.0, 30.0, 0.1, "suffix:s") var patience: float = 2.0
## Seconds with the server before they listen to it again.
@export_range(0.0, 30.0, 0.1, "suffix:s") var trust: float = 1.0

## The server that was started with the game; null where [member start_server] is off.
var server: NpcServer

var _session: NpcSession
var _presence: NpcPresence
var _was_connected: bool = false
var _standing: Dictionary = {}


func _enter_tree() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	add_to_group(GROUP)
	_presence = NpcPresence.new(patience, trust)
	if _session == null:
		_session = NpcSession.new(endpoint, game, token)
	_session.link.endpoint = endpoint
	if start_server and NpcPack.system():
		_follow(NpcServer.of(get_tree(), server_options, token))


func _exit_tree() -> void:
	_session.leave()
	_tell_changes()


func _process(delta: float) -> void:
	var now := Time.get_ticks_usec() / 1e6
	_session.poll(now)
	if server:
		server.note_heard(_session.link.ready, delta)
	_tell_changes()
	if _presence.update(is_server_there(), now):
		fallback_changed.emit(_presence.is_away)


## The client that a scene uses: the first in the tree.
static func of(node: Node) -> NpcClient:
	return node.get_tree().get_first_node_in_group(GROUP)


## Whether the server welcomed us and was heard lately.
func is_server_there() -> bool:
	return _session.dialogue.greeted


## Whether NPCs are to manage alone.
func is_fallback() -> bool:
	return _presence.is_away


## What the server said of itself: labels, limits, provider, bundle. Empty before the first welcome.
func welcome() -> Dictionary:
	return _session.dialogue.welcome


## What the server counts of this session, about a second old.
func counters() -> Dictionary:
	return _session.dialogue.counters


## Why there is no connection, for people; empty where there is one.
func trouble() -> String:
	if is_server_there():
		return ""
	if server and server.state != NpcServer.State.READY:
		return server.trouble if server.trouble else "it is being started"
	return _session.link.error


## Utterances that are not decided yet.
func pending() -> int:
	return _session.dialogue.spoken.size()


## Number of the last observation.
func last_seq() -> int:
	return _session.dialogue.last_seq


## Whether an NPC was asked for and not refused or let go.
func has_npc(npc: String) -> bool:
	return _session.dialogue.has_npc(npc)


## Whether an NPC is there for the server, too: it has a name on its card.
func stands(npc: String) -> bool:
	return has_npc(npc) and _session.dialogue.names.has(npc)


## Bring an NPC to life; [signal spawned] says when it stands, [signal failed] why it does not.
## [param persona]: name of a card that the server knows, or a whole card as a dictionary.
## [param watch]: phrases to look out for in every frame, beside those on the card.
func spawn(npc: String, persona: Variant, watch: PackedStringArray = []) -> bool:
	_standing.erase(npc)
	return _session.dialogue.spawn(npc, persona, watch)


## Show what a phrase looks like in this game, so that it is found without any learning: one to eight pictures, best cut
## out (with transparency), in the place of what was shown before; none: forget it. It holds for all NPCs, and again
## whenever the server comes back. A server that takes no pictures does without.
func look(phrase: String, pictures: Array[Image]) -> bool:
	var frames: Array[Dictionary] = []
	for picture in pictures:
		frames.append(NpcFrame.from_picture(picture).to_message())
	return _session.dialogue.look(phrase, frames)


## Let an NPC go, with all that it was told and has not decided.
func despawn(npc: String) -> void:
	_standing.erase(npc)
	_session.dialogue.despawn(npc)


## Show a frame to NPCs, and tell what the game knows, e.g. [code]{"near": "well", "player": "Ada"}[/code].
## Never waits: while one frame leaves, the newest replaces the next. Returns its number, -1 where it failed.
func observe(npcs: PackedStringArray, frame: NpcFrame, state: Dictionary = {}, inspect: bool = false) -> int:
	return _session.dialogue.observe(_observation(npcs, frame, state, inspect))


## Say something to NPCs. It is repeated until each has decided, whatever happens to the server; each decides once.
## Returns the id that comes back as [member NpcDecision.utterance_id]; empty where it failed.
func say(
	npcs: PackedStringArray,
	text: String,
	frame: NpcFrame = null,
	state: Dictionary = {},
	speaker: String = "player",
	inspect: bool = false
) -> String:
	var utterance := {"id": NpcDialogue.new_id(), "text": text, "to": Array(npcs), "speaker": speaker}
	var message := _observation(npcs, frame, state, inspect)
	message["utterance"] = utterance
	return utterance["id"] if _session.dialogue.observe(message) >= 0 else ""


## Whether a voice process was connected to the server a moment ago: it hears, and speaks lines aloud.
func has_voice() -> bool:
	return _session.dialogue.has_voice()


## Listen to a microphone: put sound into what this returns, and end it. What is heard is said by itself, once, as
## [method say] would. [param view] is asked then for what they see: [code]{"frame": NpcFrame, "state": {…}}[/code].
## Null where it cannot be: [signal failed] says why.
func hear(
	npcs: PackedStringArray, rate: int = 16000, open: bool = false, view := Callable(), speaker: String = "player"
) -> NpcHearing:
	var see := func() -> Dictionary: return _seen(view)
	return _session.dialogue.listen(NpcDialogue.new_id(), Array(npcs), rate, open, speaker, see)


## Have an NPC say a line aloud, such as a decision's; what it was saying ends. [signal sounded] brings the sound.
## Returns the id of the speech; empty where no voice process is connected.
func speak(npc: String, text: String, emotion: String = "", line_id: String = "") -> String:
	var id := NpcDialogue.new_id()
	return id if _session.dialogue.speak(id, npc, text, emotion, line_id) else ""


## Let NPCs fall silent; all of them where none are named.
func hush(npcs: PackedStringArray = []) -> void:
	_session.dialogue.sounds.hush(Array(npcs))


## Who was asked for and not refused or let go.
func npcs() -> Array:
	return _session.dialogue.npcs()


## Go where that server listens, now and after each of its ends.
func _follow(its_server: NpcServer) -> void:
	if server == null:
		server = its_server
		server.ready_at.connect(_session.link.go_to)
		server.failed.connect(_tell_fault)
	_session.link.endpoint = server.address


static func _seen(view: Callable) -> Dictionary:
	var seen: Dictionary = view.call() if view.is_valid() else {}
	var frame: NpcFrame = seen.get("frame")
	return {
		"frame": frame.to_message() if frame else null,
		"state": seen.get("state", {}),
		"captured_at": frame.captured_at if frame else Time.get_ticks_usec() / 1e6,
	}


func _observation(npcs: PackedStringArray, frame: NpcFrame, state: Dictionary, inspect: bool) -> Dictionary:
	return {
		"npcs": Array(npcs),
		"frame": frame.to_message() if frame else null,
		"state": state,
		"captured_at": frame.captured_at if frame else Time.get_ticks_usec() / 1e6,
		"inspect": inspect,
	}


func _tell_changes() -> void:
	if is_server_there() != _was_connected:
		_was_connected = not _was_connected
		connection_changed.emit(_was_connected)
	for npc: String in _session.dialogue.names:
		if not _standing.has(npc):
			_standing[npc] = true
			spawned.emit(npc, _session.dialogue.names[npc])
	_tell_news()


func _tell_news() -> void:
	for decision in _session.dialogue.take_decisions():
		decided.emit(decision)
	for event in _session.dialogue.take_events():
		told.emit(event)
	for message in _session.dialogue.sounds.take_heard():
		heard.emit(message)
	for message in _session.dialogue.sounds.take_sounds():
		sounded.emit(message)
	for fault in _session.dialogue.take_faults():
		_tell_fault(fault)


func _tell_fault(fault: NpcFault) -> void:
	push_warning("NPC engine: %s" % fault)
	failed.emit(fault)
