@tool
class_name NpcPresence
extends RefCounted
## Decides when the game stops counting on the server, and when it counts on it again. Slow to give up and slow
## to trust, so that a connection that comes and goes does not make the NPCs twitch.

## Seconds without the server before it counts as away.
var patience: float
## Seconds with the server before it counts as back.
var trust: float
## Whether the game should manage alone.
var is_away: bool = false

var _since: float = NAN


func _init(its_patience: float = 1.0, its_trust: float = 1.0) -> void:
	patience = its_patience
	trust = its_trust


## Tell whether there is a connection [param now] (seconds); returns whether [member is_away] changed.
func update(connected: bool, now: float) -> bool:
	if connected != is_away:
		_since = NAN
		return false
	if is_nan(_since):
		_since = now
	if now - _since < (trust if is_away else patience):
		return false
	is_away = not is_away
	_since = NAN
	return true
