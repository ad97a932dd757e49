@icon("res://addons/npc_engine/icon.svg")
class_name NpcServer
extends Node
## Starts the engine's server with the game, keeps it running, and ends it with the game, a crash included.
##
## It starts the packed server beside an exported game (see [NpcPack]), in the editor the project's, or else a Python
## that has the engine. One that dies is started again, ever slower. What it prints goes to a log of bounded size in
## [member folder], where characters' memories are, too. One that lives and does not answer is ended, and started again.
## Nothing here waits.

signal state_changed(state: State)
## It listens there from now on.
signal ready_at(address: String)
## It ended by itself, or cannot be started: what happened, and what to do. Unless the state is FAILED it is started
## again.
signal failed(fault: NpcFault)

enum State {
	OFF,  ## Not started.
	STARTING,  ## Its process runs and does not listen yet.
	READY,  ## It listens at [member address].
	WAITING,  ## It ended, and is started again soon.
	FAILED,  ## It ended too often: [method start] tries again.
}

const GROUP := &"npc_engine_server"
## The project setting that names the Python which has the engine, for games that are played in the editor.
const PYTHON_SETTING := "npc_engine/server/python"
const TOKEN_VARIABLE := "NPC_ENGINE_TOKEN"
const PYTHONS := ["python3", "python", "py"]
## Exit status of a command of the engine that cannot do what it was asked to, and has said why.
const REFUSED := 2
const READY_WITHIN_S := 120.0
const PAUSE_FIRST_S := 0.5
const PAUSE_LAST_S := 30.0
## Ends in a row after which it is left alone; ready for so many seconds, and they are forgotten.
const TRIES := 6
const STEADY_S := 60.0
const LOOK_EVERY_S := 0.1
## What a frame of the game counts for at most, while nobody is heard: a game that loads for long hears nobody either.
const LONGEST_FRAME_S := 1.0
## Bytes of the log; as many are kept of the time before.
const LOG_BYTES := 1 << 18
## Memory files, for copies of the game that run at the same time.
const MEMORIES := 8

## One that enters a tree at the end of this frame.
static var _entering: NpcServer

## Where it keeps memory, log and ready file.
@export var folder: String = "user://npc_engine"
## Further options of `python -m engine serve`, such as --voice.
@export var options: PackedStringArray = []
## What clients must send, if anything; the [NpcClient] that asked for the server sends its own.
@export var token: String = ""
## Seconds for which it does not answer, after which it is ended and started again.
@export var silent_after: float = 15.0

var state: State = State.OFF
## Where it listens; empty unless it is READY.
var address: String = ""
## Why it does not run, for people; empty where nothing is wrong.
var trouble: String = ""

var _commands: Array[PackedStringArray] = []
var _candidate: int = 0
var _child: Dictionary = {}
var _launch: int = -1
var _launched: Dictionary = {}
var _began_at: float = 0.0
var _again_at: float = 0.0
var _looked_at: float = -INF
var _ends: int = 0
var _silent_for: float = 0.0
var _hung: bool = false
var _memory: int = 1
var _told: String = ""
var _log: FileAccess


func _init() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS


func _enter_tree() -> void:
	add_to_group(GROUP)
	start()


func _exit_tree() -> void:
	stop()


func _process(_delta: float) -> void:
	_poll(Time.get_ticks_usec() / 1e6)


## Said by clients with each frame: whether they hear it. [param delta]: seconds since the last frame.
func note_heard(is_heard: bool, delta: float) -> void:
	if is_heard or state != State.READY:
		_silent_for = 0.0
		return
	_silent_for += minf(delta, LONGEST_FRAME_S)
	if _silent_for > silent_after and not _hung and not _child.is_empty():
		_hung = true
		OS.kill(_child["pid"])


