@icon("res://addons/npc_engine/icon.svg")
class_name NpcBrain
extends Node
## Gives its parent a mind. It sees what the viewport shows, hears what you [method say], and decides.
##
## Decisions are applied to the body (the parent, unless [member body] is set). When an action begins, its method
## [code]npc_<action>(decision)[/code] is called, e.g. [code]npc_follow[/code]; where there is none,
## [code]npc_idle[/code]. It is called again when what the action is about has moved on the screen.
## What the NPC says goes to [code]npc_say(line)[/code]. All of them may be absent.

## Every decision, also those that merely go on, and those of the routine.
signal decided(decision: NpcDecision)
## Something to be carried out beside the action, such as a sale; each comes once, before [signal decided].
signal effect(kind: String, values: Dictionary)
## It stands (again); [param its_name] is on its card.
signal spawned(its_name: String)

## The game's id for it, different for each NPC; the parent's name if empty.
@export var npc_id: String = ""
## Name of a card that the server knows.
@export var persona: String = "guard"
## A whole card instead, see docs/characters-reference.md.
@export var card: Dictionary = {}
## Phrases to look out for in every frame, beside those on the card.
@export var watch: PackedStringArray = []
## What it does while the server is away.
@export var routine: NpcRoutine
## Who acts; the parent if not set.
@export var body: Node
## What the game knows and tells, e.g. [code]{"near": "well", "player": "Ada"}[/code]. Change it at any time.
@export var state: Dictionary = {}

## The last decision; null before the first.
var decision: NpcDecision

var _client: NpcClient
var _capture: NpcCapture
var _id: String = ""
var _done: String = ""
var _done_at: int = 0
var _answers: int = 0
var _answered: String = "-"  # the utterance that it spoke to last
var _step: int = 0
var _next_step_at: float = 0.0


func _enter_tree() -> void:
	_join.call_deferred()  # the client may enter after us


func _exit_tree() -> void:
	if is_instance_valid(_client):
		_client.decided.disconnect(_on_decided)
		_client.told.disconnect(_on_told)
		_client.spawned.disconnect(_on_spawned)
		_client.despawn(_id)
	if is_instance_valid(_capture):
		_capture.remove(self)
	_client = null
	_capture = null


func _process(_delta: float) -> void:
	var now := Time.get_ticks_usec() / 1e6
	if _client and _client.is_fallback() and now >= _next_step_at:
		_next_step_at = now + routine.every
		_take(routine.decide(_id, _step))
		_step += 1


## Its id on the wire.
func id() -> String:
	return _id


## Say something to it, as the player or as [param speaker]: another NPC speaks under its own id. Its answer comes
## as a decision with this id. Empty where it cannot be sent, and while the server is away: then its routine answers
## at once.
func say(text: String, speaker: String = "player") -> String:
	_join()  # it may have entered the tree in this very frame
	if _client == null:
		return ""
	if _client.is_fallback():
		_take(routine.answer(_id, text, _answers))
		_answers += 1
		return ""
	return _client.say([_id], text, _capture.newest, told(), speaker)


## Tell it that what it was doing is done, so that it decides anew.
func done() -> void:
	if decision and _client:
		_done = decision.action
		_done_at = _client.last_seq()


## What it is told of the game with the next picture.
func told() -> Dictionary:
	return state.merged({"done": _done}) if _done else state


## Where in its viewport the target of a decision is, in pixels.
func target_position(of: NpcDecision) -> Vector2:
	return of.target * get_viewport().get_visible_rect().size


## The node that the target of a decision lies on, of those in the group [code]npc_entity[/code]
## ([method NpcRecorder.track]); null where it lies on none, or on one that is gone.
func target_node(of: NpcDecision) -> Node:
	return instance_from_id(int(of.entity)) as Node if is_instance_id_valid(int(of.entity)) else null


func _join() -> void:
	if not is_inside_tree() or _client:
		return
	_client = NpcClient.of(self)
	if _client == null:
		push_error("%s finds no NpcClient: add one to the scene, or as an autoload." % get_path())
		return
	_id = npc_id if npc_id else str(get_parent().name)
	body = body if body else get_parent()
	routine = routine if routine else NpcRoutine.new()
	_client.decided.connect(_on_decided)
	_client.told.connect(_on_told)
	_client.spawned.connect(_on_spawned)
	if _client.has_npc(_id):
		push_error("Two NPCs have the id '%s': give %s an npc_id of its own." % [_id, get_path()])
	_client.spawn(_id, card if card else persona, watch)
	_capture = NpcCapture.of(_client, get_viewport())
	_capture.add(self)


func _on_decided(its_decision: NpcDecision) -> void:
	var is_answer := its_decision.utterance_id != ""  # it was said before the gap, and is owed
	if its_decision.npc == _id and (is_answer or not _client.is_fallback()):
		_take(its_decision)


## A second voice words the last line anew; one that belongs to older words comes too late.
func _on_told(event: Dictionary) -> void:
	var is_current: bool = event["npc"] == _id and event["utterance_id"] == _answered
	if event["kind"] == "line" and is_current and body.has_method(&"npc_say"):
		body.call(&"npc_say", event["text"])


func _on_spawned(npc: String, its_name: String) -> void:
	if npc == _id:
		spawned.emit(its_name)


func _take(its_decision: NpcDecision) -> void:
	var begins := decision == null or its_decision.action != decision.action or its_decision.utterance_id != ""
	decision = its_decision
	if decision.utterance_id:
		_answered = decision.utterance_id
	if decision.seq > _done_at:
		_done = ""  # it has taken note
	if begins or decision.has_target:
		_act()
	if decision.line and body.has_method(&"npc_say"):
		body.call(&"npc_say", decision.line)
	for one in decision.effects:
		effect.emit(one["kind"], one["values"])
	decided.emit(decision)


func _act() -> void:
	for method: String in ["npc_" + decision.action, "npc_idle"]:
		if body.has_method(method):
			body.call(method, decision)
			return
