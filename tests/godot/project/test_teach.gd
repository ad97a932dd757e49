extends "res://suite.gd"
## Takes pictures of things in a Godot that draws; the test around it reads the FILE lines as an art folder.

const FOLDER := "user://art"


func test_a_file_is_called_as_players_call_the_thing() -> void:
	equal(NpcArtFolder.name_of("res://props/RedPotion_02.tscn"), "red potion")
	equal(NpcArtFolder.name_of("res://wolf-side.png"), "wolf side")
	equal(NpcArtFolder.name_of("res://big_tree.glb"), "big tree")
	done()


func test_names_of_programs_are_told_from_those_that_players_say() -> void:
	for its_name: String in ["wolf", "red wolf sprite", "npc guard", "волк", "狼", "schlüssel"]:
		check(NpcArtFolder.is_telling(its_name), "%s says nothing" % its_name)
	for its_name: String in ["", "img", "untitled sprite", "xkcd", "a", "a1b"]:
		check(not NpcArtFolder.is_telling(its_name), "%s says something" % its_name)
	done()


func test_a_thing_in_space_is_seen_from_eight_sides_and_a_flat_one_from_its_own() -> void:
	var table := NpcTurntable.new()
	add_child(table)
	var crate := await table.pictures_of(_crate())
	equal(crate.size(), NpcTurntable.SIDES, "pictures of the crate")
	for picture in crate:
		check(picture.get_width() > 60 and picture.get_height() > 60, "it is small: %s" % picture.get_size())
		check(picture.get_used_rect().size == picture.get_size(), "there is room around it")
	check(_is_red(crate[0]) != _is_red(crate[4]), "it looks the same from the other side")
	var flat := await table.pictures_of(_diamond())
	equal(flat.size(), 1, "pictures of the diamond")
	check(flat[0].get_pixel(0, 0).a == 0.0, "its corner is not clear")
	check((await table.pictures_of(Node3D.new())).is_empty(), "nothing is something")
	table.free()
	done()


func test_pictures_of_what_was_added_lie_in_a_folder_with_the_command() -> void:
	DirAccess.make_dir_recursive_absolute("user://things")
	_save(_crate(), "user://things/WoodenCrate.tscn")
	_save(_diamond(), "user://things/blue_diamond_01.tscn")
	_save(Node.new(), "user://things/nothing.tscn")
	_save(_diamond(), "user://things/IMG_0042.tscn")
	var panel := NpcTeach.new()
	panel.size = get_viewport().get_visible_rect().size
	add_child(panel)
	panel._folder.text = FOLDER
	panel._out.text = "user://bundle"
	panel.add("user://things")
	panel.add("user://things/nothing.tscn")
	equal(panel._files.item_count, 4, "things")
	panel.take_pictures()
	equal(await panel.taken, 2, "things with pictures")
	check("nothing.tscn" in panel.status(), "what is not seen is not told: %s" % panel.status())
	check("hold no word: IMG_0042.tscn" in panel.status(), "what has no name is not told: %s" % panel.status())
	check(panel.command().begins_with("python -m engine adapt --art "), panel.command())
	check(panel.command().trim_suffix('"').ends_with("/bundle"), panel.command())
	await RenderingServer.frame_post_draw
	await RenderingServer.frame_post_draw
	var shown := get_viewport().get_texture().get_image()
	print("FILE panel.png %s" % Marshalls.raw_to_base64(shown.save_png_to_buffer()))
	_report_files(FOLDER)
	panel.free()
	done()


func test_a_second_time_takes_the_place_of_the_first_and_leaves_others_alone() -> void:
	var first := NpcArtFolder.new("user://again")
	check(first.write("red potion", [_dot(Color.RED)]), first.error)
	check(first.write("wolf", [_dot(Color.GRAY)]), first.error)
	_dot(Color.BLUE).save_png("user://again/wolf/mine.png")
	var second := NpcArtFolder.new("user://again")
	second.clear()
	check(second.write("healing potion", [_dot(Color.RED)]), second.error)
	equal(DirAccess.get_directories_at("user://again"), PackedStringArray(["healing_potion", "wolf"]), "folders")
	equal(DirAccess.get_files_at("user://again/wolf"), PackedStringArray(["mine.png"]), "files of the wolf")
	done()


