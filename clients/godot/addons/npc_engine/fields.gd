@tool
class_name NpcFields
extends RefCounted
## Checked reading of one map off the wire. Fields that are not asked for are ignored.
##
## The first value that is missing, of another type or too large sets [member fault]; what is returned
## after that means nothing.

const FARTHEST := 10.0  # frames beyond the edge; a box that lies farther out was counted in pixels
const LONGEST_KEY := 64  # characters of a name in a map of values

var fault: NpcFault

var _values: Dictionary
var _where: String


func _init(values: Dictionary, where: String) -> void:
	_values = values
	_where = where


func has(name: String) -> bool:
	return _values.get(name) != null


## A text of [param least] to [param most] characters; null for [param default] says that it must be there.
func text(name: String, most: int, default: Variant = null, least: int = 0) -> String:
	var value: Variant = _get_value(name, default)
	if not value is String:
		_refuse(name, "is not text", "Send a string.")
		return ""
	var length := (value as String).length()
	if length < least or length > most:
		var fix := "Send %d to %d characters." % [least, most]
		_refuse(name, "has %d characters" % length, fix)
	return value


## Text that may be absent: then null.
func optional_text(name: String, most: int) -> Variant:
	return text(name, most) if has(name) else null


## An id: 1 to [param most] printable characters.
func id(name: String, most: int) -> String:
	var value := text(name, most, null, 1)
	_check_id(name, value, most)
	return value


func optional_id(name: String, most: int) -> Variant:
	return id(name, most) if has(name) else null


func integer(name: String, most: int = NpcWire.MAX_INTEGER, default: Variant = null) -> int:
	var value: Variant = _get_value(name, default)
	if not value is int or value < 0 or value > most:
		_refuse(name, "is no integer from 0 to %d" % most, "Send one.")
		return 0
	return value


func optional_integer(name: String) -> Variant:
	return integer(name) if has(name) else null


## A finite number, sent as float or integer.
func number(name: String, default: Variant = null) -> float:
	var value: Variant = _get_value(name, default)
	if not (value is float or value is int) or not is_finite(value):
		_refuse(name, "is no finite number", "Send one.")
		return 0.0
	return value


func optional_number(name: String) -> Variant:
	return number(name) if has(name) else null


## A list of [param count] finite numbers.
func numbers(name: String, count: int) -> Array[float]:
	var found: Array[float] = []
	var values: Variant = _get_value(name, null)
	if not values is Array or values.size() != count:
		_refuse(name, "is no list of %d numbers" % count, "Send one.")
		return found
	for value: Variant in values:
		if not (value is float or value is int) or not is_finite(value):
			_refuse(name, "has an entry that is no finite number", "Send %d of them." % count)
			return found
		found.append(float(value))
	return found


## A map of at most [param entries] boxes (left, top, right, bottom: fractions of the frame, y downwards), by ids of
## 1 to [param most] characters.
func boxes(name: String, entries: int, most: int) -> Dictionary:
	var inner := inside(name, entries, {})
	var found := {}
	for entry: String in inner._values:
		inner._check_id(entry, entry, most)
		found[entry] = inner.numbers(entry, 4)
		inner._check_box(entry, found[entry])
	adopt(inner)
	return found


## The name of a card (a text of [param least] to [param most] characters), or a whole one.
func card(name: String, entries: int, most: int, least: int) -> Variant:
	return mapping(name, entries) if _values.get(name) is Dictionary else text(name, most, null, least)


## True or false; absent is false.
func flag(name: String) -> bool:
	var value: Variant = _get_value(name, false)
	if not value is bool:
		_refuse(name, "is not true or false", "Send a boolean.")
		return false
	return value


## A flag that must be there.
func required_flag(name: String) -> bool:
	if not has(name):
		_refuse(name, "is missing", "Send a boolean.")
	return flag(name)


## At most [param entries] different texts of 1 to [param most] characters.
func texts(name: String, entries: int, most: int, default: Variant = null) -> Array[String]:
	var found: Array[String] = []
	var values: Variant = _get_value(name, default)
	if not values is Array or values.size() > entries:
		_refuse(name, "is no list of at most %d strings" % entries, "Send one.")
		return found
	var seen := {}  # to look each of thousands up in an array would hold the game up
	for value: Variant in values:
		if not value is String or value.is_empty() or value.length() > most:
			_refuse(name, "has an entry of another kind", "Send strings of 1 to %d characters." % most)
			return found
		seen[value] = true
	found.assign(seen.keys())
	return found


