extends "res://suite.gd"
## The client's half of the protocol against a server that the test plays, on a clock that the test moves.

const WELCOME := {
	"type": "welcome", "version": "1.0", "server": "s", "provider": "p", "bundle": "b", "resumed": false,
	"capabilities": [], "labels": {}, "limits": {}
}

var _dialogue: NpcDialogue
var _sent: Array[Dictionary] = []
var _room: bool = true
var _idle: bool = true
var _now: float = 0.0


func test_it_says_hello_every_half_second_until_it_is_welcome() -> void:
	_begin()
	_work_until(1.7)
	equal(_types(), ["hello", "hello", "hello", "hello"], "sent")
	equal(_sent[0]["session"], _sent[3]["session"], "session")
	_hear(WELCOME)
	_work_until(2.5)
	equal(_types().count("hello"), 4, "hellos")
	done()


func test_npcs_are_introduced_after_every_welcome() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", ["wolf"])
	_welcome()
	equal(_types(), ["hello", "ping", "spawn"], "sent")
	_hear({"type": "error", "code": "hello_required", "message": "Who are you?"})
	_welcome()
	equal(_types().count("spawn"), 2, "spawns")
	done()


func test_an_utterance_is_repeated_until_it_is_acknowledged_and_again_until_it_is_decided() -> void:
	var id := _say_to_mira()
	_work_until(_now + 1.1)
	equal(_types().count("observe"), 3, "without acknowledgement")
	_hear({"type": "ack", "utterances": [id]})
	for _second in 2:
		_work_until(_now + 2.4)
		_hear({"type": "pong", "id": 1})
	equal(_types().count("observe"), 3, "acknowledged")
	_work_until(_now + 0.3)
	equal(_types().count("observe"), 4, "undecided for five seconds")
	_decide(id)
	_work_until(_now + 6.0)
	equal(_types().count("observe"), 4, "decided")
	done()


func test_events_of_our_own_npcs_wait_to_be_taken() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	_welcome()
	_hear({"type": "event", "npc": "mira", "kind": "line", "text": "Well", "utterance_id": "u", "more": true})
	_hear({"type": "event", "npc": "bram", "kind": "line", "text": "Halt"})
	var events := _dialogue.take_events()
	equal(events.map(func(event: Dictionary) -> String: return event["text"]), ["Well"], "texts")
	equal(_dialogue.take_events().size(), 0, "events that were taken")
	done()


func test_a_decision_takes_effect_once() -> void:
	var id := _say_to_mira()
	_decide(id)
	_decide(id)
	equal(_dialogue.take_decisions().size(), 1, "decisions")
	done()


func test_what_is_to_be_done_beside_the_action_comes_once_with_its_decision() -> void:
	var id := _say_to_mira()
	var sale := {"kind": "sell", "values": {"item": "bread", "price": 4, "fresh": true}}
	for _time in 2:
		_decide(id, "mira", [sale, {"kind": "wave"}])
	var decisions := _dialogue.take_decisions()
	equal(decisions.size(), 1, "decisions")
	equal(decisions[0].effects, [sale, {"kind": "wave", "values": {}}] as Array[Dictionary], "effects")
	done()


func test_undecided_words_are_said_again_to_a_new_server_with_the_same_number() -> void:
	var id := _say_to_mira()
	_hear({"type": "ack", "utterances": [id]})
	var seq: int = _sent.filter(_is_observe)[-1]["seq"]
	_sent.clear()
	_dialogue.connect_anew()
	_welcome()
	equal(_types(), ["hello", "spawn", "observe"], "sent")
	equal([_sent[-1]["utterance"]["id"], _sent[-1]["seq"]], [id, seq], "the same")
	done()


func test_after_busy_nothing_overtakes_what_was_put_off() -> void:
	var first := _say_to_mira("first")
	var second := _say("second")
	_hear({"type": "error", "code": "busy", "message": "Later.", "utterance": first})
	_sent.clear()
	_work_until(_now + 0.75)
	equal([_texts().count("first"), _texts().count("second")], [7, 0], "while the server is busy")
	_hear({"type": "ack", "utterances": [first]})
	_sent.clear()
	_work_until(_now + 0.02)
	equal(_texts(), ["second"], "once it is not")
	_decide(first)
	_decide(second)
	equal(_dialogue.spoken.size(), 0, "undecided")
	done()


func test_who_has_decided_is_not_asked_again() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	_dialogue.spawn("bram", "guard", [])
	_welcome()
	var id := _say("hello", ["mira", "bram"])
	_decide(id, "mira")
	_sent.clear()
	_work_until(_now + 0.6)
	equal([_sent[-1]["npcs"], _sent[-1]["utterance"]["to"]], [["bram"], ["bram"]] as Array, "asked again")
	done()


func test_the_newest_frame_replaces_the_one_that_waits_for_the_wire() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	_welcome()
	_sent.clear()
	_idle = false
	for number in 3:
		_dialogue.observe({"npcs": ["mira"], "frame": _frame(number)})
	equal(_types(), [], "while the wire is taken")
	_idle = true
	_work_until(_now + 0.02)
	equal(_sent.map(func(message: Dictionary) -> int: return message["frame"]["pixels"][0]), [2], "sent")
	done()


func test_a_frame_of_before_the_fall_is_not_shown_after_it() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	_welcome()
	_idle = false
	_dialogue.observe({"npcs": ["mira"], "frame": _frame(1)})
	_dialogue.connect_anew()
	_welcome()
	_idle = true
	_work_until(_now + 0.1)
	equal(_types().count("observe"), 0, "observations")
	done()


