"""The server as a program of its own, by PyInstaller (https://pyinstaller.org), which runs in a process of its own."""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from engine.errors import Fault, needs_extra
from engine.formats.bundle import MANIFEST_FILE, Bundle
from engine.formats.installed import shares
from engine.minds import wordings
from engine.minds.ready_vectors import SAID
from npc.tables import read_table

NAME = "npc-engine"
# Found from here PyInstaller follows imports by itself; these are loaded by their names.
_BY_NAME = ("npc", "engine.bridge", "engine.formats", "engine.inspector", "engine.minds", "engine.perception", "engine.voice")
_UNUSED = (  # parts of what is needed, and of Python
    *("onnxruntime.tools", "onnxruntime.transformers", "onnxruntime.quantization", "numpy.f2py", "numpy.testing"),
    *("yaml.cyaml", "yaml._yaml", "_yaml", "pydantic.mypy", "pydoc_data"),  # libyaml: tables are in the pack as JSON
    *("PIL.ImageTk", "PIL.ImageQt", "PIL.ImageCms", "PIL._avif", "PIL._imagingcms", "PIL._imagingtk", "PIL._imagingft"),
    *(
        f"engine.lab.{room}"
        for room in ("adaptation", "comparison", "compression", "config", "evaluation", "games", "model", "training")
    ),
    *("engine.fleet", "engine.shipping", "engine.speech", "engine.bridge.soak"),
    *("export", "demo_game", "npc.evaluation", "tkinter", "idlelib", "ensurepip", "curses"),
)
_TABLES = ("npc", "npc/language", "engine/voice")  # folders whose YAML `npc.tables` reads
_CODE = (".py", ".pyc", ".pyi", ".typed")
_LEARNT_FROM = {SAID, *wordings.ALL}  # what was learnt from them is in files of its own
_UNREAD = {"lab", "bundles", "evaluation", "shipping", "speech", "__pycache__"}  # folders of which a server reads nothing
TAKEN_ALONG = "metrics"  # an extra that is in the pack where it is installed
_BUNDLE = "engine/bundles/default"


def freeze(bundle: Bundle, commands: Sequence[str], folder: Path, work: Path) -> None:
    """Write `folder`/npc-engine (npc-engine.exe on Windows) and all that it needs beside it.

    Args:
        bundle: what the server shall load where no `--bundle` is given.
        commands: the modules of the commands that it shall have.
        folder: where to; it must be empty.
        work: for what is needed on the way only.

    Raises:
        Fault: PyInstaller is not installed, or it failed; the last lines that it printed are in the message.
    """
    with needs_extra("pack", "Packing"):
        import PyInstaller  # noqa: F401  # it runs in a process of its own
    package = Path(str(resources.files("engine")))
    data = [*_data(package, work), *_bundle_files(bundle, work)]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--onedir", "--log-level", "WARN", "--name", NAME]
    command += ["--distpath", str(work / "dist"), "--workpath", str(work / "build"), "--specpath", str(work)]
    for module in (*_UNUSED, *_languages(), *of_others()):
        command += ["--exclude-module", module]
    for name in _BY_NAME:
        command += ["--collect-submodules", name]
    for module in commands:
        command += ["--hidden-import", module]
    for source, target in data:
        command += ["--add-data", f"{source}{os.pathsep}{target}"]
    done = subprocess.run([*command, str(package / "__main__.py")], capture_output=True, text=True, errors="replace")
    if done.returncode:
        last = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise Fault("pack", f"PyInstaller failed: {last}.", f"Its command was: {' '.join(command[:8])} …")
    for made in (work / "dist" / NAME).iterdir():
        made.rename(folder / made.name)
    _strip(folder)


def _languages() -> list[str]:
    """Some 250 modules for colouring program text, which rich brings along and no command prints."""
    spec = find_spec("pygments.lexers")
    places = spec.submodule_search_locations if spec is not None else None
    found = pkgutil.iter_modules(places or [], "pygments.lexers.")
    return sorted(module.name for module in found if not module.name.rpartition(".")[2].startswith("_"))


def of_others() -> list[str]:
    """Modules of all that is installed here and that the server does not need.

    Libraries import much that happens to be there, as numpy and pydantic do for tests: a pack weighs the same whatever else is
    installed.
    """
    needed = {share.name for extra in ("", TAKEN_ALONG) for share in shares(extra)} | {"pyinstaller"}
    found = metadata.packages_distributions().items()
    others = {module for module, of in found if needed.isdisjoint(map(canonicalize_name, of))}
    return sorted(module for module in others - sys.stdlib_module_names - {"engine", "npc"} if module.isidentifier())


def _strip(folder: Path) -> None:
    """Take the debuggers' symbols out of Python's own libraries, 20 MB. Those of packages were patched and do not bear it."""
    strip = shutil.which("strip")
    if sys.platform == "linux" and strip:
        own = [*folder.glob("_internal/libpython*"), *folder.glob("_internal/python3.*/lib-dynload/*.so")]
        subprocess.run([strip, "--strip-unneeded", *map(str, own)], check=True)


def _data(engine: Path, work: Path) -> Iterator[tuple[Path, str]]:
    """What modules read beside their code: (file, folder in the pack). Tables become JSON in `work`."""
    for package in (engine, Path(str(resources.files("npc")))):
        for file in sorted(package.rglob("*")):
            inside = PurePosixPath(file.relative_to(package.parent).as_posix())
            if not file.is_file() or file.suffix in _CODE or _UNREAD & set(inside.parts) or file in _LEARNT_FROM:
                continue
            if file.suffix == ".yaml" and str(inside.parent) in _TABLES:
                made = work / inside.with_suffix(".json")
                made.parent.mkdir(parents=True, exist_ok=True)
                made.write_text(json.dumps(read_table(file), ensure_ascii=False), encoding="utf-8")
                yield made, str(inside.parent)
            else:
                yield file, str(inside.parent)


def _bundle_files(bundle: Bundle, work: Path) -> Iterator[tuple[Path, str]]:
    """The bundle without what only learning on needs, and without graphs for devices that the pack's ONNX Runtime has not."""
    lean = work / MANIFEST_FILE
    lean.write_text(
        bundle.manifest.model_copy(update={"heads": None, "replay": None, "variants": {}}).model_dump_json(), encoding="utf-8"
    )
    yield lean, _BUNDLE
    for file in bundle.files:
        yield file, _BUNDLE
