extends Node
## Runs the suites that the command line names, each a script that extends `suite.gd`.
## A script that does not compile fails here by name, since a release build goes on in silence.


func _ready() -> void:
	var failures := 0
	for path in OS.get_cmdline_user_args():
		if path.begins_with("res://"):
			failures += await _run(path)
	print("DONE")
	get_tree().quit(1 if failures else 0)


func _run(path: String) -> int:
	var script: GDScript = load(path)
	if script == null or not script.can_instantiate():
		print("FAIL %s: it does not compile" % path)
		return 1
	var suite: Node = script.new()
	add_child(suite)
	return await suite.run_all()