## The server of a tree: the first in it, or a new one, which stays until the game ends, whatever scene is shown.
static func of(tree: SceneTree, its_options: PackedStringArray = [], its_token: String = "") -> NpcServer:
	var found: NpcServer = tree.get_first_node_in_group(GROUP)
	if found == null and is_instance_valid(_entering) and not _entering.is_inside_tree():
		found = _entering
	if found == null:
		found = NpcServer.new()
		_entering = found
		found.name = "NpcServer"
		found.options = its_options
		found.token = its_token
		tree.root.add_child.call_deferred(found)
	return found


## Start it, unless it runs. The node does so when it enters the tree; after FAILED it is up to the game.
func start() -> void:
	if state not in [State.OFF, State.FAILED]:
		return
	_ends = 0
	_candidate = 0
	trouble = ""
	_commands = []
	if NpcPack.system().is_empty():
		_give_up("There is no server for %s." % OS.get_name(), "Connect to one on another machine.")
		return
	_commands = commands()
	if _commands.is_empty():
		_give_up("There is no %s beside the game." % NpcPack.FOLDER, "Export it again, see docs/godot.md.")
		return
	DirAccess.make_dir_recursive_absolute(folder)
	_begin(Time.get_ticks_usec() / 1e6)


## End it. It answers what it has acknowledged, and then goes by itself.
func stop() -> void:
	if _launch >= 0:
		_take_launched()
	if not _child.is_empty():
		_drain()
	_child = {}  # with its pipes: the end of its standard input ends the server
	_launched = {}
	_log = null
	address = ""
	_become(State.OFF)


## What may start it, in the order in which it is tried: the program and its first arguments.
static func commands() -> Array[PackedStringArray]:
	var packed := NpcPack.find()
	if packed:
		return [PackedStringArray([ProjectSettings.globalize_path(packed)])]
	var found: Array[PackedStringArray] = []
	if OS.has_feature("editor"):
		var named: String = ProjectSettings.get_setting(PYTHON_SETTING, "")
		for python: String in [named] if named else PYTHONS:
			found.append(PackedStringArray([python, "-m", "engine"]))
	return found


## The last lines that it printed about what goes wrong.
func last_words() -> String:
	return _told.strip_edges()


## The process that runs, 0 where there is none.
func pid() -> int:
	return _child.get("pid", 0)


func _poll(now: float) -> void:
	if _launch >= 0 and WorkerThreadPool.is_task_completed(_launch):
		_take_launched()
		if _child.is_empty():
			_end(-1, now)
	if now - _looked_at < LOOK_EVERY_S:
		return
	_looked_at = now
	if not _child.is_empty():
		_look(now)
	elif state == State.WAITING and now >= _again_at:
		_begin(now)


func _begin(now: float) -> void:
	_began_at = now
	_told = ""
	_hung = false
	_child = {}
	DirAccess.remove_absolute(_ready_file())  # of another game that had our number, and was killed
	var words := Array(_commands[_candidate])
	var program: String = words.pop_front()
	words.append_array(arguments())
	if token:
		OS.set_environment(TOKEN_VARIABLE, token)  # where no list of processes shows it
	_launched = {}
	_launch = WorkerThreadPool.add_task(_start_process.bind(program, PackedStringArray(words), _launched))
	_become(State.STARTING)


## What `serve` is told: a free port, a file that gets the address, and to live no longer than the game.
func arguments() -> PackedStringArray:
	var words := PackedStringArray(["serve", "--bind", "tcp://127.0.0.1:0", "--ready-file"])
	words.append_array([ProjectSettings.globalize_path(_ready_file()), "--parent-pid", str(OS.get_process_id())])
	words.append("--until-stdin-closes")
	if "--memory" not in options:
		words.append_array(["--memory", ProjectSettings.globalize_path(_memory_file())])
	words.append_array(options)
	return words


## On another thread: a process of a large game takes a while to be made. Static, since the node may be freed meanwhile.
static func _start_process(program: String, words: PackedStringArray, launched: Dictionary) -> void:
	launched.merge(OS.execute_with_pipe(program, words, false))


