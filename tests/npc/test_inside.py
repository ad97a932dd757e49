"""Files of a folder that somebody else made: nothing but a regular file inside it is read."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from npc import inside
from npc.inside import read_inside, read_regular, safe_name

OUTSIDE = ["C:evil.png", "c:\\evil.png", "\\\\server\\share\\a.png", "//server/share/a.png", "/etc/passwd", "../a.png"]
OUTSIDE += ["frames/../../a.png", "frames\\..\\..\\a.png", "frames/c:x.png", "", ".", "..", "\\a.png"]
ODD = [
    "a\0.png",
    "a\n.png",
    "\x1b[2Ja.png",
    "CON",
    "con.png",
    "frames/NUL",
    "frames/com1.png",
    "lpt9.jpg",
    "aux .png",
    "COM².png",
]


@pytest.mark.parametrize("name", OUTSIDE + ODD)
def test_a_name_that_leads_out_or_is_none_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    with pytest.raises(ValueError, match=r"leads out|control character|names a device"):
        read_inside(tmp_path, name, 100)


@pytest.mark.parametrize(
    "name", ["frames/a.png", "frames\\a.png", "./frames//a.png", "frames/12:30.png", "conduct.png", "ü😀.png"]
)
def test_honest_names_are_taken(name: str) -> None:
    assert safe_name(name).split("/")[-1] in ("a.png", "12:30.png", "conduct.png", "ü😀.png")


@pytest.fixture(params=["by parts", "whole"])
def folder(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The way of POSIX, and that of systems without `O_NOFOLLOW`."""
    if request.param == "whole":
        monkeypatch.setattr(inside, "_NO_LINK", 0)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.png").write_bytes(b"secret")
    (tmp_path / "mine/frames").mkdir(parents=True)
    (tmp_path / "mine/frames/a.png").write_bytes(b"a picture")
    return tmp_path / "mine"


def test_a_file_inside_is_read(folder: Path) -> None:
    assert read_inside(folder, "frames/a.png", 100) == b"a picture"
    assert read_inside(folder, "frames\\a.png", 100) == b"a picture"


def test_the_folder_itself_may_be_reached_by_a_link(folder: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder)
    assert read_inside(link, "frames/a.png", 100) == b"a picture"


def test_no_link_inside_is_followed(folder: Path) -> None:
    (folder / "frames/b.png").symlink_to(folder.parent / "outside/secret.png")
    (folder / "linked").symlink_to(folder.parent / "outside")
    for name in ("frames/b.png", "linked/secret.png"):
        with pytest.raises(ValueError, match="is a link"):
            read_inside(folder, name, 100)


def test_a_missing_file_is_told_as_missing(folder: Path) -> None:
    for name in ("frames/none.png", "none/a.png"):
        with pytest.raises(FileNotFoundError):
            read_inside(folder, name, 100)


def test_nothing_but_a_regular_file_is_read_and_nothing_is_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "fifo.png")
    (folder / "folder.png").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(folder)  # the name of a socket is short
        listening.bind("socket.png")
        os.chdir(here)
        for name in ("fifo.png", "folder.png", "socket.png"):
            with pytest.raises((ValueError, OSError)) as caught:
                read_inside(folder, name, 100)
            assert not isinstance(caught.value, FileNotFoundError)
    with pytest.raises(ValueError, match="no regular file"):
        read_regular(folder / "fifo.png", 100)
    with pytest.raises(ValueError, match="no regular file"):
        read_regular(Path("/dev/zero"), 100)


def test_a_file_that_is_too_large_is_refused_unread(folder: Path) -> None:
    with (folder / "huge.png").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ValueError, match="1099511627776 bytes"):
        read_inside(folder, "huge.png", 1000)
