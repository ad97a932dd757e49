extends "res://suite.gd"

const Vectors := preload("res://vectors.gd")

var _vectors := Vectors.load_file("msgpack")


func test_every_good_vector_is_read() -> void:
	for case: Dictionary in _vectors["good"]:
		var codec := NpcMsgpack.new()
		var value: Variant = codec.unpack(case["hex"].hex_decode())
		equal(codec.error, "", case["name"])
		check(Vectors.same(value, Vectors.from_json(case["value"])), "%s: got %s" % [case["name"], value])
	print("VECTORS msgpack good %d" % _vectors["good"].size())
	done()


func test_every_canonical_vector_is_written() -> void:
	for case: Dictionary in _vectors["good"]:
		if case["canonical"]:
			var codec := NpcMsgpack.new()
			equal(codec.pack(Vectors.from_json(case["value"])).hex_encode(), case["hex"], case["name"])
	done()


func test_every_bad_vector_is_refused() -> void:
	for case: Dictionary in _vectors["bad"]:
		var codec := NpcMsgpack.new()
		check(codec.unpack(case["hex"].hex_decode()) == null, "%s has a value" % case["name"])
		check(codec.error != "", "%s was taken" % case["name"])
	print("VECTORS msgpack bad %d" % _vectors["bad"].size())
	done()


func test_what_msgpack_cannot_hold_is_refused_by_name() -> void:
	var codec := NpcMsgpack.new()
	equal(codec.pack({"where": Vector2.ZERO}), PackedByteArray(), "bytes")
	check("Vector2" in codec.error, codec.error)
	codec.pack({7: "seven"})
	check("key" in codec.error, codec.error)
	codec.pack(1 << 60)
	check("2^53" in codec.error, codec.error)
	done()


func test_packed_arrays_and_string_names_are_lists_and_text() -> void:
	var codec := NpcMsgpack.new()
	var value := {"names": PackedStringArray(["a", "b"]), "id": &"x", "scores": PackedFloat64Array([0.5])}
	equal(codec.unpack(codec.pack(value)), {"names": ["a", "b"], "id": "x", "scores": [0.5]}, "value")
	done()


func test_every_cut_of_a_message_is_refused() -> void:
	var codec := NpcMsgpack.new()
	var whole := codec.pack({"type": "spawn", "npc": "mira", "watch": ["wolf", "fire"], "x": 0.5, "n": 70000})
	for size in whole.size():
		codec.unpack(whole.slice(0, size))
		check(codec.error != "", "%d bytes were taken" % size)
	done()
