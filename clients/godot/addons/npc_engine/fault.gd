@tool
class_name NpcFault
extends RefCounted
## What went wrong: a code for programs, a sentence for people, and what to do.

var code: String
var message: String
var fix: String
## What it belongs to, as far as that is known; empty and -1 otherwise.
var npc: String = ""
var utterance: String = ""
var seq: int = -1


func _init(its_code: String, its_message: String, its_fix: String = "") -> void:
	code = its_code
	message = its_message
	fix = its_fix


func _to_string() -> String:
	return ("%s: %s %s" % [code, message, fix]).strip_edges()
