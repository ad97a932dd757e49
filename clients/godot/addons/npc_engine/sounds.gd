@tool
class_name NpcSounds
extends RefCounted
## Hearings and speeches of one dialogue, and what waits to be sent and to be played.

const MOST_UNSENT := 2000
const MOST_SOUNDS := 8192
const MOST_HEARD := 100
## Hearings that are over, whose lines may still come, and lines that were said.
const REMEMBERED := 64

var _hearings: Dictionary = {}
var _told: Dictionary = {}
## Of each, the last that its NPC says: the NPC, the number of the piece that comes next, and whether all of it has
## come: it may be played for a while yet.
var _speeches: Dictionary = {}
var _outbox: Array[Dictionary] = []
var _sounds: Array[Dictionary] = []
var _heard: Array[Dictionary] = []


func begin(hearing: NpcHearing) -> void:
	if not hearing.is_open:
		silence(hearing.to)
	_hearings[hearing.id()] = hearing
	if _hearings.size() > REMEMBERED:
		var oldest: String = _hearings.keys()[0]
		_hearings[oldest].over = true
		_hearings.erase(oldest)


func speak(message: Dictionary) -> void:
	silence([message["npc"]])
	_speeches[message["speech"]] = {"npc": message["npc"], "piece": 0, "whole": false}
	send(message)


## Let NPCs fall silent, all of them where none are named, and the server know.
func hush(npcs: Array) -> void:
	for speech: String in _of(npcs):
		if not _speeches[speech]["whole"]:
			send({"type": "hush", "speech": speech})
		_end(speech)


## Play nothing more of what these say: the server will hear why, and ends it too.
func silence(npcs: Array) -> void:
	if not npcs.is_empty():
		for speech: String in _of(npcs):
			_end(speech)


## Pieces of sound since the last call, and that a speech is to be heard no more.
func take_sounds() -> Array[Dictionary]:
	var taken := _sounds
	_sounds = []
	return taken


## What was heard since the last call.
func take_heard() -> Array[Dictionary]:
	var taken := _heard
	_heard = []
	return taken


func send(message: Dictionary) -> void:
	if _outbox.size() < MOST_UNSENT:
		_outbox.append(message)


## Send what waits; [param sender] says whether a message left.
func flush(sender: Callable) -> void:
	while not _outbox.is_empty() and sender.call(_outbox[0]):
		_outbox.pop_front()


## What is under way cannot go on. Returns how many hearings ended so.
func lose() -> int:
	var lost := 0
	for hearing: NpcHearing in _hearings.values():
		lost += 0 if hearing.over else 1
		hearing.over = true
	for speech: String in _speeches.keys():
		if not _speeches[speech]["whole"]:
			_end(speech)
	_outbox.clear()
	return lost


## Note what was heard. Returns the hearing of a line that is to be said, else null.
func take(heard: Dictionary) -> NpcHearing:
	var hearing: NpcHearing = _hearings.get(heard["hearing"])
	var utterance: Variant = heard["utterance"]
	if hearing == null or (utterance != null and _told.has(utterance)):
		return null
	hearing.text = heard["text"]
	hearing.over = hearing.over or heard["over"]
	_heard = _heard.slice(-MOST_HEARD + 1)
	_heard.append(heard)
	return hearing if heard["final"] and utterance != null else null


## A line is said: told again it is no news.
func told(utterance: String) -> void:
	_told[utterance] = true
	if _told.size() > REMEMBERED:
		_told.erase(_told.keys()[0])


## Keep a piece for the game; those of no speech, or out of order, are dropped.
func take_sound(sound: Dictionary) -> void:
	var speech: Variant = _speeches.get(sound["speech"])
	if speech == null or speech["whole"] or sound["piece"] != speech["piece"]:
		return
	speech["piece"] += 1
	speech["whole"] = sound["end"]
	_keep(sound)


func take_hush(speech: String) -> void:
	if _speeches.has(speech):
		_end(speech)


## What an error is about is over. True where it is a hearing: the player wants to know.
func refused(about: String) -> bool:
	take_hush(about)
	var hearing: NpcHearing = _hearings.get(about)
	if hearing:
		hearing.over = true
	return hearing != null


func _of(npcs: Array) -> Array:
	return _speeches.keys().filter(
		func(speech: String) -> bool: return npcs.is_empty() or _speeches[speech]["npc"] in npcs
	)


## It is over, and nobody gets to hear what has come of it and was not taken.
func _end(speech: String) -> void:
	_speeches.erase(speech)
	_sounds = _sounds.filter(func(sound: Dictionary) -> bool: return sound["speech"] != speech)
	_keep({"type": "hush", "speech": speech})


func _keep(sound: Dictionary) -> void:
	if _sounds.size() >= MOST_SOUNDS:
		_sounds.pop_front()
	_sounds.append(sound)
