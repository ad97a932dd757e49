extends "res://suite.gd"
## Plays the demo with what is really drawn, against the server with its model. The FILE line is a picture of it.

var _village: Node2D


func test_villagers_see_the_screen_and_answer() -> void:
	_village = load("res://demo/village.tscn").instantiate()
	_village.get_node("NpcClient").endpoint = "ws://127.0.0.1:%s" % argument("port")
	add_child(_village)
	var bram: Node2D = _village.get_node("Bram")
	var status: Label = _village.get_node("Screen/Status")
	var sees := await comes_true(func() -> bool: return _is_told(bram), 60000)
	check(sees, "Bram never decides about what he sees: %s" % status.text)
	var dialogue: NpcDialogue = _village.get_node("NpcClient")._session.dialogue
	equal(dialogue._looks.keys(), ["wolf"], "what the server is shown pictures of")
	equal(dialogue.take_faults().size(), 0, "faults")
	var frame: NpcFrame = bram.brain._capture.newest
	equal([frame.width, frame.height, frame.format], [640, 360, "rgb"], "what he sees")
	check(_colours(frame) > 8, "the picture is blank")
	_press(KEY_V)
	equal(_village.get_node("Screen/Said").text, "No voice process is connected to the server: type the words.")
	_village.speak("Mira, hello there!")
	var greeting := await _answer_of("Mira")
	# A wolf in view goes before a greeting: whichever of the two she does, she does it in words.
	check(greeting.action in ["greet", "warn"], "Mira does neither greet nor warn: %s" % greeting)
	check(greeting.line != "" and not greeting.is_fallback, "Mira does not answer: %s" % greeting)
	_village.speak("Bram, protect me from the wolf!")
	var answer := await _answer_of("Bram")
	check(answer.line != "" and answer.has_target, "Bram says nothing, or means nothing: %s" % answer)
	var wolf := NpcBox.of(_village.get_node("Wolf"))
	var meant: Vector2 = bram.brain.target_position(answer)
	check(wolf.grow(40.0).has_point(meant), "Bram means %s, the wolf is at %s" % [meant, wolf])
	await comes_true(func() -> bool: return bram.goal == bram.position, 3000)
	await _photograph()
	done()


func _press(key: Key) -> void:
	var event := InputEventKey.new()
	event.keycode = key
	event.pressed = true
	_village._unhandled_key_input(event)


func _is_told(villager: Node2D) -> bool:
	return villager.brain.decision != null and not villager.brain.decision.is_fallback


## What somebody decides about the words that were said last.
func _answer_of(villager: String) -> NpcDecision:
	while true:
		var decision: NpcDecision = await _village.get_node(villager).brain.decided
		if decision.utterance_id:
			return decision
	return null


func _colours(frame: NpcFrame) -> int:
	var seen := {}
	for index in range(0, frame.pixels.size(), 3000):
		seen[frame.pixels.slice(index, index + 3).hex_encode()] = true
	return seen.size()


func _photograph() -> void:
	await RenderingServer.frame_post_draw
	var image := get_viewport().get_texture().get_image()
	print("FILE demo.png %s" % Marshalls.raw_to_base64(image.save_png_to_buffer()))
