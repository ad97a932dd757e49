@tool
class_name NpcDialogue
extends RefCounted
## The client's half of the protocol, without sockets and without waiting. Its owner hands it what came
## ([method receive]), lets it [method work] often, and takes decisions and faults.

const MOST_EVENTS := 100
const MOST_FAULTS := 100
## Decisions about frames that wait to be taken; answers to words all wait.
const MOST_DECISIONS := 1024

## Whether the server welcomed this connection.
var greeted: bool = false
## What the server said of itself, the last time that it did; empty before.
var welcome: Dictionary = {}
## What the server counts of this session, as of the last pong.
var counters: Dictionary = {}
var spoken := NpcSpoken.new()
var sounds := NpcSounds.new()
## Of NPCs that stand: the name on the card, by id.
var names: Dictionary = {}
## Number of the last observation.
var last_seq: int = 0

var _decisions: Array[NpcDecision] = []
var _events: Array[Dictionary] = []
var _faults: Array[NpcFault] = []
var _hello: Dictionary
var _protocol := NpcProtocol.new()
var _hand_over: Callable
var _is_idle: Callable
var _now: float = 0.0
var _heard_at: float = -INF
var _hello_at: float = -INF  # when to say it (again)
var _pinged_at: float = -INF
var _pings: int = 0
var _npcs: Dictionary = {}
## Messages that show what phrases look like, by phrase.
var _looks: Dictionary = {}
var _outbox: Array[Array] = []
## Goodbyes that were not sent yet, by NPC.
var _leaving: Dictionary = {}
## One slot for each group of NPCs that see the same: the newest frame waits there for the wire.
var _slots: Dictionary = {}


## [param send] takes the parts of a message, or returns false; [param is_idle] says whether the wire is free.
func _init(client: String, token: String, send: Callable, is_idle: Callable) -> void:
	_hello = {"type": "hello", "client": client, "session": new_id(), "version": NpcWire.VERSION}
	_hello["capabilities"] = ["events", "inspect"]
	if token:
		_hello["token"] = token
	_hand_over = send
	_is_idle = is_idle


## 128 random bits as text.
static func new_id() -> String:
	return Crypto.new().generate_random_bytes(16).hex_encode()


## Begin with another connection: nobody there has been told anything. Undecided words are said again.
func connect_anew() -> void:
	greeted = false
	_lose_sounds()
	_hello_at = -INF


## Say goodbye, and begin with another session next time; NPCs and undecided words are kept.
func leave() -> void:
	if greeted:
		_send({"type": "bye"})
	_hello["session"] = new_id()
	connect_anew()


## Decisions that came since the last call.
func take_decisions() -> Array[NpcDecision]:
	var taken := _decisions
	_decisions = []
	return taken


## Events that came since the last call, as docs/protocol.md describes them; the last hundred.
func take_events() -> Array[Dictionary]:
	var taken := _events
	_events = []
	return taken


## What was refused since the last call, by the server or before it was sent.
func take_faults() -> Array[NpcFault]:
	var taken := _faults
	_faults = []
	return taken


## Whether an NPC was asked for and not refused or let go.
func has_npc(npc: String) -> bool:
	return _npcs.has(npc)


## Who was asked for and not refused or let go.
func npcs() -> Array:
	return _npcs.keys()


## Ask for an NPC; it is in [member names] once it stands. False where [method take_faults] says why it cannot be.
func spawn(npc: String, persona: Variant, watch: PackedStringArray) -> bool:
	var message := {"type": "spawn", "npc": npc, "persona": persona, "watch": Array(watch)}
	if _encode(message).is_empty():
		return false
	names.erase(npc)
	_npcs[npc] = message
	_outbox.append(_encode(message))
	return true


## Let an NPC go, with all that it was told and has not decided.
func despawn(npc: String) -> void:
	if not _npcs.erase(npc):
		return
	names.erase(npc)
	spoken.forget_npc(npc)
	sounds.silence([npc])
	var goodbye := _encode({"type": "despawn", "npc": npc})
	_outbox.append(goodbye)
	_leaving[npc] = goodbye


## Show what a phrase looks like in this game, in the place of what was shown before; no pictures: forget it.
## False where [method take_faults] says why it cannot be.
func look(phrase: String, pictures: Array[Dictionary]) -> bool:
	var messages: Array[Dictionary] = []
	for number in pictures.size():
		var picture := pictures[number]
		messages.append({"type": "look", "phrase": phrase, "number": number, "frame": picture})
	if pictures.is_empty() or _looks.has(phrase):
		messages.push_front({"type": "look", "phrase": phrase, "number": 0, "frame": null})
	var packed: Array[Array] = []
	for message in messages:
		packed.append(_encode(message))
		if packed[-1].is_empty():
			return false
	if pictures.is_empty():
		_looks.erase(phrase)
	else:
		_looks[phrase] = messages.filter(func(message: Dictionary) -> bool: return message["frame"] != null)
	if _takes_looks():
		_outbox.append_array(packed)
	return true


