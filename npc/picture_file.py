"""Whether a file is a picture that a card may show: told from its first and last bytes, since nothing here decodes pictures."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 1 << 20
_ENDS = 64  # bytes at the end in which a file's own end stands: some programs write a little behind it


def fault_of(path: Path) -> str:
    """Why a picture cannot be shown, as the end of "the picture NAME …"; empty where it can."""
    if path.is_symlink():
        return "is a link, which is not followed"
    if not path.is_file():
        return "is not there"
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(16)
            file.seek(max(size - _ENDS, 0))
            end = file.read()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if size > MOST_BYTES:
        return f"has {size} bytes; {MOST_BYTES} are the most"
    if not size:
        return "is empty"
    return _fault_in(start, end, size)


def _fault_in(start: bytes, end: bytes, size: int) -> str:
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        whole = b"IEND" in end
    elif start.startswith(b"\xff\xd8\xff"):
        whole = b"\xff\xd9" in end
    elif start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        whole = size >= int.from_bytes(start[4:8], "little") + 8
    else:
        return "is no PNG, WebP or JPEG, whatever it is called: save it as one"
    return "" if whole else "breaks off: save it anew"
