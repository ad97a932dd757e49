extends "res://suite.gd"
## A microphone is heard and a character speaks aloud, with the real server and a voice process that has no model.

var _client: NpcClient
var _brain: NpcBrain
var _voice: NpcVoice
var _subtitles: Array[String] = []
var _lines: Array[NpcDecision] = []
var _failed: Array[String] = []


func test_what_is_heard_is_answered_aloud_with_subtitles_in_time() -> void:
	await _enter()
	check(await comes_true(func() -> bool: return _client.has_voice()), "no voice")
	var heard: Array[Dictionary] = []
	_client.heard.connect(heard.append)
	var hearing := _client.hear([_brain.id()], 16000)
	for _piece in 10:
		var frames := PackedVector2Array()
		frames.resize(1600)
		frames.fill(Vector2(0.25, 0.75))
		hearing.put_frames(frames, 1.0)
	hearing.end()
	var answered := func() -> bool: return not _lines.is_empty() and _lines[-1].utterance_id != ""
	check(await comes_true(answered), "no answer")
	equal(hearing.text, "well met", "words")
	check(hearing.over, "the hearing goes on")
	equal(_lines[-1].utterance_id, heard[-1]["utterance"], "utterance")
	check(await comes_true(func() -> bool: return _voice.speech.is_speaking()), "it does not speak")
	equal(_subtitles[0], "", "the first subtitle")
	var spoken := func() -> bool: return not _subtitles.is_empty() and _subtitles[-1] == _lines[-1].line
	if DisplayServer.get_name() != "headless" and AudioServer.get_driver_name() != "Dummy":
		await comes_true(spoken)
	else:
		check(await comes_true(spoken), "subtitles: %s" % str(_subtitles))
	for text in _subtitles:
		check(_lines[-1].line.begins_with(text), "subtitle '%s'" % text)
	await _leave()
	done()


func test_who_is_spoken_to_falls_silent() -> void:
	await _enter()
	await comes_true(func() -> bool: return _client.has_voice())
	var news: Array[Dictionary] = []
	_client.sounded.connect(news.append)
	var speech := _client.speak(_brain.id(), "one two three four five six seven eight")
	check(await comes_true(func() -> bool: return not news.is_empty()), "no sound")
	_brain.say("stop it")
	var hushed := func() -> bool: return news[-1]["speech"] == speech or news.any(_is_hush.bind(speech))
	check(await comes_true(hushed), "it goes on")
	await _leave()
	done()


func test_a_microphone_that_cannot_be_says_so() -> void:
	await _enter()
	await comes_true(func() -> bool: return _client.has_voice())
	var microphone := NpcMicrophone.new()
	microphone.listeners = [_brain]
	microphone.failed.connect(_failed.append)
	add_child(microphone)
	microphone.begin()
	equal(_failed, ["Turn on audio/driver/enable_input in the project settings, or type the words."] as Array[String])
	check(not microphone.is_listening(), "it listens")
	microphone.queue_free()
	await _leave()
	done()


func _is_hush(message: Dictionary, speech: String) -> bool:
	return message["type"] == "hush" and message["speech"] == speech


func _enter() -> void:
	_subtitles.clear()
	_lines.clear()
	_failed.clear()
	_client = NpcClient.new()
	_client.endpoint = "ws://127.0.0.1:%s" % argument("port")
	add_child(_client)
	var body := Node2D.new()
	add_child(body)
	_brain = NpcBrain.new()
	_brain.npc_id = "mira"
	_brain.persona = "healer"
	body.add_child(_brain)
	_voice = NpcVoice.new()
	_brain.add_child(_voice)
	_voice.subtitle.connect(_subtitles.append)
	_brain.decided.connect(_note)
	check(await comes_true(func() -> bool: return _client.stands("mira")), "it does not stand")


func _note(decision: NpcDecision) -> void:
	if decision.line:
		_lines.append(decision)


func _leave() -> void:
	_brain.get_parent().queue_free()
	_client.queue_free()
	await get_tree().process_frame
