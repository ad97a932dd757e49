"""The add-on as the Asset Library wants it."""

from __future__ import annotations

import configparser
import io
import shutil
import subprocess
import tarfile

import pytest
from PIL import Image

from tests.godot.conftest import ADDON, PLUGIN, ROOT

pytestmark = pytest.mark.skipif(not PLUGIN.is_dir(), reason="the Godot add-on is not here: run from a checkout")


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="no checkout that could be archived")
def test_an_archive_has_the_add_on_alone():
    done = subprocess.run(["git", "archive", "HEAD:clients/godot"], cwd=ROOT, capture_output=True, timeout=60)
    if done.returncode:
        pytest.skip(done.stderr.decode(errors="replace"))  # a checkout of somebody else's, for one
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        files = {member.name for member in archive if member.isfile()}
    assert {name for name in files if not name.startswith("addons/npc_engine/")} == set()
    assert {f"addons/npc_engine/{name}" for name in ("plugin.cfg", "plugin.gd", "icon.svg", "LICENSE", "README.md")} <= files


def test_the_listing_has_what_it_asks_for():
    cfg = configparser.ConfigParser()
    cfg.read(ADDON / "plugin.cfg", encoding="utf-8")
    assert all(cfg["plugin"][key].strip('"') for key in ("name", "description", "author", "version", "script"))
    assert (ADDON / cfg["plugin"]["script"].strip('"')).is_file()
    assert (ADDON / "LICENSE").read_text(encoding="utf-8").strip().startswith("Apache License")
    with Image.open(PLUGIN / "icon.png") as icon:
        assert icon.size == (256, 256)
