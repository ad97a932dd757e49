extends RefCounted
## Reads the conformance vectors; tests/conformance/README.md explains their notation.


static func load_file(its_name: String) -> Dictionary:
	return JSON.parse_string(FileAccess.get_file_as_string("res://vectors/%s.json" % its_name))


## A value as the vectors mean it: Godot's JSON reads every number as float.
static func from_json(value: Variant) -> Variant:
	match typeof(value):
		TYPE_FLOAT:
			return int(value) if value == floorf(value) else value
		TYPE_ARRAY:
			return (value as Array).map(from_json)
		TYPE_DICTIONARY:
			return _from_map(value)
	return value


static func _from_map(value: Dictionary) -> Variant:
	if value.has("$bin"):
		return (value["$bin"] as String).hex_decode()
	if value.has("$float"):
		var text: String = value["$float"]
		return {"inf": INF, "-inf": -INF}.get(text, text.to_float())
	var entries := {}
	for key: String in value:
		entries[key] = from_json(value[key])
	return entries


static func bytes_of(parts: Array) -> Array[PackedByteArray]:
	var found: Array[PackedByteArray] = []
	for part: String in parts:
		found.append(part.hex_decode())
	return found


## Whether two values are the same, types of numbers included (`==` takes 1 for 1.0, and -0.0 for 0.0).
static func same(left: Variant, right: Variant) -> bool:
	return var_to_str(left) == var_to_str(right)


## A message with plain arrays, so that it compares with what JSON gives.
static func plain(value: Variant) -> Variant:
	if value is Dictionary:
		var entries := {}
		var keys: Array = value.keys()
		keys.sort()
		for key: String in keys:
			entries[key] = plain(value[key])
		return entries
	if value is Array:
		return Array(Array(value).map(plain), TYPE_NIL, "", null)
	return value