func test_of_a_folder_the_things_are_taken_and_no_textures_of_models() -> void:
	DirAccess.make_dir_recursive_absolute("user://mixed")
	for file: String in ["wolf.png", "Wolf_Albedo.png", "wolf-normal.png", "bat.png", "items.png", "01.png"]:
		_dot(Color.RED).save_png("user://mixed/" + file)
	var texts := {
		"bat.tres":
		'[gd_resource type="SpriteFrames" format=3]\n[ext_resource type="Texture2D" path="user://mixed/bat.png" id="1"]\n',
		"theme.tres": '[gd_resource type="Theme" format=3]\n',
		"items.json": '{"frames": {"axe.png": {"frame": {"x": 0, "y": 0, "w": 8, "h": 8}}}}',
		"wolf.json": '{"health": 3}',
	}
	for file: String in texts:
		FileAccess.open("user://mixed/" + file, FileAccess.WRITE).store_string(texts[file])
	var names: Array[String] = []
	for path in NpcArtFolder.files_in("user://mixed"):
		names.append(path.get_file())
	names.sort()
	equal(names, ["01.png", "bat.tres", "items.png", "wolf.png"], "things")
	equal(NpcArtFolder.described("user://mixed/items.png"), "user://mixed/items.json", "description")
	equal(NpcArtFolder.described("user://mixed/wolf.png"), "", "no description")
	var art := NpcArtFolder.new("user://sheets")
	check(art.write_sheet(_dot(Color.RED), "user://mixed/items.json"), art.error)
	equal(DirAccess.get_files_at("user://sheets/items"), PackedStringArray(["items.json", "items.png"]), "the sheet")
	done()


func test_the_developers_own_files_are_neither_replaced_nor_deleted() -> void:
	var own: Array[String] = ["wolf/0.png", "items/items.png", "items/items.json", "bear"]
	for path in own:
		_put("user://owned/" + path, "mine")
	_put("user://told/items.json", '{"frames": {"axe.png": {"frame": {"x": 0, "y": 0, "w": 8, "h": 8}}}}')
	var art := NpcArtFolder.new("user://owned")
	check(art.write("wolf", [_dot(Color.RED)]), art.error)
	check(art.write("bear", [_dot(Color.RED)]), art.error)
	for sheet in 2:
		check(art.write_sheet(_dot(Color.RED), "user://told/items.json"), art.error)
	check(art.write("items", [_dot(Color.RED)]), art.error)
	equal(art.counts.size(), 5, "things and sheets")
	for path: String in ["wolf/1.png", "bear_2/0.png", "items_2/items.json", "items_3/items.png", "items_4/0.png"]:
		check(FileAccess.file_exists("user://owned/" + path), "%s is not there" % path)
	NpcArtFolder.new("user://owned").clear()
	for path in own:
		equal(FileAccess.get_file_as_string("user://owned/" + path), "mine", path)
	equal(DirAccess.get_directories_at("user://owned"), PackedStringArray(["items", "wolf"]), "folders that stay")
	done()


func test_no_link_is_written_or_deleted_through() -> void:
	_put("user://outside/0.png", "mine")
	DirAccess.make_dir_recursive_absolute("user://linked")
	var here := DirAccess.open("user://linked")
	var outside := ProjectSettings.globalize_path("user://outside")
	equal(here.create_link(outside, ProjectSettings.globalize_path("user://linked/wolf")), OK, "a link")
	var art := NpcArtFolder.new("user://linked")
	check(art.write("wolf", [_dot(Color.RED)]), art.error)
	check(FileAccess.file_exists("user://linked/wolf_2/0.png"), "it has no folder of its own")
	_put("user://linked/.written", "wolf/0.png\n")
	art.clear()
	equal(FileAccess.get_file_as_string("user://outside/0.png"), "mine", "the file outside")
	done()


