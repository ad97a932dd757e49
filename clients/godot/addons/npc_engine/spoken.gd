@tool
class_name NpcSpoken
extends RefCounted
## What was said and is not decided yet, in the order in which it was said. Repeated until it is decided.
## Times are seconds on the caller's clock.


## An utterance on its way; it is kept until every NPC that it is for has decided. A server that dies between
## its acknowledgement and its decision has forgotten it: then it is said again.
class Said:
	var observe: Dictionary
	var waiting: Array[String]
	var due: float = -INF
	var acknowledged: bool = false


var _said: Dictionary = {}
## The server is busy: only the oldest that it has not taken goes out.
var _put_off: bool = false


func size() -> int:
	return _said.size()


## Keep an [code]observe[/code] with words.
func add(observe: Dictionary) -> void:
	var said := Said.new()
	said.observe = observe
	said.waiting.assign(observe["utterance"]["to"])
	_said[observe["utterance"]["id"]] = said


## Hand what is due to [param send], oldest first; nothing overtakes what could not be sent or was put off.
func send_due(now: float, send: Callable) -> void:
	for said: Said in _said.values():
		if said.due <= now:
			if not send.call(_for_those_who_wait(said)):
				return
			said.due = now + _patience(said)
		if _put_off and not said.acknowledged:
			return


## The server has them in safe hands; whatever waited behind them may go.
func acknowledge(utterances: Array[String], now: float) -> void:
	for utterance in utterances:
		var said: Said = _said.get(utterance)
		if said:
			said.acknowledged = true
			said.due = now + NpcWire.DECISION_AFTER_S
	_go_on()


## The server was busy: say this one again soon, and nothing newer before it is taken.
func put_off(utterance: String, now: float) -> void:
	var said: Said = _said.get(utterance)
	if said and not said.acknowledged:
		_put_off = true
		said.due = now + NpcWire.BUSY_FOR_S


## Say everything again, now: this is another server, or one that has forgotten us.
func repeat_all() -> void:
	_put_off = false
	for said: Said in _said.values():
		said.acknowledged = false
		said.due = -INF


## Strike an NPC off an utterance; false where it was not waited for (any more).
func settle(utterance: String, npc: String) -> bool:
	var said: Said = _said.get(utterance)
	if said == null or npc not in said.waiting:
		return false
	said.waiting.erase(npc)
	if said.waiting.is_empty():
		drop(utterance)
	return true


## Stop repeating an utterance.
func drop(utterance: String) -> void:
	var said: Said = _said.get(utterance)
	_said.erase(utterance)
	if said and not said.acknowledged:
		_go_on()  # it may be the one that the others waited for


func forget_npc(npc: String) -> void:
	for utterance: String in _said.keys():
		settle(utterance, npc)


func _go_on() -> void:
	if not _put_off:
		return
	_put_off = false
	for said: Said in _said.values():
		if not said.acknowledged:
			said.due = -INF


func _patience(said: Said) -> float:
	if said.acknowledged:
		return NpcWire.DECISION_AFTER_S
	return NpcWire.BUSY_FOR_S if _put_off else NpcWire.RETRY_AFTER_S


## Who has decided is not asked again.
static func _for_those_who_wait(said: Said) -> Dictionary:
	var observe := said.observe
	if said.waiting.size() == observe["utterance"]["to"].size():
		return observe
	var again := observe.duplicate()
	again["npcs"] = said.waiting.duplicate()
	again["utterance"] = observe["utterance"].merged({"to": said.waiting.duplicate()}, true)
	return again
