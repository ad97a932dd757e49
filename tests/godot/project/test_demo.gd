extends "res://suite.gd"
## Plays the demo with what is really drawn, against the server with its model. The FILE line is a picture of it.

var _village: Node2D
var _answer: NpcDecision


func test_villagers_see_the_screen_and_answer() -> void:
	_village = load("res://demo/village.tscn").instantiate()
	_village.get_node("NpcClient").endpoint = "ws://127.0.0.1:%s" % argument("port")
	add_child(_village)
	var bram: Node2D = _village.get_node("Bram")
	check(await comes_true(func() -> bool: return _is_told(bram)), "Bram never decides about what he sees")
	var frame: NpcFrame = bram.brain._capture.newest
	equal([frame.width, frame.height, frame.format], [640, 360, "rgb"], "what he sees")
	check(_colours(frame) > 8, "the picture is blank")
	var mira: Node2D = _village.get_node("Mira")
	_village.speak("Mira, hello there!")
	check(await comes_true(func() -> bool: return mira.brain.decision.action == "greet"), "Mira does not greet")
	check(mira.brain.decision.line != "", "Mira says nothing")
	var id: String = bram.brain.say("protect me from the wolf!")
	check(await comes_true(func() -> bool: return _answers(bram, id)), "Bram does not answer")
	check(_answer.line != "" and _answer.has_target, "Bram says nothing, or means nothing: %s" % _answer)
	var wolf := NpcBox.of(_village.get_node("Wolf"))
	var meant: Vector2 = bram.brain.target_position(_answer)
	check(wolf.grow(40.0).has_point(meant), "Bram means %s, the wolf is at %s" % [meant, wolf])
	await _photograph()
	done()


func _answers(villager: Node2D, utterance: String) -> bool:
	if villager.brain.decision.utterance_id == utterance:
		_answer = villager.brain.decision
	return _answer != null


func _is_told(villager: Node2D) -> bool:
	return villager.brain.decision != null and not villager.brain.decision.is_fallback


func _colours(frame: NpcFrame) -> int:
	var seen := {}
	for index in range(0, frame.pixels.size(), 3000):
		seen[frame.pixels.slice(index, index + 3).hex_encode()] = true
	return seen.size()


func _photograph() -> void:
	await RenderingServer.frame_post_draw
	var image := get_viewport().get_texture().get_image()
	print("FILE demo.png %s" % Marshalls.raw_to_base64(image.save_png_to_buffer()))
