@tool
class_name NpcTurntable
extends SubViewport
## Shows one thing alone and takes pictures of it, with transparency: from eight sides where it is in space, from its
## own where it is flat. It has to be in the tree, and in a Godot that draws.

const SIDES := 8
## Pixels of a picture's longer side.
const SIDE := 192
## Degrees from which a thing in space is looked down on, as the player's camera mostly does.
const ABOVE := 18.0
const FOV := 35.0
## Of the picture stays empty around the thing.
const ROOM := 1.12


func _init() -> void:
	size = Vector2i(SIDE, SIDE)
	transparent_bg = true
	own_world_3d = true
	render_target_update_mode = SubViewport.UPDATE_DISABLED


## Pictures of a scene or node, which is let go of afterwards; none where it shows nothing.
func pictures_of(thing: Node) -> Array[Image]:
	thing.process_mode = Node.PROCESS_MODE_DISABLED
	add_child(thing)
	render_target_update_mode = SubViewport.UPDATE_ALWAYS
	var space := _extent_3d(thing)
	var taken: Array[Image] = []
	if space.has_volume() or space.has_surface():
		taken = await _walk_around(space)
	else:
		taken = await _flat(thing)
	render_target_update_mode = SubViewport.UPDATE_DISABLED
	canvas_transform = Transform2D.IDENTITY
	thing.free()
	return taken


func _walk_around(space: AABB) -> Array[Image]:
	var stage := Node3D.new()
	add_child(stage)
	var camera := Camera3D.new()
	camera.fov = FOV
	stage.add_child(camera)
	camera.environment = Environment.new()
	camera.environment.ambient_light_source = Environment.AMBIENT_SOURCE_COLOR
	camera.environment.ambient_light_color = Color.WHITE
	camera.environment.ambient_light_energy = 0.45
	for turn: float in [-40.0, 150.0]:  # a bright side, and some light for the other one
		var sun := DirectionalLight3D.new()
		sun.rotation_degrees = Vector3(-45.0, turn, 0.0)
		sun.light_energy = 1.0 if turn < 0.0 else 0.5
		stage.add_child(sun)
	var radius := maxf(0.001, space.size.length() / 2.0)
	var away := ROOM * radius / sin(deg_to_rad(FOV) / 2.0)
	camera.near = maxf(0.001, (away - radius) * 0.5)
	camera.far = away + 2.0 * radius
	camera.make_current()
	var taken: Array[Image] = []
	for side in SIDES:
		var around := Basis(Vector3.UP, TAU * side / SIDES) * Basis(Vector3.RIGHT, -deg_to_rad(ABOVE))
		camera.position = space.get_center() + around * Vector3(0.0, 0.0, away)
		camera.look_at(space.get_center())
		_keep(await _shoot(), taken)
	stage.free()
	return taken


func _flat(thing: Node) -> Array[Image]:
	canvas_transform = Transform2D.IDENTITY
	var box := NpcBox.of(thing)
	if not box.has_area():
		return []
	var scale := SIDE / (ROOM * maxf(box.size.x, box.size.y))
	if scale >= 1.0:
		scale = minf(floorf(scale), 4.0)  # pixel art keeps its pixels
	canvas_transform = Transform2D(0.0, Vector2(scale, scale), 0.0, size / 2.0 - box.get_center() * scale)
	var taken: Array[Image] = []
	_keep(await _shoot(), taken)
	return taken


func _shoot() -> Image:
	await RenderingServer.frame_post_draw
	await RenderingServer.frame_post_draw  # the first may have begun before the camera was moved
	return get_texture().get_image()


func _keep(image: Image, taken: Array[Image]) -> void:
	image.convert(Image.FORMAT_RGBA8)
	var used := image.get_used_rect()
	if used.has_area():
		taken.append(image.get_region(used))


static func _extent_3d(node: Node) -> AABB:
	var found := AABB()
	if node is VisualInstance3D and node.is_visible_in_tree() and not node is Light3D:
		found = node.global_transform * node.get_aabb()
	for child in node.get_children():
		var other := _extent_3d(child)
		if other.has_surface():
			found = found.merge(other) if found.has_surface() else other
	return found
