"""The package as Unity takes it: layers that compile apart, stable ids, no dependencies."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.unity.csharp import HERE, compile_cs

# Scenes and prefabs of games refer to components by these: whoever changes one breaks them.
IDS = {
    "NpcBrain.cs": "83e897fed2924b3bf31cfb19c288bc0c",
    "NpcConnection.cs": "94fbe34b8ebb5f736c208ba89212fea6",
    "NpcEntity.cs": "bd9d4a3bb470339090d01e10c39271e7",
    "NpcFrameCapture.cs": "bc72efca84d887823fb666e6d2978842",
    "NpcMicrophone.cs": "c61ecd78ff7f091d890761310082c2a2",
    "NpcRecorder.cs": "e4fccfe726ef9a111e293c3c40851862",
    "NpcVoice.cs": "c6af78005792f37f3a57af53b20df9de",
}


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


def test_components_keep_the_ids_that_scenes_know_them_by(plugin):
    metas = {name: (plugin / "Runtime" / f"{name}.meta").read_text() for name in IDS}
    assert {name: re.findall(r"^guid: (.*)$", meta, re.M) for name, meta in metas.items()} == {n: [g] for n, g in IDS.items()}
    icon = re.findall(r"^guid: (.*)$", (plugin / "Editor" / "NpcEngine.png.meta").read_text(), re.M)[0]
    assert all(f"icon: {{fileID: 2800000, guid: {icon}, type: 3}}" in meta for meta in metas.values())
    assert {path.name for path in (plugin / "Runtime").glob("*.cs")} == {*IDS, "NpcEvents.cs"}


def test_the_packages_own_tests_pass(plugin, core, runtime, unity):
    out = core.with_name("own.exe")
    sources = [*sorted((plugin / "Tests").rglob("*.cs")), HERE / "stubs" / "NUnit.cs"]
    compile_cs(out, sources, references=[core, runtime, unity[0]], target="exe")
    done = subprocess.run(["mono", out], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.split()) == sum(path.read_text().count("[Test]") for path in (plugin / "Tests").rglob("*.cs"))


def test_the_package_has_what_openupm_asks_for(plugin):
    manifest = json.loads((plugin / "package.json").read_text())
    assert re.fullmatch(r"com(\.[a-z0-9-]+){2,}", manifest["name"])
    assert re.fullmatch(r"\d{4}\.\d", manifest["unity"])
    assert (manifest["license"], manifest["author"]["name"]) == ("Apache-2.0", "The NPC engine authors")
    assert manifest["displayName"]
    assert manifest["description"]
    assert manifest["keywords"]
    homes = {"repository", "documentationUrl", "changelogUrl", "licensesUrl"} & set(manifest)
    assert len(homes) in (0, 4), "set them together, when the package has a public home"
    for name in ("README.md", "CHANGELOG.md", "LICENSE.md", "Third Party Notices.md", "Documentation~/index.md"):
        assert (plugin / name).is_file()
    asmdef = json.loads((plugin / "Tests/Runtime/NpcEngine.Tests.asmdef").read_text())
    assert asmdef["defineConstraints"] == ["UNITY_INCLUDE_TESTS"]


def test_the_manifest_names_what_is_there(plugin):
    manifest = json.loads((plugin / "package.json").read_text())
    assert all(name.startswith("com.unity.modules.") for name in manifest["dependencies"])
    assert all((plugin / sample["path"]).is_dir() for sample in manifest["samples"])
    assert f"## {manifest['version']}" in (plugin / "CHANGELOG.md").read_text()