func _takes_looks() -> bool:
	return "looks" in welcome.get("capabilities", [])


## Show and say. Returns the sequence number, or -1 where [method take_faults] says what was wrong.
## A frame without words is lost while the server is away; words are kept.
func observe(message: Dictionary) -> int:
	if not _knows_all(message["npcs"]):
		return -1
	var next := message.merged({"type": "observe", "seq": last_seq + 1})
	var parts := _encode(next)
	if parts.is_empty() or (next.get("utterance") and _too_much_is_undecided()):
		return -1
	last_seq += 1
	if next.get("utterance"):
		sounds.silence(next["utterance"]["to"])
		spoken.add(next)
		_repeat_what_is_due()
	elif greeted:
		_slots[str(next["npcs"])] = parts
		_send_newest()
	return last_seq


## Whether a voice process was connected to the server a moment ago.
func has_voice() -> bool:
	return greeted and counters.get("voice", 0) > 0


## Begin to listen to a microphone; null where [method take_faults] says why that cannot be.
func listen(id: String, npcs: Array, rate: int, open: bool, speaker: String, view: Callable) -> NpcHearing:
	if not _knows_all(npcs):
		return null
	if not greeted or "voice" not in welcome["capabilities"]:
		var why := "The server is older than voices." if greeted else "The server is away."
		_add_fault(NpcFault.new("no_voice", why, "Let the player type."))
		return null
	var first := {"type": "hear", "hearing": id, "piece": 0, "to": npcs, "rate": rate}
	if _encode(first).is_empty():
		return null
	var hearing := NpcHearing.new(id, npcs, rate, open, speaker, view, sounds.send)
	sounds.begin(hearing)
	return hearing


## Have a line spoken: true where somebody is there to speak it.
func speak(id: String, npc: String, text: String, emotion: String, line_id: String) -> bool:
	if not _knows_all([npc]) or not has_voice() or text.strip_edges().is_empty():
		return false
	var said := text.left(NpcWire.LIMITS["text"])
	var message := {"type": "speak", "speech": id, "npc": npc, "text": said, "emotion": emotion, "line_id": line_id}
	if _encode(message).is_empty():
		return false
	sounds.speak(message)
	return true


## Send what is due. [param now] is in seconds and never goes back.
func work(now: float) -> void:
	_now = now
	if greeted and now - _heard_at >= NpcWire.LOST_AFTER_S:
		greeted = false
	if not greeted:
		_lose_sounds()
		_say_hello()
		return
	if now - _pinged_at >= NpcWire.PING_EVERY_S:
		_pinged_at = now
		_pings += 1
		_send({"type": "ping", "id": _pings})
	while not _outbox.is_empty() and _hand_over.call(_outbox[0]):
		_outbox.pop_front()
	if _outbox.is_empty():
		_leaving.clear()
		sounds.flush(_send)
	_repeat_what_is_due()
	_send_newest()


## Take one message of the server; one that makes no sense is reported in [method take_faults].
func receive(parts: Array[PackedByteArray], now: float) -> void:
	_now = now
	_heard_at = now
	var message := _protocol.decode_server(parts)
	if _protocol.fault:
		if _protocol.fault.code != "unknown_type":  # a later server may have more to say
			_add_fault(_protocol.fault)
		return
	match message["type"]:
		"welcome":
			_take_welcome(message)
		"spawned":
			if has_npc(message["npc"]):
				names[message["npc"]] = message["name"]
		"ack":
			spoken.acknowledge(message["utterances"], now)
		"decision":
			_take_decision(message)
		"event":
			_take_event(message)
		"heard":
			_take_heard(message)
		"sound":
			sounds.take_sound(message)
		"hush":
			sounds.take_hush(message["speech"])
		"pong":
			counters = message["counters"]
		"error":
			_take_error(message)
		"bye":
			greeted = false
			_hello_at = now + NpcWire.HELLO_EVERY_S


## A line that was heard is said under the id that stands, to those who are still there.
func _take_heard(heard: Dictionary) -> void:
	var hearing := sounds.take(heard)
	if hearing == null:
		return
	var listeners := hearing.to.filter(has_npc)
	if listeners.is_empty():
		return
	var how := {}
	for field: String in ["confidence", "began", "ended", "tone"]:
		if heard[field] != null:
			how[field] = heard[field]
	var utterance := {"id": heard["utterance"], "text": heard["text"], "to": listeners, "speaker": hearing.speaker}
	utterance["spoken"] = how
	var message := {"npcs": listeners, "utterance": utterance}
	var seen: Dictionary = hearing.view.call() if hearing.view.is_valid() else {}
	if observe(message.merged(seen)) >= 0:
		sounds.told(heard["utterance"])


