"""Messages of shared cards as a person would read them: macros filled in, markup gone, what is spoken told from narration.

Cards are written for chat programs. Their texts hold macros (Character Card V1 to V3, and those of SillyTavern and RisuAI),
HTML, Markdown, and narration around what is said aloud. Nothing in a text is ever run or fetched, and no pattern here takes
longer than in proportion to the text, which is cut to `MOST` characters first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from npc.text import valid

MOST = 40_000  # characters of a text that are looked at
_TALE = 4000  # characters of a text of which a few sentences are told
LINE = 240  # characters of a line that is said in passing
_LONGEST_NAME = 100  # characters before the colon of a line in example talk
_ROUNDS = 12  # how deep macros are nested

CHAR, USER = "\x01", "\x02"  # stand for the names while a text is cleaned
_HOLE = "\x03"  # for what only a running chat could fill in, such as the time

_MACRO = re.compile(r"\{\{([^{}]*)\}\}")
_TAG_NAME = re.compile(r"<\s*(?:(char|bot)|(user|player))\s*>", re.IGNORECASE)
_BRACED_NAME = re.compile(r"\{\s*(?:(char|bot|name)|(user|player))\s*\}", re.IGNORECASE)
_CHARS = {"char", "bot", "charifnotgroup", "group", "groupnotmuted", "charname"}
_USERS = {"user", "player", "username"}
_UNKNOWN_HERE = re.compile(
    r"(?:iso)?(?:time|date)(?:format|diff|_utc.*)?|datetimeformat|weekday|idle_?duration|input|last\w*|get\w*var|var|model|"
    r"lastusermessage|max_?prompt|scenario|description|personality|persona|mesexamples|summary|day|month|year|hour|minute"
)
_DIE = re.compile(r"\s*(\d{0,3})d?(\d{1,6})\s*", re.IGNORECASE)

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.DOTALL | re.MULTILINE)
_DECLARATION = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>\n]{0,500}>?", re.DOTALL)
_HTML_TAG = re.compile(
    r"<(/?)([A-Za-z][\w:-]{0,30})(?=[\s/>\"'])[^<>\"']{0,500}(?:(?:\"[^\"]{0,2000}\"|'[^']{0,2000}')[^<>\"']{0,500}){0,30}>"
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,500}\])?")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)")
_ADDRESS = re.compile(r"\b(?:(?:https?|ftp|file)://|data:[a-z]{1,20}/)[^\s\"“”<>]{1,2000}", re.IGNORECASE)
_MARK = re.compile(r"^[ \t]*(?:(?:#{1,6}|[-+•*]|\d{1,3}[.)])[ \t]+|>[ \t]?){1,9}", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE)
_STRONG = re.compile(
    r"\*\*\*([^*\n]{1,1000})\*\*\*|\*\*([^*\n]{1,1000})\*\*|__([^_\n]{1,1000})__|~~([^~\n]{1,1000})~~|`([^`\n]{1,1000})`"
)
_EMPHASIS = re.compile(r"(?<=[\w,;] )[*_]([^\W_]{1,30}(?<!s))[*_](?= [^\W_])")  # *really*, not *waves*
_STAGE = re.compile(r"\*[^*\n]{0,2000}\*|(?<!\w)_[^_\n]{1,2000}_(?!\w)")
_NARRATED = re.compile(rf"{CHAR}(?:'s\b|’s\b|(?: [a-z]+ly)? (?!(?:was|this|says?:)\b)[a-z]+(?:s|ed)\b)")  # she nods; her eyes
_I = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our)\b|\bi'?m\b")
_BLOCKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "table", "blockquote", "summary"}
_UNREAD = {"script", "style", "head", "title", "svg", "audio", "video", "iframe", "object", "template", "noscript"}

_PAIRS = (
    ('"“”', '"“”'),
    ("„", '“”"'),
    ("«", "»"),
    ("»", "«"),
    ("‹", "›"),
    ("›", "‹"),
    ("「", "」"),
    ("『", "』"),
    ("＂", "＂"),
)
_QUOTED = re.compile("|".join(f"[{begin}]([^{begin}{end}]{{1,1000}})[{end}]" for begin, end in _PAIRS))
_ENDS = (*".!?…,;:~-–—。！？、」』", "...")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?= |$)|[。！？]")
_UNSEEN = re.compile(  # controls, marks of direction, tags; the joiners of Persian words and of emoji stay
    r"[\x00\x04-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]"
    r"|[\U000e0000-\U000e0fff]"
)
_COLON = re.compile("[:：]")


def prose(text: str, name: str, most: int) -> str:
    """A text about the character for people: clean, on as many lines as it had, at most `most` characters."""
    text = _named(_plain(_expanded(text)), name, "the player").replace(_HOLE, "")
    lines = (" ".join(_STRONG.sub(_kept, line).split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:most].rstrip()


def spoken(text: str) -> str:
    """What a message says aloud, with `{name}` and `{player}`, short enough for a line; empty where it says nothing."""
    return _said_aloud(_expanded(text))


def tale(text: str, most: int) -> tuple[str, bool]:
    """What a text tells, as one may say it, with `{name}` and `{player}`: whole sentences, at most `most` characters.

    Returns:
        The words, and whether that is all of them. A first sentence that is too long is cut between words.
    """
    told = " ".join(re.sub(r"[*{}\[\]]", " ", _plain(_expanded(text[:_TALE])).replace(_HOLE, "")).split())
    told = _tidy(_named(told, "{name}", "{player}"))
    if not any(c.isalnum() for c in told):
        return "", True
    if len(told) <= most:
        return told, len(text) <= _TALE
    kept = ""
    for sentence in _sentences(told):
        if len((kept + sentence).strip()) > most:
            break
        kept += sentence
    return (kept.strip() or told[: most - 1].rpartition(" ")[0] + "…"), False


def sayings(examples: str, names: tuple[str, ...]) -> list[str]:
    """What the character says in example talk, where a line begins with one of its `names`, `{{char}}:` or `<BOT>:`."""
    own = {CHAR, *(valid(name).strip().casefold() for name in names)}
    said: list[str] = []
    speaking = False
    for line in _expanded(examples).split("\n"):
        speaker, *words = _COLON.split(line, maxsplit=1)
        if words and len(speaker) <= _LONGEST_NAME:
            speaking = speaker.strip(' \t*_[]"').casefold() in own
            said += [words[0].lstrip("*_]")] if speaking else []
        elif line.strip().casefold().startswith("<start>"):
            speaking = False
        elif speaking:
            said[-1] += "\n" + line
    return [line for line in map(_said_aloud, said) if line]


def _said_aloud(text: str) -> str:
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(_kept, _plain(text)))
    said = list(_quotes(text))
    text = " ".join(said) if said else _STAGE.sub(" ", text)
    text = _without_narration(text) or text
    text = _named(" ".join(re.sub(r"[*{}]", "", text).split()), "{name}", "{player}")
    for part in ("".join(whole for whole in _sentences(text) if _HOLE not in whole), text.replace(_HOLE, "")):
        line = _first_sentences(_tidy(part))
        if any(c.isalnum() for c in line):
            return line
    return ""


def _plain(text: str) -> str:
    """Without HTML, pictures, addresses and what cannot be seen; one kind of space."""
    text = _without_html(_FENCE.sub("\n", text))
    text = _LINK.sub(r"\1", _PICTURE.sub(" ", text))
    text = _RULE.sub("", _ADDRESS.sub(" ", text))
    text = _UNSEEN.sub("", _MARK.sub("", text))
    return re.sub(r"[^\S\n]", " ", re.sub(r"[\u2028\u2029\x85\x0b\x0c]", "\n", text))


def _expanded(text: str) -> str:
    """With the macros of the specifications filled in, from the innermost to the outermost; the names as `CHAR` and `USER`."""
    text = re.sub(r"[\x01-\x03]", "", valid(text[:MOST])).replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(_ROUNDS):
        text, count = _MACRO.subn(lambda match: _filled(match[1]), text)
        if not count:
            break
    text = _TAG_NAME.sub(lambda match: CHAR if match[1] else USER, text)
    return _BRACED_NAME.sub(lambda match: CHAR if match[1] else USER, text)


def _filled(macro: str) -> str:
    """What stands in the place of `{{macro}}`."""
    macro = macro.strip()
    name, _, rest = macro.partition(":")
    name = name.strip().lower()
    if name in _CHARS:
        return CHAR
    if name in _USERS:
        return USER
    if name in {"random", "pick"}:
        return _choice(rest)
    if name == "reverse":
        return rest.lstrip(":").strip()[::-1]
    if name == "newline":
        return "\n"
    if name in {"space", "blank"}:
        return " "
    if name.split()[:1] == ["roll"]:
        return _rolled(rest.lstrip(":") or macro[4:])
    return _HOLE if _UNKNOWN_HERE.fullmatch(name.split()[0] if name else "") else ""


def _choice(options: str) -> str:
    """The first of `a,b,c` or `a::b::c` (`\\,` is a comma): an import is the same each time."""
    parts = options.lstrip(":").split("::") if "::" in options else re.split(r"(?<!\\),", options.lstrip(":"))
    return next((part.strip().replace("\\,", ",") for part in parts if part.strip()), "")


def _rolled(dice: str) -> str:
    """The middle of what dice such as `d20`, `2d6` or `6` may show."""
    found = _DIE.match(dice)
    if found is None:
        return ""
    many = int(found[1]) if found[1] and "d" in dice.lower() else 1
    sides = int(found[2]) if "d" in dice.lower() else int(found[1] + found[2])
    return str(many * (sides + 1) // 2)


def _without_html(text: str) -> str:
    """The text between tags; anything that is no whole tag is text. (`html.parser` needs minutes for a page of `<a <a <a`.)"""
    parts, start, unread = [], 0, ""
    text = _DECLARATION.sub(" ", text)
    for tag in _HTML_TAG.finditer(text):
        if not unread:
            parts.append(text[start : tag.start()])
        start, name = tag.end(), tag[2].lower()
        if name == unread and tag[1]:
            unread = ""
        elif not unread and name in _UNREAD and not tag[1] and not tag[0].endswith("/>"):
            unread = name
        elif name in _BLOCKS:
            parts.append("\n")
    return unescape("".join(parts) + ("" if unread else text[start:]))


def _quotes(text: str) -> Iterator[str]:
    """What stands between quotation marks; nothing where they only set single words apart ("the "best" smith")."""
    found = [(match, next(part for part in match.groups() if part is not None).strip()) for match in _QUOTED.finditer(text)]
    if any(_is_speech(text, match.start(), said) for match, said in found):
        yield from (said for _, said in found)


def _without_narration(text: str) -> str:
    """Without sentences that tell what the character does, as they stand beside speech that has no quotation marks."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(
        "".join(part for part in _sentences(line) if not _NARRATED.match(part.strip()) or _I.search(part)) for line in lines
    )


def _is_speech(text: str, start: int, said: str) -> bool:
    begins = not text[:start].rpartition("\n")[2].strip()
    return begins or said.endswith(_ENDS) or not said[:1].islower() or len(said.split()) > 3


def _first_sentences(text: str) -> str:
    """As many whole sentences as make a line."""
    kept = ""
    for sentence in _sentences(text):
        if len((kept + sentence).strip()) >= LINE:
            break
        kept += sentence
    return kept.strip()


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if text[start:].strip():
        yield text[start:]


def _tidy(text: str) -> str:
    """Spaces as they are set, where something has been taken out."""
    return re.sub(r" +([,.!?;:…])", r"\1", " ".join(text.split())).strip(" ,;:")


def _named(text: str, char: str, user: str) -> str:
    return text.replace(CHAR, char).replace(USER, user)


def _kept(match: re.Match[str]) -> str:
    return next((part for part in match.groups() if part is not None), "")
