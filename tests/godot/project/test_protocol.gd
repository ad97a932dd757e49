extends "res://suite.gd"

const Vectors := preload("res://vectors.gd")

var _vectors := Vectors.load_file("messages")


func test_every_good_message_means_what_its_vector_says() -> void:
	for case: Dictionary in _vectors["good"]:
		var protocol := NpcProtocol.new()
		var message := _decode(protocol, case)
		check(protocol.fault == null, "%s: %s" % [case["name"], protocol.fault])
		var wanted: Variant = Vectors.plain(Vectors.from_json(case["message"]))
		var got: Variant = Vectors.plain(message)
		check(Vectors.same(got, wanted), "%s: got %s, wanted %s" % [case["name"], got, wanted])
	print("VECTORS messages good %d" % _vectors["good"].size())
	done()


func test_every_bad_message_is_refused_with_the_code_of_its_vector() -> void:
	for case: Dictionary in _vectors["bad"]:
		var protocol := NpcProtocol.new()
		equal(_decode(protocol, case), {}, case["name"])
		equal(protocol.fault.code if protocol.fault else "taken", case["error"], case["name"])
	print("VECTORS messages bad %d" % _vectors["bad"].size())
	done()


func test_one_thing_alone_is_refused_or_not_as_its_vector_says() -> void:
	var vectors: Array = Vectors.load_file("fields")["vectors"]
	for case: Dictionary in vectors:
		var protocol := NpcProtocol.new()
		_decode(protocol, case)
		equal(protocol.fault.code if protocol.fault else "", case["error"] if case["error"] else "", case["name"])
	print("VECTORS fields vectors %d" % vectors.size())
	done()


func test_a_text_with_half_a_character_can_be_sent_and_two_halves_are_one() -> void:
	var protocol := NpcProtocol.new()
	for text: String in ["so \\ud83d\\ude00!", "so \\ud83d!", "so \\ude00!"]:
		var read: Variant = JSON.parse_string('"%s"' % text)
		if read == null:
			continue  # Godot refuses it already
		var said := {"id": "u", "text": read, "to": ["mira"]}
		var parts := protocol.encode({"type": "observe", "seq": 1, "npcs": ["mira"], "utterance": said})
		var heard := protocol.decode_client(parts)
		check(protocol.fault == null and not heard.is_empty(), "%s: %s" % [text, protocol.fault])
		if text.length() > 12:
			equal(heard["utterance"]["text"], "so %s!" % String.chr(0x1F600), "joined")
	done()


func test_limits_of_nothing_are_not_believed() -> void:
	var protocol := NpcProtocol.new({"text": 0, "name": -1})
	var said := {"id": "u", "text": "hello", "to": ["mira"]}
	protocol.encode({"type": "observe", "seq": 1, "npcs": ["mira"], "utterance": said})
	check(protocol.fault == null, str(protocol.fault))
	done()


func test_every_canonical_header_is_written_to_the_byte() -> void:
	for case: Dictionary in _vectors["good"]:
		if case["canonical"]:
			var codec := NpcMsgpack.new()
			equal(codec.pack(Vectors.from_json(case["header"])).hex_encode(), case["parts"][0], case["name"])
	done()


func test_what_a_client_encodes_decodes_to_the_same() -> void:
	for case: Dictionary in _vectors["good"]:
		if case["from"] == "client":
			var protocol := NpcProtocol.new()
			var message: Dictionary = Vectors.from_json(case["message"])
			var again := protocol.decode_client(protocol.encode(message))
			check(Vectors.same(Vectors.plain(again), Vectors.plain(message)), "%s: %s" % [case["name"], protocol.fault])
	done()


func test_the_limits_of_the_welcome_count() -> void:
	var protocol := NpcProtocol.new({"text": 5})
	var said := {"id": "u", "text": "longer", "to": ["mira"]}
	equal(protocol.encode({"type": "observe", "seq": 1, "npcs": ["mira"], "utterance": said}).size(), 0, "parts")
	equal(protocol.fault.code, "field", "code")
	done()


func test_broken_messages_of_a_server_are_refused_or_read_and_never_half_read() -> void:
	var chance := RandomNumberGenerator.new()
	chance.seed = 1
	var good: Array = _vectors["good"].filter(func(case: Dictionary) -> bool: return case["from"] == "server")
	for round_number in 4000:
		var bytes: PackedByteArray = good[round_number % good.size()]["parts"][0].hex_decode()
		for _change in chance.randi_range(1, 4):
			bytes[chance.randi() % bytes.size()] = chance.randi() & 0xFF
		var protocol := NpcProtocol.new()
		var message := protocol.decode_server([bytes] as Array[PackedByteArray])
		check((protocol.fault != null) != message.has("type"), "%s: %s" % [bytes.hex_encode(), message])
	done()


func _decode(protocol: NpcProtocol, case: Dictionary) -> Dictionary:
	var parts := Vectors.bytes_of(case["parts"])
	return protocol.decode_client(parts) if case["from"] == "client" else protocol.decode_server(parts)
