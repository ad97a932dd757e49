extends "res://suite.gd"
## The dialogue does what the timelines say; tests/conformance/README.md explains them.

const Vectors := preload("res://vectors.gd")

var _dialogue: NpcDialogue
var _sent: Array[Dictionary] = []
var _where: String = ""
var _hearing: NpcHearing


func test_a_client_does_what_its_timelines_say() -> void:
	var timelines: Array = Vectors.load_file("timelines")["timelines"]
	for timeline: Dictionary in timelines:
		_sent = []
		_dialogue = NpcDialogue.new("village", "", _take, func() -> bool: return true)
		for step: Dictionary in timeline["steps"]:
			_where = "%s, at %s" % [timeline["timeline"], step["at"]]
			_play(Vectors.from_json(step), float(step["at"]))
	print("VECTORS timelines timelines %d" % timelines.size())
	done()


func _play(step: Dictionary, now: float) -> void:
	if step.has("do"):
		_dialogue.work(now)  # it takes the time from there
	match step.get("do", ""):
		"spawn":
			_dialogue.spawn(step["npc"], step["persona"], [])
		"despawn":
			_dialogue.despawn(step["npc"])
		"look":
			var red := {"width": 1, "height": 1, "format": "rgb", "pixels": PackedByteArray([255, 0, 0])}
			var pictures: Array[Dictionary] = []
			for _number in int(step["pictures"]):
				pictures.append(red)
			_dialogue.look(step["phrase"], pictures)
		"say":
			var said := {"id": step["id"], "text": step["text"], "to": step["npcs"]}
			_dialogue.observe({"npcs": step["npcs"], "utterance": said})
		"listen":
			_hearing = _dialogue.listen(step["id"], step["npcs"], 16000, step["open"], "player", Callable())
		"put":
			_hearing.put(step["pcm"].hex_decode())
		"release":
			_hearing.end()
		"drop":
			_hearing.drop()
		"speak":
			_dialogue.speak(step["id"], step["npc"], step["text"], "", "")
		"show":
			_dialogue.observe({"npcs": step["npcs"], "state": step["state"]})
	for _time in step.get("times", 1):
		for header: String in step.get("hear", []):
			_dialogue.receive([header.hex_decode()] as Array[PackedByteArray], now)
	if step.has("sends"):
		_dialogue.work(now)
		_compare(step["sends"])
	if step.has("greeted"):
		equal(_dialogue.greeted, step["greeted"], _where)
	if step.has("plays"):
		equal(str(_dialogue.sounds.take_sounds().map(_played)), str(step["plays"]), _where)
	if step.has("errors"):
		var codes := _dialogue.take_faults().map(func(fault: NpcFault) -> String: return fault.code)
		equal(_dialogue.take_decisions().size(), step["decisions"], _where)
		equal(str(codes), str(step["errors"]), _where)


func _compare(wanted: Array) -> void:
	equal(str(_sent.map(_type_of)), str(wanted.map(_type_of)), _where)
	for index in mini(_sent.size(), wanted.size()):
		var flat := _sent[index].duplicate()
		if flat.get("utterance") != null:
			flat.merge({"utterance": flat["utterance"]["id"], "to": flat["utterance"]["to"]}, true)
		for field: String in wanted[index]:
			equal(str(flat.get(field)), str(wanted[index][field]), "%s: %s" % [_where, field])
	_sent.clear()


func _played(message: Dictionary) -> String:
	return "%s %s" % [message["speech"], message["piece"] if message["type"] == "sound" else "hush"]


func _type_of(message: Dictionary) -> String:
	return message["type"]


func _take(parts: Array[PackedByteArray]) -> bool:
	_sent.append(NpcProtocol.new().decode_client(parts))
	return true
