extends "res://suite.gd"

const Vectors := preload("res://vectors.gd")
const GOOD_GREETING := "ff00000000000000017f03014e554c4c"

var _vectors := Vectors.load_file("zmtp")


func test_good_greetings_go_on_where_the_mechanism_is_ours() -> void:
	for case: Dictionary in _vectors["greetings"]["good"]:
		var zmtp := NpcZmtp.new(1 << 20, "admin" if case["mechanism"] == "PLAIN" else "", "secret")
		zmtp.feed(case["hex"].hex_decode())
		if case["mechanism"] == "CURVE":
			check(zmtp.error.begins_with("mechanism: the server wants CURVE"), zmtp.error)
		else:
			equal(zmtp.state, NpcZmtp.State.HANDSHAKE, case["name"])
	print("VECTORS greetings good %d" % _vectors["greetings"]["good"].size())
	done()


func test_bad_greetings_end_the_connection() -> void:
	for case: Dictionary in _vectors["greetings"]["bad"]:
		var zmtp := NpcZmtp.new()
		zmtp.feed(case["hex"].hex_decode())
		equal(zmtp.error.get_slice(":", 0), case["error"], case["name"])
	print("VECTORS greetings bad %d" % _vectors["greetings"]["bad"].size())
	done()


func test_frames_are_the_same_whole_and_byte_by_byte() -> void:
	for case: Dictionary in _vectors["frames"]["good"]:
		for piece: int in [1, 3, 1 << 20]:
			var zmtp := _ready_zmtp()
			_feed(zmtp, case["hex"].hex_decode(), piece)
			equal(_bodies(zmtp), _wanted_bodies(case["frames"]), "%s by %d" % [case["name"], piece])
	print("VECTORS frames good %d" % _vectors["frames"]["good"].size())
	done()


func test_bad_frames_end_the_connection() -> void:
	for case: Dictionary in _vectors["frames"]["bad"]:
		var zmtp := _ready_zmtp()
		zmtp.feed(case["hex"].hex_decode())
		equal(zmtp.error.get_slice(":", 0), case["error"], case["name"])
	print("VECTORS frames bad %d" % _vectors["frames"]["bad"].size())
	done()


func test_good_commands_are_read() -> void:
	for case: Dictionary in _vectors["commands"]["good"]:
		var wanted: Dictionary = Vectors.from_json(case)
		wanted.erase("name")
		wanted.erase("hex")
		var got := NpcZmtp.read_command(case["hex"].hex_decode().slice(2))
		check(Vectors.same(Vectors.plain(got), Vectors.plain(wanted)), "%s: got %s" % [case["name"], got])
	print("VECTORS commands good %d" % _vectors["commands"]["good"].size())
	done()


func test_bad_commands_end_the_connection() -> void:
	for case: Dictionary in _vectors["commands"]["bad"]:
		var zmtp := _ready_zmtp()
		zmtp.feed(case["hex"].hex_decode())
		equal(zmtp.error.get_slice(":", 0), case["error"], case["name"])
	print("VECTORS commands bad %d" % _vectors["commands"]["bad"].size())
	done()


func test_conversations_are_held_byte_for_byte() -> void:
	for its_name: String in _vectors["conversations"]:
		var zmtp := NpcZmtp.new(1 << 20, "admin" if its_name == "PLAIN" else "", "secret")
		var written := PackedByteArray()
		for step: Dictionary in _vectors["conversations"][its_name]:
			var bytes: PackedByteArray = step["hex"].hex_decode()
			if step["from"] == "server":
				_feed(zmtp, bytes, 7)
				continue
			if step["what"] == "the protocol's hello":
				zmtp.send([bytes.slice(2)] as Array[PackedByteArray])
			written.append_array(zmtp.take_output())
			equal(written.slice(0, bytes.size()).hex_encode(), step["hex"], "%s, %s" % [its_name, step["what"]])
			written = written.slice(bytes.size())
		equal(zmtp.state, NpcZmtp.State.READY, its_name)
	print("VECTORS conversations %d" % _vectors["conversations"].size())
	done()


func test_every_ping_is_answered_with_its_context() -> void:
	var zmtp := _ready_zmtp()
	zmtp.take_output()
	for kind: String in ["without context", "with context"]:
		zmtp.feed(_command("PING %s" % kind))
		equal(zmtp.take_output(), _command("PONG to the PING %s" % kind), kind)
	done()


func test_an_error_of_the_server_ends_the_connection() -> void:
	var zmtp := _ready_zmtp()
	zmtp.feed("0415054552524f520e496e76616c696420636c69656e74".hex_decode())
	equal(zmtp.state, NpcZmtp.State.BROKEN, "state")
	equal(zmtp.error, "refused: Invalid client", "error")
	done()


func test_a_message_before_the_handshake_is_over_ends_the_connection() -> void:
	var zmtp := NpcZmtp.new()
	zmtp.feed(_vectors["greetings"]["good"][0]["hex"].hex_decode())
	zmtp.feed("000568656c6c6f".hex_decode())
	equal(zmtp.error.get_slice(":", 0), "command", zmtp.error)
	done()


func test_a_message_without_an_end_ends_the_connection() -> void:
	var zmtp := _ready_zmtp()
	for _part in 100:
		zmtp.feed(PackedByteArray([1, 1, 120]))
	equal(zmtp.state, NpcZmtp.State.BROKEN, "state")
	equal(zmtp.take_messages().size(), 0, "messages")
	done()


func test_a_long_frame_survives_the_way() -> void:
	var pixels := PackedByteArray()
	pixels.resize(70000)
	pixels.fill(7)
	var sender := _ready_zmtp()
	sender.take_output()
	sender.send(["head".to_utf8_buffer(), pixels] as Array[PackedByteArray])
	var receiver := _ready_zmtp()
	_feed(receiver, sender.take_output(), 4096)
	equal(receiver.take_messages()[0][1], pixels, "pixels")
	done()


func _ready_zmtp() -> NpcZmtp:
	var zmtp := NpcZmtp.new(int(_vectors["largest_frame"]))
	zmtp.feed(_vectors["greetings"]["good"][0]["hex"].hex_decode())
	zmtp.feed(_vectors["commands"]["good"][1]["hex"].hex_decode())
	equal(zmtp.state, NpcZmtp.State.READY, "the fixture's state")
	return zmtp


func _command(its_name: String) -> PackedByteArray:
	for case: Dictionary in _vectors["commands"]["good"]:
		if case["name"] == its_name:
			return case["hex"].hex_decode()
	return PackedByteArray()


func _feed(zmtp: NpcZmtp, bytes: PackedByteArray, piece: int) -> void:
	for start in range(0, bytes.size(), piece):
		zmtp.feed(bytes.slice(start, start + piece))


func _bodies(zmtp: NpcZmtp) -> Array:
	var bodies := []
	for message in zmtp.take_messages():
		bodies.append(message.map(func(part: PackedByteArray) -> String: return part.hex_encode()))
	return bodies


## Messages of a vector: commands are no part of them.
func _wanted_bodies(frames: Array) -> Array:
	var bodies := [[]]
	for frame: Dictionary in frames:
		if not frame["command"]:
			bodies[-1].append(frame["body"])
			if not frame["more"]:
				bodies.append([])
	return bodies.slice(0, -1)
