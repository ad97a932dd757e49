extends "res://suite.gd"
## Records episodes; the test around it reads the lines that begin with FILE with the engine's own reader.

const FOLDER := "user://recordings/test"

var _screen := SubViewport.new()


func _ready() -> void:
	_screen.size = Vector2i(1152, 648)
	add_child(_screen)


func test_a_recording_holds_what_is_tracked_and_in_view() -> void:
	var recorder := _recorder(FOLDER)
	_square(Vector2(-5000, 0), "far away", [])
	var potion := _square(Vector2(100, 60), "red potion", ["item"])
	_square(Vector2(1140, 0), "wolf at the edge", ["hostile", "animal"])
	var hidden := _square(Vector2(10, 10), "hidden", [])
	hidden.hide()
	recorder.start()
	recorder.note({"text": "hand me the red potion", "intent": "give_me", "action": "give", "target": potion})
	recorder.record(_picture(), 0.5)
	recorder.record(_picture(), 1.5)
	recorder.start()
	recorder.note({"target": null})
	recorder.record(_picture(), 0.25)
	recorder.stop()
	check(not recorder.is_recording(), "it records on")
	_report_files()
	_clear()
	done()


func test_a_picture_tells_what_stands_where_and_a_decision_leads_back_to_it() -> void:
	_square(Vector2(-5000, 0), "far away", [])
	var potion := _square(Vector2(288, 162), "red potion", ["item"])
	var seen := NpcBox.seen(_screen, NpcRecorder.GROUP)
	equal(seen.keys(), [str(potion.get_instance_id())], "what is seen")
	equal(seen.values()[0].slice(0, 2), [0.25, 0.25], "where it begins")
	var about := NpcDecision.new()
	var brain := NpcBrain.new()
	check(brain.target_node(about) == null, "it means something")
	about.entity = seen.keys()[0]
	check(brain.target_node(about) == potion, "it means something else")
	brain.free()
	_clear()
	done()


func test_a_label_of_no_kind_ends_the_recording_with_a_sentence() -> void:
	var recorder := _recorder("user://recordings/wrong")
	var told: Array[String] = []
	recorder.failed.connect(func(why: String) -> void: told.append(why))
	recorder.start()
	recorder.note({"mood": "angry"})
	recorder.record(_picture(), 0.0)
	equal(told.size(), 1, "sentences")
	check("mood" in told[0] and not recorder.is_recording(), told[0])
	_clear()
	done()


func test_a_recording_is_not_written_over() -> void:
	var first := NpcRecording.new()
	check(first.open("user://recordings/twice", "test"), first.error)
	first.close()
	var second := NpcRecording.new()
	check(not second.open("user://recordings/twice", "test"), "it was")
	check("twice" in second.error, second.error)
	done()


func test_the_box_of_a_thing_in_space_is_where_the_camera_sees_it() -> void:
	var camera := Camera3D.new()
	camera.position = Vector3(0, 0, 5)
	_screen.add_child(camera)
	camera.make_current()
	var cube := MeshInstance3D.new()
	cube.mesh = BoxMesh.new()
	_screen.add_child(cube)
	var box := NpcBox.of(cube)
	var screen := _screen.get_visible_rect()
	check(box.has_area() and screen.encloses(box), "box %s" % box)
	check(box.get_center().distance_to(screen.get_center()) < 1.0, "centre %s" % box.get_center())
	cube.position = Vector3(0, 0, 50)
	check(not NpcBox.of(cube).has_area(), "a thing behind the camera is seen")
	_clear()
	done()


func _recorder(folder: String) -> NpcRecorder:
	var recorder := NpcRecorder.new()
	recorder.folder = folder
	recorder.game = "test"
	recorder.frame_width = 576  # half of the viewport's width
	_screen.add_child(recorder)
	return recorder


func _square(corner: Vector2, its_name: String, tags: PackedStringArray) -> Polygon2D:
	var square := Polygon2D.new()
	square.polygon = PackedVector2Array([Vector2.ZERO, Vector2(40, 0), Vector2(40, 20), Vector2(0, 20)])
	square.position = corner
	NpcRecorder.track(square, its_name, tags)
	_screen.add_child(square)
	return square


func _picture() -> Image:
	var image := Image.create(1152, 648, false, Image.FORMAT_RGBA8)
	image.fill(Color.DARK_GREEN)
	return image


func _clear() -> void:
	for child in _screen.get_children():
		child.free()


func _report_files() -> void:
	for folder: String in [FOLDER, FOLDER.path_join("frames")]:
		for file in DirAccess.get_files_at(folder):
			var path := folder.path_join(file)
			var content := FileAccess.get_file_as_bytes(path)
			print("FILE %s %s" % [path.trim_prefix(FOLDER + "/"), Marshalls.raw_to_base64(content)])
