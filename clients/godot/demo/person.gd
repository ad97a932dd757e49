extends Node2D
## Somebody on the green: walks where [member goal] is, and says what it is told to say.

const SPEED := 110.0

@export var called: String = "villager"
@export var coat := Color("4f6fae")
@export var hat := Color("8a5a2b")

## Where it is going.
var goal := Vector2.ZERO

@onready var _bubble: Label = _make_bubble()


func _ready() -> void:
	goal = position
	NpcRecorder.track(self, called, ["person"])


func _process(delta: float) -> void:
	position = position.move_toward(goal, SPEED * delta)


func npc_box() -> Rect2:
	return get_global_transform_with_canvas() * Rect2(-18, -64, 36, 80)


## Show a line above the head for a while.
func npc_say(line: String) -> void:
	_bubble.text = line
	_bubble.show()
	get_tree().create_timer(2.0 + line.length() / 15.0).timeout.connect(_hush.bind(line))


func _hush(line: String) -> void:
	if _bubble.text == line:
		_bubble.hide()


func _draw() -> void:
	draw_rect(Rect2(-10, -4, 8, 20), Color("3d3a45"))
	draw_rect(Rect2(2, -4, 8, 20), Color("3d3a45"))
	draw_colored_polygon([Vector2(-11, -38), Vector2(11, -38), Vector2(17, 2), Vector2(-17, 2)], coat)
	draw_circle(Vector2(0, -48), 12.0, Color("f0c9a4"))
	draw_colored_polygon([Vector2(-16, -53), Vector2(0, -70), Vector2(16, -53)], hat)
	draw_circle(Vector2(-4, -48), 1.8, Color.BLACK)
	draw_circle(Vector2(4, -48), 1.8, Color.BLACK)


func _make_bubble() -> Label:
	var bubble := Label.new()
	bubble.position = Vector2(-130, -120)
	bubble.size = Vector2(260, 44)
	bubble.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	bubble.vertical_alignment = VERTICAL_ALIGNMENT_BOTTOM
	bubble.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	bubble.add_theme_color_override("font_outline_color", Color("1c2430"))
	bubble.add_theme_constant_override("outline_size", 6)
	bubble.hide()
	add_child(bubble)
	return bubble