## A map of at most [param entries] entries.
func mapping(name: String, entries: int, default: Variant = null) -> Dictionary:
	var value: Variant = _get_value(name, default)
	if not value is Dictionary or value.size() > entries:
		_refuse(name, "is no map of at most %d entries" % entries, "Send one.")
		return {}
	return value


func optional_mapping(name: String, entries: int) -> Variant:
	return mapping(name, entries) if has(name) else null


## A map of integers from 0 on.
func integers(name: String, entries: int, default: Variant = null) -> Dictionary:
	var inner := inside(name, entries, default)
	for entry: String in inner._values:
		inner.integer(entry)
	adopt(inner)
	return inner._values


## A map of lists of texts.
func lists_of_texts(name: String, entries: int) -> Dictionary:
	var inner := inside(name, entries)
	var lists := {}
	for entry: String in inner._values:
		lists[entry] = inner.texts(entry, 1024, 64)
	adopt(inner)
	return lists


## A map of at most [param entries] texts of at most [param most] characters, numbers and booleans; empty where absent.
func values(name: String, entries: int, most: int) -> Dictionary:
	var found := mapping(name, entries, {})
	for entry: String in found:
		var value: Variant = found[entry]
		var is_number: bool = (value is int or value is float) and is_finite(value)
		var is_text: bool = value is String and value.length() <= most
		if not (value is bool or is_number or is_text) or entry.is_empty() or entry.length() > LONGEST_KEY:
			_refuse(name, "has an entry of another kind or too long", "Send texts, numbers and booleans.")
			return {}
	return found


## At most [param most] bytes; none where the field is absent.
func data(name: String, most: int) -> PackedByteArray:
	var value: Variant = _get_value(name, PackedByteArray())
	if not value is PackedByteArray or value.size() > most:
		_refuse(name, "is no binary data of at most %d bytes" % most, "Send less.")
		return PackedByteArray()
	return value


## The fields of each map in a list of at most [param entries]; [method adopt] their faults. Empty where absent.
func each(name: String, entries: int) -> Array[NpcFields]:
	var found: Array[NpcFields] = []
	var listed: Variant = _get_value(name, [])
	if not listed is Array or listed.size() > entries or listed.any(_is_no_map):
		_refuse(name, "is no list of at most %d maps" % entries, "Send one.")
		return found
	for value: Dictionary in listed:
		found.append(NpcFields.new(value, "%s.%s" % [_where, name]))
	return found


## The fields of a map in this one; [method adopt] its fault once it is read.
func inside(name: String, entries: int = 64, default: Variant = null) -> NpcFields:
	return NpcFields.new(mapping(name, entries, default), "%s.%s" % [_where, name])


## Take over what was wrong with a map in this one.
func adopt(inner: NpcFields) -> void:
	if not fault:
		fault = inner.fault


## Refuse with a code other than [code]field[/code].
func refuse(code: String, message: String, fix: String) -> void:
	if not fault:
		fault = NpcFault.new(code, message, fix)


func _get_value(name: String, default: Variant) -> Variant:
	var value: Variant = _values.get(name)
	return default if value == null else value


func _refuse(name: String, what: String, fix: String) -> void:
	refuse("field", "`%s.%s` %s." % [_where, name, what], fix)


## Refuse what is a box, but not in the frame's fractions.
func _check_box(name: String, box: Array[float]) -> void:
	if fault:
		return
	if box.any(func(side: float) -> bool: return absf(side) > FARTHEST):
		var fix := "Send left, top, right, bottom as fractions of the frame: pixels divided by its width and height."
		_refuse(name, "looks like pixels", fix)
	elif box[0] > box[2] or box[1] > box[3]:
		var fix := "Send left, top, right, bottom (not width and height), y downwards."
		_refuse(name, "ends before it begins", fix)


func _check_id(name: String, value: String, most: int) -> void:
	if value.is_empty() or value.length() > most or not _is_printable(value):
		_refuse(name, "is no id", "Use 1 to %d letters and digits." % most)


## The characters that matter in practice: control, format and white space but U+0020.
static func _is_printable(value: String) -> bool:
	for character in value:
		var code := character.unicode_at(0)
		if code < 0x20 or (code >= 0x7F and code <= 0xA0) or code == 0xAD:
			return false
		if (code >= 0x2000 and code <= 0x200F) or (code >= 0x2028 and code <= 0x202F):
			return false
		if code in [0x1680, 0x205F, 0x3000, 0xFEFF] or (code >= 0x2060 and code <= 0x206F):
			return false
	return true


static func _is_no_map(value: Variant) -> bool:
	return not value is Dictionary
