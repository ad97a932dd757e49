extends Node
## A suite: every method whose name begins with `test_` is a test. Prints PASS or FAIL for each.

const DEADLINE_MS := 15000

var _faults: Array[String] = []


func run_all() -> int:
	var failures := 0
	for method in get_script().get_script_method_list():
		var its_name: String = method["name"]
		if its_name.begins_with("test_"):
			_faults = ["the test ended early"]
			await call(its_name)
			failures += int(_report(its_name))
	return failures


## The last line of every test: an error at run time ends a function without a word.
func done() -> void:
	_faults.erase("the test ended early")


func check(condition: bool, what: String) -> void:
	if not condition:
		_faults.append(what)


func equal(got: Variant, wanted: Variant, what: String = "") -> void:
	if typeof(got) != typeof(wanted) or got != wanted:
		_faults.append("%s: got %s, wanted %s" % [what, str(got).left(300), str(wanted).left(300)])


## Whether the condition came true before the deadline.
func comes_true(condition: Callable, deadline_ms: int = DEADLINE_MS) -> bool:
	var until := Time.get_ticks_msec() + deadline_ms
	while not condition.call():
		if Time.get_ticks_msec() > until:
			return false
		await get_tree().process_frame
	return true


## What stands behind `--name=` on the command line.
func argument(its_name: String) -> String:
	for word in OS.get_cmdline_user_args():
		if word.begins_with("--%s=" % its_name):
			return word.get_slice("=", 1)
	return ""


func _report(its_name: String) -> bool:
	var sentence := its_name.trim_prefix("test_").replace("_", " ")
	print("%s %s%s" % ["FAIL" if _faults else "PASS", sentence, "" if _faults.is_empty() else ": " + "; ".join(_faults)])
	return not _faults.is_empty()
