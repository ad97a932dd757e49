@tool
class_name NpcBox
extends RefCounted
## Where on the screen a node is: the box around what it and its children draw, in pixels of its viewport.


## Empty where nothing is seen. A node may say better itself: with a method [code]npc_box() -> Rect2[/code].
static func of(node: Node) -> Rect2:
	if node.has_method(&"npc_box"):
		return node.call(&"npc_box")
	if (node is CanvasItem or node is Node3D) and not node.is_visible_in_tree():
		return Rect2()
	var box := _own(node)
	for child in node.get_children():
		var other := of(child)
		if other.has_area():
			box = box.merge(other) if box.has_area() else other
	return box


## What a viewport shows of the nodes of a group: boxes by instance id, as [member NpcFrame.entities] has them.
static func seen(viewport: Viewport, group: StringName) -> Dictionary:
	var boxes := {}
	var screen := Rect2(Vector2.ZERO, viewport.get_visible_rect().size)
	for node in viewport.get_tree().get_nodes_in_group(group):
		var box := of(node) if node.get_viewport() == viewport else Rect2()
		if box.has_area() and box.intersects(screen) and boxes.size() < NpcWire.LIMITS["entities"]:
			var first := _near(box.position / screen.size)
			var last := _near(box.end / screen.size)
			boxes[str(node.get_instance_id())] = [first.x, first.y, last.x, last.y]
	return boxes


## What is right before a camera reaches arbitrarily far beyond the screen; nobody is to take that for pixels.
static func _near(corner: Vector2) -> Vector2:
	return corner.clamp(-Vector2.ONE, 2.0 * Vector2.ONE)


static func _own(node: Node) -> Rect2:
	if node is Control:
		return node.get_global_transform_with_canvas() * Rect2(Vector2.ZERO, node.size)
	if node is Sprite2D:
		return node.get_global_transform_with_canvas() * node.get_rect()
	if node is AnimatedSprite2D:
		return node.get_global_transform_with_canvas() * _rect_of_animation(node)
	if node is Polygon2D:
		return node.get_global_transform_with_canvas() * _around(node.polygon)
	if node is GeometryInstance3D:
		return _project(node)
	return Rect2()


static func _rect_of_animation(sprite: AnimatedSprite2D) -> Rect2:
	if sprite.sprite_frames == null:
		return Rect2()
	var texture := sprite.sprite_frames.get_frame_texture(sprite.animation, sprite.frame)
	if texture == null:
		return Rect2()
	var corner := sprite.offset - (texture.get_size() / 2.0 if sprite.centered else Vector2.ZERO)
	return Rect2(corner, texture.get_size())


## The box around the corners of what a camera sees; empty where one is behind it.
static func _project(thing: GeometryInstance3D) -> Rect2:
	var camera := thing.get_viewport().get_camera_3d()
	if camera == null:
		return Rect2()
	var points := PackedVector2Array()
	for corner in 8:
		var point: Vector3 = thing.global_transform * thing.get_aabb().get_endpoint(corner)
		if camera.is_position_behind(point):
			return Rect2()
		points.append(camera.unproject_position(point))
	return _around(points)


static func _around(points: PackedVector2Array) -> Rect2:
	if points.is_empty():
		return Rect2()
	var box := Rect2(points[0], Vector2.ZERO)
	for point in points:
		box = box.expand(point)
	return box