func test_words_go_out_while_a_frame_waits() -> void:
	_say_to_mira()
	_idle = false
	_dialogue.observe({"npcs": ["mira"], "frame": _frame(1)})
	_sent.clear()
	_say("now")
	equal(_texts(), ["now"], "sent")
	done()


func test_what_was_refused_is_told_and_not_repeated() -> void:
	var id := _say_to_mira()
	_sent.clear()
	_hear({"type": "error", "code": "unknown_npc", "message": "There is none.", "utterance": id, "seq": 1})
	_work_until(_now + 6.0)
	equal(_types().count("observe"), 0, "repeated")
	var faults := _dialogue.take_faults()
	equal([faults.size(), faults[0].code, faults[0].utterance], [1, "unknown_npc", id], "fault")
	done()


func test_what_the_server_would_refuse_is_refused_at_once() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	var broken := {"width": 2, "height": 2, "format": "rgb", "pixels": PackedByteArray([1])}
	equal(_dialogue.observe({"npcs": ["mira"], "frame": broken}), -1, "frame")
	equal(_dialogue.take_faults()[0].code, "frame_size", "code")
	var pixels := _frame(1).merged({"entities": {"wolf": [210, 96, 250, 127]}})
	equal(_dialogue.observe({"npcs": ["mira"], "frame": pixels}), -1, "a box in pixels")
	check("looks like pixels" in _dialogue.take_faults()[0].message, "message")
	check(not _dialogue.spawn("", "guard", []), "an NPC without a name")
	equal(_dialogue.take_faults()[0].code, "field", "code")
	done()


func test_an_npc_that_is_not_there_is_refused_at_once() -> void:
	_say_to_mira()
	_sent.clear()
	equal(_dialogue.observe({"npcs": ["mira", "odo"], "frame": _frame(1)}), -1, "seen by nobody")
	var fault := _dialogue.take_faults()[0]
	equal([fault.npc, str(fault)], ["odo", "unknown_npc: There is no NPC 'odo'. Spawn it first."], "fault")
	_hear({"type": "error", "code": "persona_unknown", "message": "Who?", "npc": "mira"})
	_dialogue.take_faults()
	equal(_dialogue.observe({"npcs": ["mira"], "frame": _frame(1)}), -1, "seen by one that was refused")
	equal(_dialogue.take_faults()[0].code, "unknown_npc", "code")
	equal(_sent.size(), 0, "sent")
	done()


func test_silence_means_that_the_server_is_away() -> void:
	_begin()
	_welcome()
	_work_until(3.4)
	check(_dialogue.greeted, "it gave up early")
	_work_until(3.7)
	check(not _dialogue.greeted, "it did not notice")
	done()


func test_a_refusal_of_the_client_is_not_hammered_at() -> void:
	_begin()
	_work_until(0.01)
	_hear({"type": "error", "code": "token", "message": "The token is wrong.", "fix": "Send the right one."})
	_work_until(30.0)
	equal(_types(), ["hello"], "hellos in half a minute")
	done()


func test_a_message_of_a_later_version_is_passed_over() -> void:
	_begin()
	_welcome()
	_hear({"type": "weather", "rain": true})
	equal(_dialogue.take_faults().size(), 0, "faults")
	done()


func test_leaving_says_goodbye_and_begins_another_session() -> void:
	_begin()
	_welcome()
	var session: String = _sent[0]["session"]
	_dialogue.leave()
	equal(_types()[-1], "bye", "last")
	_work_until(_now + 0.01)
	check(_sent[-1]["type"] == "hello" and _sent[-1]["session"] != session, "the session is the old one")
	done()


func test_a_player_who_talks_on_without_a_server_is_told() -> void:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	for number in 65:
		_say("are you there?")
	equal(_dialogue.spoken.size(), 64, "kept")
	equal(_dialogue.take_faults()[0].code, "busy", "code")
	done()


func _begin() -> void:
	_now = 0.0
	_room = true
	_idle = true
	_sent = []
	_dialogue = NpcDialogue.new("test", "", _take, func() -> bool: return _idle)


func _welcome() -> void:
	_work_until(_now + 0.01)
	_hear(WELCOME)
	_work_until(_now + 0.01)


func _say_to_mira(text: String = "hello") -> String:
	_begin()
	_dialogue.spawn("mira", "healer", [])
	_welcome()
	return _say(text)


func _say(text: String, npcs: Array = ["mira"]) -> String:
	var id := NpcDialogue.new_id()
	_dialogue.observe({"npcs": npcs, "utterance": {"id": id, "text": text, "to": npcs}})
	return id


func _decide(utterance: String, npc: String = "mira", effects: Array = []) -> void:
	var decision := {"type": "decision", "npc": npc, "seq": 1, "action": "greet", "emotion": "happy"}
	_hear(decision.merged({"utterance_id": utterance, "effects": effects}))


func _frame(shade: int) -> Dictionary:
	var pixels := PackedByteArray([shade, shade, shade])
	return {"width": 1, "height": 1, "format": "rgb", "bottom_up": false, "pixels": pixels}


func _hear(message: Dictionary) -> void:
	_dialogue.receive([NpcMsgpack.new().pack(message)] as Array[PackedByteArray], _now)


func _work_until(end: float) -> void:
	while _now < end:
		_dialogue.work(_now)
		_now += 0.01
	_dialogue.work(_now)


func _take(parts: Array[PackedByteArray]) -> bool:
	if _room:
		_sent.append(NpcProtocol.new().decode_client(parts))
	return _room


func _is_observe(message: Dictionary) -> bool:
	return message["type"] == "observe"


func _types() -> Array:
	return _sent.map(func(message: Dictionary) -> String: return message["type"])


func _texts() -> Array:
	return _sent.filter(_is_observe).map(func(message: Dictionary) -> String: return message["utterance"]["text"])
