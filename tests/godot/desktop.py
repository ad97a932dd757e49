"""A Godot with its editor, and the template that it exports games with: installed, or Debian's, fetched once with apt-get."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.godot.browser import Absent

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "npc-engine" / "godot-desktop-4.6"
TEMPLATE = "godot-template-release"
FETCH_S = 300.0
# Debian has Godot 4.6 in its unstable suite alone, whose C library is newer than that of most machines.
_SUITE = "sid"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
# Large, and without use where nothing is drawn.
_NOT_NEEDED = ("libllvm", "mesa-", "libgl1-mesa", "xkb-data", "adwaita", "libgtk", "perl", "shared-mime")


@dataclass(frozen=True)
class Desktop:
    """Programs: Godot with its editor, and the template of an exported game (None: Godot's own place for templates)."""

    godot: Path
    template: Path | None

    def run(self, project: Path, *arguments: str, home: Path, timeout: float = 300.0) -> str:
        """Run Godot on a project without drawing; what it printed.

        Raises:
            AssertionError: it ended with another status than 0; with what it printed.
        """
        command = [str(self.godot), "--headless", "--path", str(project), *arguments]
        done = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=timeout, errors="replace")
        assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def environment(home: Path) -> dict[str, str]:
    """That of a user whose home is `home`: nothing of ours is read, and nothing is written elsewhere."""
    return {**{key: value for key, value in os.environ.items() if not key.startswith("XDG_")}, "HOME": str(home)}


def find_desktop() -> Desktop:
    """That of `$GODOT`, of the PATH, or of the cache.

    Raises:
        Absent: there is none, and none to be had.
    """
    for name in (os.environ.get("GODOT", ""), "godot", "godot4"):
        found = shutil.which(name) if name else None
        if found is not None and (_version(found) or (0, 0)) >= (4, 4):
            template = shutil.which(os.environ.get("GODOT_TEMPLATE", TEMPLATE))
            return Desktop(Path(found), Path(template) if template else None)
    if not (CACHE / "godot").is_file():
        _fetch()
    return Desktop(CACHE / "godot", CACHE / TEMPLATE)


def _version(program: str) -> tuple[int, int] | None:
    try:
        done = subprocess.run([program, "--headless", "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"(\d+)\.(\d+)", done.stdout.strip())
    return (int(found[1]), int(found[2])) if found else None


def _fetch() -> None:
    """Fetch and unpack the packages, and let the programs find their libraries (and their C library) beside them."""
    if shutil.which("apt-get") is None or os.uname().machine != "x86_64" or not _KEYRING.is_file():
        raise Absent("There is no Godot 4.4 or later: put it into the PATH, or name it with GODOT (and GODOT_TEMPLATE)")
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent, ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        _download(work)
        root = work / "root"
        for archive in sorted((work / "cache" / "archives").glob("*.deb")):
            if not archive.name.startswith(_NOT_NEEDED):
                subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
        made = work / "made"
        (made / "lib").mkdir(parents=True)
        for name in ("godot", TEMPLATE):
            shutil.copy2(root / "usr" / "bin" / name, made / name)
        for library in _needed(root, [made / "godot", made / TEMPLATE]):
            shutil.copy2(library, made / "lib" / library.name)
        _bind(root, made)
        if _version(str(CACHE / "godot")) is None:
            shutil.rmtree(CACHE)
            raise Absent("Debian's Godot does not run on this machine: put another into the PATH, or name it with GODOT")


def _download(work: Path) -> None:
    for folder in ("lists/partial", "cache/archives/partial", "state"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {_mirror()} {_SUITE} main\n")
    places = {"Etc::SourceList": "sources.list", "State": "state", "State::Lists": "lists", "State::status": "status"}
    options = [f"-oDir::{key}={work / name}" for key, name in {**places, "Cache": "cache"}.items()]
    options += ["-oDir::Etc::SourceParts=/dev/null", "-oAPT::Install-Recommends=false", "-oDebug::NoLocking=1", "-qq"]
    options += ["-oAPT::Sandbox::User=root"]
    for command in (["update"], ["-y", "--download-only", "install", "godot", TEMPLATE, "patchelf"]):
        try:
            done = subprocess.run(["apt-get", *options, *command], capture_output=True, text=True, timeout=FETCH_S)
        except subprocess.TimeoutExpired:
            raise Absent(f"apt-get took more than {FETCH_S:g} s to fetch Godot") from None
        if done.returncode:
            raise Absent(f"apt-get cannot fetch Godot: {done.stderr.strip()[-200:]}")


def _mirror() -> str:
    """Where this machine's own packages come from."""
    told = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True).stdout
    for line in told.splitlines():
        if line.rstrip("/").endswith("/debian"):
            return line
    raise Absent("This is no Debian that could fetch Godot: put one into the PATH, or name it with GODOT")


def _needed(root: Path, programs: Sequence[Path]) -> set[Path]:
    """The libraries that programs are linked against, and the loader."""
    listed = re.compile(r"=> (\S+) \(|^\s*(/\S+ld-linux\S+) \(", re.MULTILINE)
    loader = root / _LIBRARIES / "ld-linux-x86-64.so.2"
    paths = [root / _LIBRARIES, root / _LIBRARIES / "pulseaudio"]
    found = {loader}
    for program in programs:
        command = [str(loader), "--library-path", ":".join(map(str, paths)), "--list", str(program)]
        told = subprocess.run(command, capture_output=True, text=True).stdout
        found |= {Path(one or other) for one, other in listed.findall(told) if (one or other).startswith(str(root))}
    return found


def _bind(root: Path, made: Path) -> None:
    """Write into the programs where their libraries will be, and put them there."""
    loader, libraries = root / _LIBRARIES / "ld-linux-x86-64.so.2", CACHE / "lib"
    patchelf = [str(loader), "--library-path", str(root / _LIBRARIES), str(root / "usr" / "bin" / "patchelf")]
    for library in (made / "lib").iterdir():
        if library.name.startswith("libpulse"):  # it names a folder of the system
            subprocess.run([*patchelf, "--remove-rpath", str(library)], check=True)
    for name in ("godot", TEMPLATE):
        how = ["--set-interpreter", str(libraries / loader.name), "--force-rpath", "--set-rpath", str(libraries)]
        subprocess.run([*patchelf, *how, str(made / name)], check=True)
    with contextlib.suppress(OSError):  # another run of the tests was faster
        os.replace(made, CACHE)
