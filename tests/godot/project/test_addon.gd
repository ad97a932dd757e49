extends "res://suite.gd"
## What needs no server: every script compiles, and the pieces do what they say.

const ADDON := "res://addons/npc_engine/"


func test_every_script_of_the_addon_compiles() -> void:
	var files := DirAccess.get_files_at(ADDON)
	check(files.size() > 20, "only %d files are here" % files.size())
	for file in files:
		if file.ends_with(".gd") and not file.ends_with("plugin.gd"):  # the editor's classes are not in an exported game
			var script: GDScript = load(ADDON + file)
			check(script != null and script.can_instantiate(), "%s does not compile" % file)
	done()


func test_presence_is_slow_to_give_up_and_slow_to_trust() -> void:
	var presence := NpcPresence.new(2.0, 1.0)
	for now: float in [0.0, 1.9]:
		check(not presence.update(false, now), "it gave up at %s" % now)
	check(not presence.update(true, 1.95), "it changed with the server there")
	check(not presence.update(false, 2.5), "the time away is counted from the last loss")
	check(presence.update(false, 4.5) and presence.is_away, "it never gave up")
	check(not presence.update(true, 5.0), "it trusts at once")
	check(not presence.update(false, 5.5), "a server that goes again is not trusted")
	check(not presence.update(true, 6.0), "it trusts at once again")
	check(presence.update(true, 7.0) and not presence.is_away, "it never trusts")
	done()


func test_a_routine_goes_round_its_actions_and_answers_in_turn() -> void:
	var routine := NpcRoutine.new()
	routine.actions = ["stay", "go_to"]
	routine.lines = ["Hm.", "Not now."]
	var actions := range(3).map(func(step: int) -> String: return routine.decide("mira", step).action)
	equal(actions, ["stay", "go_to", "stay"], "actions")
	check(routine.decide("mira", 0).is_fallback, "it does not say that it is a fallback")
	equal(routine.answer("mira", "hello", 3).line, "Not now.", "line")
	done()


func test_a_frame_is_scaled_down_and_keeps_its_shape() -> void:
	var frame := NpcFrame.from_image(Image.create(1280, 720, false, Image.FORMAT_RGBA8), 640)
	equal([frame.width, frame.height, frame.format], [640, 360, "rgb"], "frame")
	equal(frame.pixels.size(), 640 * 360 * 3, "bytes")
	var small := NpcFrame.from_image(Image.create(32, 18, false, Image.FORMAT_RGB8), 640, "jpeg")
	equal(small.pixels.slice(0, 2).hex_encode(), "ffd8", "JPEG")
	check(NpcFrame.from_image(Image.new()) == null, "an empty image became a frame")
	done()


func test_a_decision_knows_where_its_target_is() -> void:
	var message := {"npc": "mira", "seq": 3, "action": "give", "emotion": "happy", "line": "Here."}
	message.merge({"confidence": 0.5, "reason": "", "frame_age": 0.0, "utterance_id": "u", "captured_at": null})
	message.merge({"inspect": null, "entity": "wolf-3", "target": {"x": 0.25, "y": 0.5, "p": 0.75}})
	message.merge({"line_id": "here-1f0c3a9b", "effects": []})
	var decision := NpcDecision.from_message(message)
	check(decision.has_target and decision.target == Vector2(0.25, 0.5), "target %s" % decision.target)
	equal([decision.target_p, decision.action, decision.utterance_id], [0.75, "give", "u"], "decision")
	equal(decision.entity, "wolf-3", "the thing that it points at")
	equal(decision.line_id, "here-1f0c3a9b", "what its line is called")
	message["target"] = null
	message["line_id"] = null
	equal(NpcDecision.from_message(message).line_id, "", "a line put together of several")
	check(not NpcDecision.from_message(message).has_target, "there is a target")
	done()


func test_an_address_of_no_kind_is_a_sentence() -> void:
	var link := NpcLink.new("udp://127.0.0.1:1")
	link.poll(0.0)
	check("udp://127.0.0.1:1" in link.error, link.error)
	check("tcp://somewhere" in NpcTransport.for_endpoint("tcp://somewhere").error, "no port")
	check("127.0.0.1:1" in NpcTransport.for_endpoint("tcp://127.0.0.1:1").error, "TCP in a browser")
	done()


func test_a_link_tries_again_ever_slower_up_to_a_second() -> void:
	var link := NpcLink.new("nowhere")
	var tries := []
	for tick in 400:
		link.error = ""
		link.poll(tick * 0.01)
		if link.error:
			tries.append(tick)
	var pauses := range(5).map(func(index: int) -> float: return snappedf((tries[index + 1] - tries[index]) / 100.0, 0.1))
	equal(pauses, [0.1, 0.2, 0.4, 0.8, 1.0], "seconds between the tries")
	done()