func _take_launched() -> void:
	WorkerThreadPool.wait_for_task_completion(_launch)
	_launch = -1
	_child = _launched
	if token:
		OS.unset_environment(TOKEN_VARIABLE)


func _look(now: float) -> void:
	_drain()
	if not OS.is_process_running(_child["pid"]):
		var code := OS.get_process_exit_code(_child["pid"])
		_drain()
		_end(code, now)
	elif state == State.STARTING:
		var told := FileAccess.get_file_as_string(_ready_file()) if FileAccess.file_exists(_ready_file()) else ""
		if told:
			address = told.strip_edges()
			trouble = ""
			_began_at = now
			_become(State.READY)
			ready_at.emit(address)
		elif now - _began_at > READY_WITHIN_S:
			OS.kill(_child["pid"])
	elif now - _began_at > STEADY_S:
		_ends = 0


## It has ended with that exit status; -1: it could not be started.
func _end(code: int, now: float) -> void:
	var was_ready := state == State.READY
	_child = {}
	address = ""
	var lacks_engine := not was_ready and code != REFUSED and _commands.size() > 1
	if lacks_engine and _candidate + 1 < _commands.size():
		_candidate += 1  # no such Python, or one without the engine
		_begin(now)
		return
	_ends += 1
	var last := last_words().get_slice("\n", last_words().get_slice_count("\n") - 1)
	if code == REFUSED and _ends > 2 and _memory_file().get_file() in last and _memory < MEMORIES:
		_memory += 1  # another copy of the game has it; one that had just ended would have let go by now
	var why := "The server ended with status %d" % code if code >= 0 else "The server cannot be started"
	why += ": %s" % last.trim_prefix("error: ") if last else "."
	if _hung:
		why = "The server did not answer for %d seconds, and was ended." % ceili(silent_after)
	if lacks_engine:
		_candidate = 0
		why = "None of %s has the engine: pip install npc-engine, or name another in the project setting %s."
		why = why % [", ".join(PYTHONS), PYTHON_SETTING]
	if _ends >= TRIES:
		_give_up(why, "What it printed is in %s." % _log_file())
		return
	_again_at = now + minf(PAUSE_FIRST_S * pow(2.0, _ends - 1), PAUSE_LAST_S)
	_become(State.WAITING)
	_fail(why, "It is started again; what it printed is in %s." % _log_file())


func _give_up(why: String, fix: String) -> void:
	_become(State.FAILED)
	_fail(why, fix)


func _fail(why: String, fix: String) -> void:
	trouble = why
	failed.emit(NpcFault.new("server", why, fix))


func _become(new_state: State) -> void:
	if state != new_state:
		state = new_state
		state_changed.emit(state)


## Take what it printed; its pipes never fill.
func _drain() -> void:
	for its_name: String in ["stdio", "stderr"]:
		var pipe: FileAccess = _child.get(its_name)
		var bytes := pipe.get_buffer(1 << 16) if pipe else PackedByteArray()
		if its_name == "stderr" and not bytes.is_empty():
			_told = (_told + bytes.get_string_from_utf8()).right(2000)
		_keep(bytes)


func _keep(bytes: PackedByteArray) -> void:
	if bytes.is_empty():
		return
	if _log == null or _log.get_position() > LOG_BYTES:
		_turn_log()
	if _log:
		_log.store_buffer(bytes)
		_log.flush()


func _turn_log() -> void:
	_log = null
	if FileAccess.file_exists(_log_file()):
		DirAccess.rename_absolute(_log_file(), _log_file() + ".1")
	_log = FileAccess.open(_log_file(), FileAccess.WRITE)


func _ready_file() -> String:
	return folder.path_join("ready-%d" % OS.get_process_id())


func _memory_file() -> String:
	return folder.path_join("memory.sqlite" if _memory == 1 else "memory-%d.sqlite" % _memory)


func _log_file() -> String:
	return folder.path_join("server.log")