func test_a_list_that_names_what_is_never_written_deletes_none_of_it() -> void:
	var kept: Array[String] = ["listed/keep/wolf.tscn", "listed/keep/deep/0.png", "sub/0.png", "0.png"]
	for path in kept:
		_put("user://" + path, "mine")
	_put("user://listed/items..v2/0.png", "ours")
	var lines := ["keep/wolf.tscn", "keep/deep/0.png", "../sub/0.png", "../0.png", "items..v2/0.png"]
	_put("user://listed/.written", "\n".join(lines) + "\n")
	NpcArtFolder.new("user://listed").clear()
	for path in kept:
		check(FileAccess.file_exists("user://" + path), "%s is lost" % path)
	check(not DirAccess.dir_exists_absolute("user://listed/items..v2"), "two dots in a name are no way out")
	done()


func test_of_a_folder_with_the_art_in_it_only_the_games_own_files_are_things() -> void:
	var art := NpcArtFolder.new("user://whole/npc_art")
	check(art.write("wolf", [_dot(Color.RED)]), art.error)
	_put("user://whole/npc_art/wolf/mine.png", "mine")
	equal(NpcArtFolder.files_in("user://whole"), PackedStringArray(["user://whole/npc_art/wolf/mine.png"]), "things")
	done()


func test_the_python_that_the_project_names_is_the_one() -> void:
	equal(NpcArtFolder.pythons()[-1], NpcServer.PYTHONS[-1], "the last one")
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, "/opt/engine/bin/python")
	equal(NpcArtFolder.pythons(), PackedStringArray(["/opt/engine/bin/python"]), "the named one")
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, "")
	done()


func _put(path: String, text: String) -> void:
	DirAccess.make_dir_recursive_absolute(path.get_base_dir())
	FileAccess.open(path, FileAccess.WRITE).store_string(text)


func _dot(colour: Color) -> Image:
	var dot := Image.create_empty(8, 8, false, Image.FORMAT_RGBA8)
	dot.fill(colour)
	return dot


func _report_files(folder: String) -> void:
	for thing in DirAccess.get_directories_at(folder):
		for file in DirAccess.get_files_at(folder.path_join(thing)):
			var content := FileAccess.get_file_as_bytes(folder.path_join(thing).path_join(file))
			print("FILE art/%s/%s %s" % [thing, file, Marshalls.raw_to_base64(content)])


func _save(thing: Node, path: String) -> void:
	var packed := PackedScene.new()
	packed.pack(thing)
	ResourceSaver.save(packed, path)
	thing.free()


## A box with one red side.
func _crate() -> Node3D:
	var crate := Node3D.new()
	var wood := [Vector3.ONE, Vector3.ZERO, Color.SADDLE_BROWN]
	var front := [Vector3(0.9, 0.9, 0.1), Vector3(0, 0, 0.5), Color.RED]
	for part: Array in [wood, front]:
		var box := BoxMesh.new()
		box.size = part[0]
		var paint := StandardMaterial3D.new()
		paint.albedo_color = part[2]
		box.material = paint
		var side := MeshInstance3D.new()
		side.mesh = box
		side.position = part[1]
		crate.add_child(side)
		side.owner = crate
	return crate


func _diamond() -> Node2D:
	var diamond := Polygon2D.new()
	diamond.polygon = PackedVector2Array([Vector2(0, -20), Vector2(15, 0), Vector2(0, 20), Vector2(-15, 0)])
	diamond.color = Color.DODGER_BLUE
	diamond.position = Vector2(300, -700)
	return diamond


func _is_red(picture: Image) -> bool:
	var middle := picture.get_pixel(picture.get_width() / 2, picture.get_height() * 2 / 3)
	return middle.r > 3.0 * middle.g