func _lose_sounds() -> void:
	for _hearing in sounds.lose():
		var what := "What was said was not heard to its end: the server went away."
		_add_fault(NpcFault.new("voice_lost", what, "Say it again."))


func _take_event(message: Dictionary) -> void:
	if has_npc(message["npc"]):
		_events = _events.slice(-MOST_EVENTS + 1)
		_events.append(message)


## Refuse whom the game never spawned, has let go, or was refused.
func _knows_all(npcs: Array) -> bool:
	for npc: String in npcs:
		if not has_npc(npc):
			var fault := NpcFault.new("unknown_npc", "There is no NPC '%s'." % npc, "Spawn it first.")
			fault.npc = npc
			_add_fault(fault)
			return false
	return true


func _too_much_is_undecided() -> bool:
	var most: int = NpcWire.LIMITS["utterances"]
	if spoken.size() >= most:
		_add_fault(NpcFault.new("busy", "%d utterances are undecided." % most, "Wait for answers."))
	return spoken.size() >= most


func _say_hello() -> void:
	if _now >= _hello_at and _send(_hello):
		_hello_at = _now + NpcWire.HELLO_EVERY_S


func _repeat_what_is_due() -> void:
	if greeted and _outbox.is_empty():  # NPCs must stand before they are spoken to
		spoken.send_due(_now, _send)


func _send_newest() -> void:
	while greeted and _outbox.is_empty() and not _slots.is_empty() and _is_idle.call():
		var first: String = _slots.keys()[0]
		_hand_over.call(_slots[first])
		_slots.erase(first)


func _take_welcome(message: Dictionary) -> void:
	var again := not greeted
	greeted = true
	welcome = message
	_protocol = NpcProtocol.new(message["limits"])
	if not again:
		return
	# All are introduced, also where the session was resumed: a repeated spawn changes nothing, a missing one would be
	# fatal. Only there somebody stands who has to go.
	_outbox.clear()
	if message["resumed"]:
		_outbox.assign(_leaving.values())
	if _takes_looks():
		for shown: Array in _looks.values():
			_outbox.append_array(shown.map(_encode))
	for spawned: Dictionary in _npcs.values():
		_outbox.append(_encode(spawned))
	_slots.clear()
	names.clear()
	spoken.repeat_all()


func _take_decision(message: Dictionary) -> void:
	var utterance: Variant = message["utterance_id"]
	var fresh: bool = utterance == null or spoken.settle(utterance, message["npc"])
	if not fresh or not _npcs.has(message["npc"]):
		return
	if utterance == null:
		_make_room()
	_decisions.append(NpcDecision.from_message(message))


## The oldest decision about a frame gives way; answers stay: how many there can be is limited where words are said.
func _make_room() -> void:
	var is_answer := func(waiting: NpcDecision) -> bool: return waiting.utterance_id != ""
	var answers := 0 if _decisions.size() < MOST_DECISIONS else _decisions.filter(is_answer).size()
	if _decisions.size() - answers < MOST_DECISIONS:
		return
	for index in _decisions.size():
		if not is_answer.call(_decisions[index]):
			_decisions.remove_at(index)
			return


func _take_error(message: Dictionary) -> void:
	var utterance: String = message["utterance"] if message["utterance"] else ""
	match message["code"]:
		"hello_required":
			greeted = false
		"busy":
			spoken.put_off(utterance, _now)
		"unknown_npc":
			if message["npc"] == null or has_npc(message["npc"]):  # else it was to leave, and has left
				_take_refusal(message, utterance)
		_:
			_take_refusal(message, utterance)


func _take_refusal(message: Dictionary, utterance: String) -> void:
	var npc: String = message["npc"] if message["npc"] else ""
	if message["code"] in NpcWire.UNWELCOME:
		_hello_at = _now + NpcWire.UNWELCOME_FOR_S
	if utterance and npc:
		spoken.settle(utterance, npc)
	elif utterance:
		spoken.drop(utterance)
	elif npc and message["seq"] == null and not names.has(npc):
		_npcs.erase(npc)  # it could not be had
	if message["about"] != null and not sounds.refused(message["about"]):
		return  # of a line that was to be spoken: it is there to be read
	var fault := NpcFault.new(message["code"], message["message"], message["fix"])
	fault.npc = npc
	fault.utterance = utterance
	fault.seq = message["seq"] if message["seq"] != null else -1
	_add_fault(fault)


## Of a server that talks nonsense all the time the last hundred faults are kept.
func _add_fault(fault: NpcFault) -> void:
	_faults = _faults.slice(-MOST_FAULTS + 1)
	_faults.append(fault)


func _send(message: Dictionary) -> bool:
	var parts := _encode(message)
	return parts.is_empty() or _hand_over.call(parts)


func _encode(message: Dictionary) -> Array[PackedByteArray]:
	var parts := _protocol.encode(message)
	if _protocol.fault:
		_add_fault(_protocol.fault)
	return parts
