extends "res://suite.gd"
## Sessions with the real server, over WebSocket. Lines that begin with SERVER are orders to the test around it.


class Body:
	extends Node2D
	## Notes what it is told to do.
	var done: Array[String] = []
	var lines: Array[String] = []

	func npc_greet(_decision: NpcDecision) -> void:
		done.append("greet")

	func npc_idle(_decision: NpcDecision) -> void:
		done.append("idle")

	func npc_stay(_decision: NpcDecision) -> void:
		done.append("stay")

	func npc_say(line: String) -> void:
		lines.append(line)


var _client: NpcClient
var _decisions: Array[NpcDecision] = []
var _refused: Array[NpcFault] = []
var _names: Dictionary = {}


func test_an_npc_stands_and_answers_frames_and_words() -> void:
	_enter()
	_client.spawn("bram", "guard", ["wolf"])
	check(await comes_true(func() -> bool: return _names.get("bram") == "Bram"), "it does not stand")
	var seq := _client.observe(["bram"], _picture(0))
	check(await comes_true(func() -> bool: return _has(func(d: NpcDecision) -> bool: return d.seq == seq)), "no decision")
	var id := _client.say(["bram"], "hello", _picture(255))
	check(await comes_true(_is_decided.bind(id)), "no answer")
	equal(_decisions[-1].action, "greet", "action")
	check(_decisions[-1].line != "", "it says nothing")
	equal(_client.welcome()["bundle"], "echo", "bundle")
	check(await comes_true(func() -> bool: return _client.counters().get("heard", 0) == 1), "counters")
	_leave()
	done()


func test_a_frame_of_some_megabytes_arrives() -> void:
	_enter()
	_client.spawn("bram", "guard")
	await comes_true(_stands)
	_client.observe(["bram"], _picture(9, 1920, 1080))
	check(await comes_true(func() -> bool: return not _decisions.is_empty()), "no decision")
	_leave()
	done()


func test_what_the_server_refuses_is_told_with_what_to_do() -> void:
	_enter()
	_client.spawn("odo", "nobody-has-this-card")
	check(await comes_true(func() -> bool: return not _refused.is_empty()), "no fault")
	equal([_refused[0].code, _refused[0].npc], ["persona_unknown", "odo"], "fault")
	check(_refused[0].fix != "", "it does not say what to do")
	_leave()
	done()


func test_words_said_while_the_server_is_killed_take_effect_once() -> void:
	_enter()
	_client.spawn("bram", "guard")
	await comes_true(_stands)
	for _kill in argument("kills").to_int():
		var before := _client.say(["bram"], "hello")
		check(await comes_true(_is_decided.bind(before)), "no answer before")
		print("SERVER kill")
		var during := _client.say(["bram"], "are you there?")
		check(await comes_true(func() -> bool: return not _client.is_server_there()), "it did not notice")
		var later := _client.say(["bram"], "and now?")
		print("SERVER start")
		check(await comes_true(_is_decided.bind(during)), "no answer to what was said during the fall")
		check(await comes_true(_is_decided.bind(later)), "no answer to what was said without a server")
		equal([before, during, later].map(_answers), [1, 1, 1], "answers")
	_leave()
	done()


func test_a_brain_follows_its_routine_while_the_server_is_away_and_resumes() -> void:
	_enter()
	_client._presence = NpcPresence.new(0.2, 0.2)
	var body := _embody()
	var brain: NpcBrain = body.get_child(0)
	check(await comes_true(func() -> bool: return "idle" in body.done), "it never decides about what it sees")
	brain.say("hello")
	check(await comes_true(func() -> bool: return "greet" in body.done), "it does not answer")
	equal(body.lines.size(), 1, "lines")
	print("SERVER kill")
	check(await comes_true(func() -> bool: return "stay" in body.done), "it does not follow its routine")
	check(brain.decision.is_fallback and _client.is_fallback(), "it does not say so")
	brain.say("are you there?")
	equal(body.lines[-1], "Hm.", "the routine's answer")
	print("SERVER start")
	check(await comes_true(func() -> bool: return not _client.is_fallback()), "it does not resume")
	body.done.clear()
	brain.say("hello again")
	check(await comes_true(func() -> bool: return "greet" in body.done), "it does not answer any more")
	var decisions := [0]
	brain.decided.connect(func(_d: NpcDecision) -> void: decisions[0] += 1)
	await comes_true(func() -> bool: return decisions[0] > 3)
	equal(body.done.count("greet"), 1, "times that the one greeting began")
	body.free()
	_leave()
	done()


func test_what_was_said_just_before_the_gap_is_answered_as_soon_as_the_server_is_back() -> void:
	_enter()
	var body := _embody()
	check(await comes_true(_stands), "it does not stand")
	_client._presence = NpcPresence.new(0.2, 1000.0)
	print("SERVER kill")
	body.get_child(0).say("hello")
	check(await comes_true(_client.is_fallback), "no fallback")
	print("SERVER start")
	check(await comes_true(func() -> bool: return "greet" in body.done), "no answer")
	check(_client.is_fallback(), "the server is trusted already")
	body.free()
	_leave()
	done()


