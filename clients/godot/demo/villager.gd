extends "res://demo/person.gd"
## A person with an [NpcBrain]: what a decision makes it do. Each of these methods says where to go from here. Where the
## server has its voice, lines are heard as well, and the bubble keeps pace with them.

## Pixels around a decision's target in which a thing is meant.
const REACH := 90.0

@export var player: Node2D
@export var danger: Node2D

## Whether it was sent somewhere, and will say so when it is there.
var _errand: bool = false
## Where: an errand that is taken up again after an interruption names no target any more.
var _place := Vector2.ZERO

@onready var brain: NpcBrain = $NpcBrain


func _ready() -> void:
	super()
	$NpcBrain/NpcVoice.subtitle.connect(npc_say)


func _process(delta: float) -> void:
	super(delta)
	if _errand and position.is_equal_approx(goal):
		_errand = false
		brain.done()


func npc_idle(_decision: NpcDecision) -> void:
	goal = position


func npc_follow(_decision: NpcDecision) -> void:
	_approach(player.position)


func npc_greet(_decision: NpcDecision) -> void:
	_approach(player.position)


func npc_go_to(decision: NpcDecision) -> void:
	_run_errand(decision)


func npc_pick_up(decision: NpcDecision) -> void:
	_run_errand(decision)


func npc_give(decision: NpcDecision) -> void:
	_run_errand(decision)


func npc_attack(decision: NpcDecision) -> void:
	_approach(_meant(decision))


## Between the danger and the player.
func npc_defend(decision: NpcDecision) -> void:
	goal = player.position.move_toward(_meant(decision, danger), 90.0)


func npc_flee(decision: NpcDecision) -> void:
	var away := (position - _meant(decision, danger)).normalized()
	goal = (position + away * 120.0).clamp(Vector2(60, 120), Vector2(900, 460))


func _run_errand(decision: NpcDecision) -> void:
	if decision.has_target:
		_place = _meant(decision)
	_approach(_place)
	_errand = true


func _approach(place: Vector2) -> void:
	goal = place + (position - place).limit_length(70.0)


## The thing that a decision means: the nearest to its target. Where nothing is meant, [param otherwise].
func _meant(decision: NpcDecision, otherwise: Node2D = player) -> Vector2:
	if not decision.has_target:
		return otherwise.position
	var point := brain.target_position(decision)
	var nearest := point
	var distance := REACH
	for thing: Node2D in get_tree().get_nodes_in_group(NpcRecorder.GROUP):
		var centre := NpcBox.of(thing).get_center()
		if thing != self and centre.distance_to(point) < distance:
			distance = centre.distance_to(point)
			nearest = thing.position
	return nearest
