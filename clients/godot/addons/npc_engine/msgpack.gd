@tool
class_name NpcMsgpack
extends RefCounted
## msgpack, as far as the protocol uses it: no extension types, string keys, integers within ±2^53.
##
## [codeblock]
## var codec := NpcMsgpack.new()
## var bytes := codec.pack({"type": "ping", "id": 7})
## var value: Variant = codec.unpack(bytes)
## if codec.error:
##     print(codec.error)
## [/codeblock]

const MAX_DEPTH := NpcWire.MAX_DEPTH
const MAX_INTEGER := NpcWire.MAX_INTEGER

## One sentence about what was wrong with the last value; empty if it was sound.
var error: String = ""

var _stream: StreamPeerBuffer


## [param value] as msgpack, or no bytes at all where [member error] says why.
## Takes null, bool, int, float, String, PackedByteArray, arrays and dictionaries with text for keys.
func pack(value: Variant) -> PackedByteArray:
	_begin(PackedByteArray())
	_write(value, 1)
	return PackedByteArray() if error else _stream.data_array


## The one value in [param bytes]; null where [member error] says why there is none.
func unpack(bytes: PackedByteArray) -> Variant:
	_begin(bytes)
	var value: Variant = _read(1)
	if not error and _stream.get_available_bytes() > 0:
		_fail("there are bytes behind the value")
	return null if error else value


func _begin(bytes: PackedByteArray) -> void:
	error = ""
	_stream = StreamPeerBuffer.new()
	_stream.big_endian = true
	_stream.data_array = bytes


func _fail(what: String) -> Variant:
	if not error:
		error = what
	return null


func _write(value: Variant, depth: int) -> void:
	match typeof(value):
		TYPE_NIL:
			_stream.put_u8(0xC0)
		TYPE_BOOL:
			_stream.put_u8(0xC3 if value else 0xC2)
		TYPE_INT:
			_write_integer(value)
		TYPE_FLOAT:
			_stream.put_u8(0xCB)
			_stream.put_double(value)
		TYPE_STRING, TYPE_STRING_NAME:
			_write_text(str(value))
		TYPE_PACKED_BYTE_ARRAY:
			_write_bytes(value)
		TYPE_DICTIONARY:
			_write_map(value, depth)
		_:
			_write_list(value, depth)


func _write_integer(value: int) -> void:
	if value < -MAX_INTEGER or value > MAX_INTEGER:
		_fail("%d is beyond ±2^53" % value)
	elif value >= -32 and value < 128:
		_stream.put_8(value)
	elif value >= 0:
		_write_natural(value)
	elif value >= -0x80:
		_stream.put_u8(0xD0)
		_stream.put_8(value)
	elif value >= -0x8000:
		_stream.put_u8(0xD1)
		_stream.put_16(value)
	elif value >= -0x80000000:
		_stream.put_u8(0xD2)
		_stream.put_32(value)
	else:
		_stream.put_u8(0xD3)
		_stream.put_64(value)


func _write_natural(value: int) -> void:
	if value < 0x100:
		_stream.put_u8(0xCC)
		_stream.put_u8(value)
	elif value < 0x10000:
		_stream.put_u8(0xCD)
		_stream.put_u16(value)
	elif value < 0x100000000:
		_stream.put_u8(0xCE)
		_stream.put_u32(value)
	else:
		_stream.put_u8(0xCF)
		_stream.put_u64(value)


func _write_text(value: String) -> void:
	var bytes := value.to_utf8_buffer()  # Godot's strings never hold half a character
	if bytes.size() < 32:
		_stream.put_u8(0xA0 | bytes.size())
	else:
		_write_size(bytes.size(), 0xD9, 0xDA, 0xDB)
	_stream.put_data(bytes)


func _write_bytes(value: PackedByteArray) -> void:
	_write_size(value.size(), 0xC4, 0xC5, 0xC6)
	_stream.put_data(value)


func _write_list(value: Variant, depth: int) -> void:
	if typeof(value) < TYPE_ARRAY:
		_fail("a %s cannot be sent" % type_string(typeof(value)))
		return
	if _too_deep(depth):
		return
	var entries := Array(value)
	if entries.size() < 16:
		_stream.put_u8(0x90 | entries.size())
	else:
		_write_size(entries.size(), 0, 0xDC, 0xDD)
	for entry: Variant in entries:
		_write(entry, depth + 1)


func _write_map(value: Dictionary, depth: int) -> void:
	if _too_deep(depth):
		return
	if value.size() < 16:
		_stream.put_u8(0x80 | value.size())
	else:
		_write_size(value.size(), 0, 0xDE, 0xDF)
	for key: Variant in value:
		if not (key is String or key is StringName):
			_fail("a key is a %s instead of text" % type_string(typeof(key)))
			return
		_write_text(str(key))
		_write(value[key], depth + 1)


## A length behind the shortest of three heads; 0 says that there is no head for one byte.
func _write_size(size: int, head8: int, head16: int, head32: int) -> void:
	if size < 0x100 and head8:
		_stream.put_u8(head8)
		_stream.put_u8(size)
	elif size < 0x10000:
		_stream.put_u8(head16)
		_stream.put_u16(size)
	else:
		_stream.put_u8(head32)
		_stream.put_u32(size)