func test_what_is_done_is_told_until_a_decision_has_taken_note() -> void:
	_enter()
	var body := _embody()
	var brain: NpcBrain = body.get_child(0)
	check(await comes_true(func() -> bool: return brain.decision != null), "no decision")
	brain.state = {"near": "well"}
	brain.done()
	equal(brain.told(), {"near": "well", "done": "idle"}, "told")
	check(await comes_true(func() -> bool: return not brain.told().has("done")), "it is told for ever")
	body.free()
	_leave()
	done()


func test_brains_that_see_and_know_the_same_share_a_message() -> void:
	_enter()
	var bodies: Array[Body] = [_embody("bram"), _embody("mira"), _embody("odo")]
	bodies[0].get_child(0).state = {"near": "well"}
	bodies[1].get_child(0).state = {"near": "well"}
	check(await comes_true(func() -> bool: return _decisions.size() >= 6), "no decisions")
	var seqs := {}
	for decision in _decisions:
		seqs.get_or_add(decision.npc, []).append(decision.seq)
	check(seqs["bram"].any(func(seq: int) -> bool: return seq in seqs["mira"]), "bram and mira share none: %s" % seqs)
	check(not seqs["odo"].any(func(seq: int) -> bool: return seq in seqs["mira"]), "odo knows too much: %s" % seqs)
	for body in bodies:
		body.free()
	_leave()
	done()


func test_an_npc_that_is_refused_costs_its_neighbours_nothing() -> void:
	_enter()
	var bodies: Array[Body] = [_embody("bram"), _embody("odo", "nobody-has-this-card")]
	check(await comes_true(func() -> bool: return not _refused.is_empty()), "odo is not refused")
	_decisions.clear()
	check(await comes_true(func() -> bool: return _decisions.size() >= 4), "bram sees nothing")
	equal(_refused.map(func(fault: NpcFault) -> String: return fault.code), ["persona_unknown"], "told once")
	for body in bodies:
		body.free()
	_leave()
	done()


func test_a_client_that_comes_back_into_the_tree_brings_its_npcs() -> void:
	_enter()
	var body := _embody()
	await comes_true(_stands)
	remove_child(_client)
	check(not _client.is_server_there(), "it is still connected")
	add_child(_client)
	body.done.clear()
	body.get_child(0).say("hello")
	check(await comes_true(func() -> bool: return "greet" in body.done), "no answer after it came back")
	remove_child(body)
	add_child(body)
	body.done.clear()
	await comes_true(_stands)
	body.get_child(0).say("hello")
	check(await comes_true(func() -> bool: return "greet" in body.done), "no answer after the body came back")
	body.free()
	_leave()
	done()


func test_a_paused_tree_and_a_standstill_lose_nothing() -> void:
	_enter()
	_client.spawn("bram", "guard")
	await comes_true(_stands)
	get_tree().paused = true
	var paused := _client.say(["bram"], "hello")
	check(await comes_true(_is_decided.bind(paused)), "no answer while the tree is paused")
	get_tree().paused = false
	var id := _client.say(["bram"], "hello")
	OS.delay_msec(3700)  # as a breakpoint does it
	check(await comes_true(_is_decided.bind(id)), "no answer after the standstill")
	equal(_answers(id), 1, "answers")
	_leave()
	done()


func test_the_dock_shows_a_server_and_says_what_to_do_without_one() -> void:
	var dock: Control = load("res://addons/npc_engine/dock.gd").new()
	add_child(dock)
	equal(dock.status(), "Off", "at first")
	dock.look_at("ws://127.0.0.1:%s" % argument("port"))
	check(await comes_true(func() -> bool: return dock.status() == "A server answers"), dock.status())
	print("SERVER kill")
	check(await comes_true(func() -> bool: return dock.status() == "No server answers"), dock.status())
	print("SERVER start")
	check(await comes_true(func() -> bool: return dock.status() == "A server answers"), dock.status())
	dock.free()
	done()


func _enter() -> void:
	_decisions.clear()
	_refused.clear()
	_names.clear()
	_client = NpcClient.new()
	_client.endpoint = "ws://127.0.0.1:%s" % argument("port")
	_client.game = "tests"
	_client.decided.connect(func(decision: NpcDecision) -> void: _decisions.append(decision))
	_client.failed.connect(func(fault: NpcFault) -> void: _refused.append(fault))
	_client.spawned.connect(func(npc: String, its_name: String) -> void: _names[npc] = its_name)
	add_child(_client)


func _leave() -> void:
	_client.free()


func _embody(its_name: String = "bram", persona: String = "guard") -> Body:
	var body := Body.new()
	body.name = its_name
	var brain := NpcBrain.new()
	brain.persona = persona
	brain.routine = NpcRoutine.new()
	brain.routine.actions = ["stay"]
	brain.routine.lines = ["Hm."]
	body.add_child(brain)
	add_child(body)
	return body


func _picture(shade: int, width: int = 32, height: int = 18) -> NpcFrame:
	var image := Image.create(width, height, false, Image.FORMAT_RGB8)
	image.fill(Color8(shade, shade, shade))
	return NpcFrame.from_image(image, width)


func _stands() -> bool:
	return _names.has("bram")


func _has(condition: Callable) -> bool:
	return _decisions.any(condition)


func _is_decided(utterance: String) -> bool:
	return _answers(utterance) > 0


func _answers(utterance: String) -> int:
	return _decisions.filter(func(d: NpcDecision) -> bool: return d.utterance_id == utterance).size()
