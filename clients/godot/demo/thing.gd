extends Node2D
## Something on the green. Everything is drawn by code, so that the demo needs no pictures.

@export_enum("wolf", "potion", "tree", "house") var kind: String = "wolf"
## What the recorder calls it.
@export var called: String = "wolf"
@export var tags: PackedStringArray = []


func _ready() -> void:
	NpcRecorder.track(self, called, tags)


## What the recorder's boxes go by.
func npc_box() -> Rect2:
	var sizes := {
		"wolf": Rect2(-42, -46, 92, 62), "potion": Rect2(-18, -40, 36, 54),
		"tree": Rect2(-44, -110, 88, 122), "house": Rect2(-90, -120, 180, 132)
	}
	return get_global_transform_with_canvas() * (sizes[kind] as Rect2)


func _draw() -> void:
	call("_draw_" + kind)


func _draw_wolf() -> void:
	var fur := Color("6d7380")
	var dark := Color("4a4f5a")
	for x: int in [-26, -14, 12, 24]:
		draw_rect(Rect2(x - 4, -8, 8, 24), dark)
	draw_colored_polygon([Vector2(-28, -16), Vector2(-48, -30), Vector2(-40, -6), Vector2(-26, -4)], dark)
	_ellipse(Vector2(-2, -14), Vector2(32, 15), fur)
	_ellipse(Vector2(30, -28), Vector2(15, 13), fur)
	draw_colored_polygon([Vector2(20, -36), Vector2(23, -52), Vector2(31, -39)], dark)
	draw_colored_polygon([Vector2(31, -39), Vector2(39, -52), Vector2(41, -35)], dark)
	draw_colored_polygon([Vector2(38, -32), Vector2(56, -24), Vector2(40, -17)], Color("9aa0ab"))
	draw_circle(Vector2(55, -25), 3.0, Color.BLACK)
	draw_circle(Vector2(35, -31), 2.5, Color("ffcf3f"))


func _draw_potion() -> void:
	draw_rect(Rect2(-5, -34, 10, 16), Color("dfe9f2"))
	draw_rect(Rect2(-7, -40, 14, 7), Color("a9713d"))
	_ellipse(Vector2(0, -4), Vector2(18, 17), Color("dfe9f2"))
	_ellipse(Vector2(0, -2), Vector2(15, 13), Color("d92b2b"))
	draw_circle(Vector2(-6, -8), 3.0, Color("ff9a9a"))


func _draw_tree() -> void:
	draw_rect(Rect2(-8, -34, 16, 46), Color("74502f"))
	for crown: Vector3 in [Vector3(-18, -52, 27), Vector3(18, -52, 27), Vector3(0, -80, 30)]:
		draw_circle(Vector2(crown.x, crown.y), crown.z, Color("2f7d3a"))


func _draw_house() -> void:
	draw_rect(Rect2(-76, -66, 152, 78), Color("d9c39a"))
	draw_colored_polygon([Vector2(-90, -66), Vector2(0, -120), Vector2(90, -66)], Color("a4442f"))
	draw_rect(Rect2(-16, -36, 32, 48), Color("6b4527"))
	for x: int in [-58, 34]:
		draw_rect(Rect2(x, -44, 24, 22), Color("8fc6e8"))


func _ellipse(centre: Vector2, radii: Vector2, colour: Color) -> void:
	draw_set_transform(centre, 0.0, radii)
	draw_circle(Vector2.ZERO, 1.0, colour)
	draw_set_transform(Vector2.ZERO)
