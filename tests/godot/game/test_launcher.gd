extends "res://suite.gd"
## The server that starts with the game, by the Pythons and stand-ins that the command line names.

var _refusals: Array[NpcFault] = []


func test_a_python_without_the_engine_gives_way_to_one_that_has_it() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, "")  # those of the PATH: the first has no engine
	var server := _started(["--echo", "--memory", "none"])
	check(await comes_true(func() -> bool: return server.state == NpcServer.State.READY, 60000), _told(server))
	check(server.address.begins_with("tcp://127.0.0.1:"), "its address is '%s'" % server.address)
	equal([server.trouble, _refusals.size()], ["", 0], "trouble")
	var log := FileAccess.get_file_as_string(server.folder.path_join("server.log"))
	check("ready: " in log, "the log has '%s'" % log)
	var process := server.pid()
	server.free()
	check(await comes_true(func() -> bool: return not OS.is_process_running(process), 20000), "it does not end")
	done()


func test_two_clients_share_one_server_and_a_change_of_scenes_leaves_it_alone() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("python"))
	var clients: Array[NpcClient] = []
	for index in 2:
		clients.append(NpcClient.new())
		clients[-1].start_server = true
		clients[-1].server_options = ["--echo", "--memory", "none"]
		add_child(clients[-1])
	check(clients[0].server == clients[1].server, "there are two")
	check("started" in clients[0].trouble(), clients[0].trouble())
	for client in clients:
		check(await comes_true(client.is_server_there, 60000), client.trouble())
	var process := clients[0].server.pid()
	for client in clients:
		client.free()
	var next := NpcClient.new()
	next.start_server = true
	add_child(next)
	check(await comes_true(next.is_server_there), next.trouble())
	equal(next.server.pid(), process, "process")
	next.server.free()
	next.free()
	done()


func test_what_the_server_refuses_is_told_and_it_is_tried_again() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("python"))
	var server := _started(["--echo", "--memory", "none", "--personas", "nowhere"])
	check(await comes_true(func() -> bool: return not _refusals.is_empty(), 60000), _told(server))
	check("There is no directory nowhere" in _refusals[0].message, str(_refusals[0]))
	check("server.log" in _refusals[0].fix, str(_refusals[0]))
	equal([server.state, server.address], [NpcServer.State.WAITING, ""], "state")
	check(await comes_true(func() -> bool: return server.state == NpcServer.State.STARTING), "it is not tried again")
	server.free()
	done()


func test_after_several_ends_it_is_left_alone_until_the_game_wants_it() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("dying"))
	var server := _started([])
	var hurry := func() -> bool:
		server._again_at = -INF
		return server.state == NpcServer.State.FAILED
	check(await comes_true(hurry), _told(server))
	equal(_refusals.size(), NpcServer.TRIES, "faults")
	check("status 7: out of luck" in server.trouble, server.trouble)
	server.start()
	equal(server.state, NpcServer.State.STARTING, "state")
	server.free()
	done()


func test_a_program_that_is_not_there_is_told() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, "/nowhere/python")
	var server := _started([])
	check(await comes_true(func() -> bool: return not _refusals.is_empty()), _told(server))
	equal(server.state, NpcServer.State.WAITING, "state")
	server.free()
	done()


func test_where_no_python_has_the_engine_it_is_said_what_to_install() -> void:
	var path := OS.get_environment("PATH")
	OS.set_environment("PATH", argument("empty"))
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, "")
	var server := _started([])
	check(await comes_true(func() -> bool: return not _refusals.is_empty()), _told(server))
	check("None of python3, python, py has the engine: pip install" in _refusals[0].message, str(_refusals))
	server.free()
	OS.set_environment("PATH", path)
	done()


func test_a_memory_that_another_copy_of_the_game_has_gives_way_to_the_next() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("forgetful"))
	var server := _started([])
	var hurry := func() -> bool:
		server._again_at = -INF
		return server.state == NpcServer.State.READY
	check(await comes_true(hurry), _told(server))
	equal(server.address, "tcp://127.0.0.1:1", "address")
	check(_refusals.size() == 3 and "memory.sqlite is in use" in _refusals[0].message, str(_refusals))
	server.free()
	done()


func test_one_that_lives_and_does_not_answer_is_ended_and_started_again() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("silent"))
	var server := _started([])
	server.silent_after = 0.2
	check(await comes_true(func() -> bool: return server.state == NpcServer.State.READY, 60000), _told(server))
	var process := server.pid()
	server.note_heard(true, 60.0)
	server.note_heard(false, 0.1)
	check(OS.is_process_running(process), "it is not waited for")
	var client := NpcClient.new()
	client.start_server = true
	add_child(client)
	check(client.server == server, "it is another server")
	check(await comes_true(func() -> bool: return not _refusals.is_empty()), _told(server))
	check("did not answer" in _refusals[0].message, str(_refusals[0]))
	var again := func() -> bool:
		server._again_at = -INF
		return server.state == NpcServer.State.READY and server.pid() != process
	check(await comes_true(again), _told(server))
	client.free()
	server.free()
	done()


func test_the_log_of_one_that_talks_without_end_stays_small() -> void:
	ProjectSettings.set_setting(NpcServer.PYTHON_SETTING, argument("talkative"))
	var server := _started([])
	check(await comes_true(func() -> bool: return not _refusals.is_empty(), 60000), _told(server))
	check("the last word" in _refusals[0].message, str(_refusals[0]))
	for file: String in ["server.log", "server.log.1"]:
		var size := FileAccess.get_file_as_bytes(server.folder.path_join(file)).size()
		check(size > 0 and size <= NpcServer.LOG_BYTES + (1 << 16), "%s has %d bytes" % [file, size])
	server.free()
	done()


func _started(options: PackedStringArray) -> NpcServer:
	_refusals = []
	var server := NpcServer.new()
	server.options = options
	server.failed.connect(func(fault: NpcFault) -> void: _refusals.append(fault))
	add_child(server)
	return server


func _told(server: NpcServer) -> String:
	return "%s: %s / %s" % [NpcServer.State.keys()[server.state], server.trouble, server.last_words().right(300)]