func _too_deep(depth: int) -> bool:
	if depth > MAX_DEPTH:
		_fail("it is nested more than %d deep" % MAX_DEPTH)
	return depth > MAX_DEPTH


func _read(depth: int) -> Variant:
	if not _has(1):
		return null
	var head := _stream.get_u8()
	if head < 0x80:
		return head
	if head >= 0xE0:
		return head - 0x100
	if head < 0x90:
		return _read_map(head & 0x0F, depth)
	if head < 0xA0:
		return _read_list(head & 0x0F, depth)
	if head < 0xC0:
		return _read_text(head & 0x1F)
	return _read_long(head, depth)


func _read_long(head: int, depth: int) -> Variant:
	match head:
		0xC0:
			return null
		0xC2, 0xC3:
			return head == 0xC3
		0xC4, 0xC5, 0xC6:
			return _read_bytes(_read_size(1 << (head - 0xC4)))
		0xCA, 0xCB:
			return _read_float(head)
		0xCC, 0xCD, 0xCE, 0xCF, 0xD0, 0xD1, 0xD2, 0xD3:
			return _read_integer(head)
		0xD9, 0xDA, 0xDB:
			return _read_text(_read_size(1 << (head - 0xD9)))
		0xDC, 0xDD:
			return _read_list(_read_size(2 << (head - 0xDC)), depth)
		0xDE, 0xDF:
			return _read_map(_read_size(2 << (head - 0xDE)), depth)
	return _fail("0x%02x begins nothing that the protocol uses" % head)


func _read_float(head: int) -> Variant:
	if not _has(4 if head == 0xCA else 8):
		return null
	return _stream.get_float() if head == 0xCA else _stream.get_double()


func _read_integer(head: int) -> Variant:
	if not _has(1 << (head & 3)):
		return null
	var value := 0
	match head:
		0xCC:
			value = _stream.get_u8()
		0xCD:
			value = _stream.get_u16()
		0xCE:
			value = _stream.get_u32()
		0xCF:
			value = _stream.get_u64()
			if value < 0:  # GDScript's integers are signed
				return _fail("an integer is beyond ±2^53")
		0xD0:
			value = _stream.get_8()
		0xD1:
			value = _stream.get_16()
		0xD2:
			value = _stream.get_32()
		0xD3:
			value = _stream.get_64()
	if value < -MAX_INTEGER or value > MAX_INTEGER:
		return _fail("an integer is beyond ±2^53")
	return value


## The length in the next 1, 2 or 4 bytes; 0 where they are missing, which is an error already.
func _read_size(bytes: int) -> int:
	if not _has(bytes):
		return 0
	match bytes:
		1:
			return _stream.get_u8()
		2:
			return _stream.get_u16()
	return _stream.get_u32()


func _read_bytes(size: int) -> Variant:
	if error or not _has(size):
		return null
	var start := _stream.get_position()
	_stream.seek(start + size)
	return _stream.data_array.slice(start, start + size)


func _read_text(size: int) -> Variant:
	var bytes: Variant = _read_bytes(size)
	if error:
		return null
	if not _is_utf8(bytes):
		return _fail("a text is not UTF-8")
	return (bytes as PackedByteArray).get_string_from_utf8()


func _read_list(size: int, depth: int) -> Variant:
	var entries := []
	if error or _too_deep(depth):
		return null
	for _number in size:
		entries.append(_read(depth + 1))
		if error:
			return null
	return entries


func _read_map(size: int, depth: int) -> Variant:
	var entries := {}
	if error or _too_deep(depth):
		return null
	for _number in size:
		var key: Variant = _read(depth + 1)
		if not error and key is not String:
			_fail("a key is not text")
		if not error and entries.has(key):
			_fail("a key is there twice")
		if error:
			return null
		entries[key] = _read(depth + 1)
	return null if error else entries


func _has(size: int) -> bool:
	if _stream.get_available_bytes() < size:
		_fail("it is cut short")
	return not error


## Checked here because Godot replaces what is not UTF-8 and goes on. A zero byte would end its strings.
static func _is_utf8(bytes: PackedByteArray) -> bool:
	var index := 0
	while index < bytes.size():
		var length := _length_of_character(bytes, index)
		if length == 0:
			return false
		index += length
	return true


## Bytes of the character at [param index], 0 where there is no sound one (RFC 3629, table 3-7 of Unicode).
static func _length_of_character(bytes: PackedByteArray, index: int) -> int:
	var first := bytes[index]
	if first < 0x80:
		return 1 if first > 0 else 0
	var length := 2 if first < 0xE0 else 3 if first < 0xF0 else 4
	if first < 0xC2 or first > 0xF4 or index + length > bytes.size():
		return 0
	for offset in range(1, length):
		if bytes[index + offset] & 0xC0 != 0x80:
			return 0
	var second := bytes[index + 1]
	var overlong := (first == 0xE0 and second < 0xA0) or (first == 0xF0 and second < 0x90)
	var surrogate := first == 0xED and second > 0x9F
	var beyond := first == 0xF4 and second > 0x8F
	return 0 if overlong or surrogate or beyond else length
