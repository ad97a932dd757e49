"""The package as Unity takes it: layers that compile apart, stable ids, no dependencies."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.unity.csharp import compile_cs


def test_the_components_compile(runtime):
    assert runtime.exists()


def test_the_editor_window_compiles(plugin, core, unity, runtime):
    compile_cs(
        core.with_name("NpcEngine.Editor.dll"), sorted((plugin / "Editor").glob("*.cs")), references=[core, runtime, *unity]
    )


def test_the_sample_compiles(plugin, core, unity, runtime):
    sample = sorted((plugin / "Samples~" / "BasicNpc").glob("*.cs"))
    compile_cs(core.with_name("BasicNpc.dll"), sample, references=[core, runtime, unity[0]])


def test_the_core_knows_no_engine_and_writes_no_code_at_run_time(plugin):
    for source in (plugin / "Runtime" / "Core").glob("*.cs"):
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"Unity\w*\.|\bdynamic\b|System\.Reflection|System\.Linq\.Expressions", text), source.name
    assert json.loads((plugin / "Runtime/Core/NpcEngine.Core.asmdef").read_text())["noEngineReferences"] is True


def test_every_file_and_folder_has_an_id_of_its_own(plugin):
    visible = [path for path in plugin.rglob("*") if not any(part.endswith("~") for part in path.relative_to(plugin).parts)]
    assets = {path for path in visible if path.suffix != ".meta"}
    metas = {path for path in visible if path.suffix == ".meta"}
    assert {Path(f"{path}.meta") for path in assets} == metas
    ids = [re.search(r"^guid: ([0-9a-f]{32})$", meta.read_text(), re.M) for meta in metas]
    assert None not in ids
    assert len({found[1] for found in ids if found}) == len(metas)


def test_the_manifest_names_what_is_there(plugin):
    manifest = json.loads((plugin / "package.json").read_text())
    assert all(name.startswith("com.unity.modules.") for name in manifest["dependencies"])
    assert all((plugin / sample["path"]).is_dir() for sample in manifest["samples"])
    assert f"## {manifest['version']}" in (plugin / "CHANGELOG.md").read_text()
