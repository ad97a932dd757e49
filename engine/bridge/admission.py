"""Who gets a session: version, token, whose it is, and how many one peer may have."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from engine.bridge.observability import event
from engine.bridge.session import Connection, Session
from engine.formats.wire.codec import VERSION, Hello
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import ProtocolError

GUESSES = 20  # wrong tokens from one address at once; then:
GUESSES_A_SECOND = 4.0
_WRONG_AT_ONCE = 3  # on one connection, which is not listened to any more then
_ADDRESSES = 1024  # whose guesses are remembered
_LOG_EVERY_S = 10.0
_SETTLED_S = 10.0  # a session that is without a connection or without an NPC for so long makes room for a newcomer


class Unheard(Exception):
    """A hello that gets no answer: too many wrong tokens came from there. An honest client says it again soon."""


@dataclass(slots=True)
class _Guesses:
    left: float
    at: float


class Guesses:
    """Slows down who tries tokens. Right ones cost nothing, and whoever knows his session is always heard."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Guesses] = OrderedDict()
        self._told_at, self._untold = float("-inf"), 0

    def may_try(self, address: str, now: float) -> bool:
        return self._of(address, now).left >= 1

    def wrong(self, address: str, client: str, now: float) -> None:
        """Note a wrong token, and now and then tell the log."""
        self._of(address, now).left -= 1
        self._untold += 1
        if now - self._told_at >= _LOG_EVERY_S:
            event("token_refused", level=logging.WARNING, client=client, address=address, times=self._untold)
            self._told_at, self._untold = now, 0

    def _of(self, address: str, now: float) -> _Guesses:
        guesses = self._addresses.pop(address, None) or _Guesses(GUESSES, now)
        guesses.left = min(GUESSES, guesses.left + (now - guesses.at) * GUESSES_A_SECOND)
        guesses.at = now
        self._addresses[address] = guesses
        if len(self._addresses) > _ADDRESSES:
            self._addresses.popitem(last=False)
        return guesses


class Admission:
    """Decides on hellos.

    Args:
        sessions: those that there are, by id.
        voice_token: the secret of the voice process; None: nobody may be it.
    """

    def __init__(
        self, token: str | None, limits: Limits, sessions: Mapping[str, Session], voice_token: str | None = None
    ) -> None:
        self._token, self._limits, self._sessions, self._voice_token = token, limits, sessions, voice_token
        self._guesses = Guesses()

    def admit(self, connection: Connection, hello: Hello, now: float) -> Session | None:
        """The session that a client comes back to, None for a new one.

        Raises:
            ProtocolError: `version`, `token`, `session` or `too_many_clients`.
            Unheard: there is no answer at all.
        """
        _check_version(hello)
        known = self._sessions.get(hello.session)
        if self._token is not None:
            fault = "The token is missing or wrong.", "Use the token that the server was started with."
            self._check_token(self._token, hello.token, fault, connection, hello, known is not None, now)
        if known is not None and known.user != connection.user:
            raise ProtocolError("session", "This session belongs to another client.", "Choose a random id for it.")
        if known is None:
            self._check_share(connection)
        return known

    def admit_voice(self, connection: Connection, hello: Hello, now: float) -> None:
        """Let the voice process in.

        Raises:
            ProtocolError: `version` or `token`.
            Unheard: there is no answer at all.
        """
        _check_version(hello)
        if self._voice_token is None:
            raise ProtocolError(
                "token",
                "This server takes no voice process.",
                "Start it with --voice, or with --voice-token-file and the same file for both.",
            )
        fault = "The secret of the voice process is wrong.", "Give both the same --voice-token-file."
        self._check_token(self._voice_token, hello.voice, fault, connection, hello, False, now)

    def _check_token(
        self,
        token: str,
        given: str | None,
        fault: tuple[str, str],
        connection: Connection,
        hello: Hello,
        known: bool,
        now: float,
    ) -> None:
        if connection.wrong_tokens >= _WRONG_AT_ONCE or not (known or self._guesses.may_try(connection.address, now)):
            raise Unheard
        # A token that is no sound text differs from every sound one; it must not fail in being compared.
        if hmac.compare_digest(token.encode("utf-8", "surrogatepass"), (given or "").encode("utf-8", "surrogatepass")):
            return
        connection.wrong_tokens += 1
        self._guesses.wrong(connection.address, hello.client, now)
        raise ProtocolError("token", *fault)

    def _check_share(self, connection: Connection) -> None:
        """One key, one other machine, and one connection may each have a quarter of all sessions."""
        share = max(1, self._limits.clients // 4)
        peer = peer_of(connection)
        if sum(session.peer == peer for session in self._sessions.values()) >= share:
            raise ProtocolError(
                "too_many_clients",
                f"This client has {share} sessions already.",
                "Close one; silent ones end after a few minutes.",
            )
        if len(self._sessions) >= self._limits.clients:
            raise ProtocolError(
                "too_many_clients",
                f"{len(self._sessions)} clients are here already.",
                "Close one; silent ones are dropped after a few minutes.",
            )

    def dispensable(self, now: float) -> Session | None:
        """A session that may end where a newcomer finds no room: it does nothing, or its client is gone."""
        if len(self._sessions) < self._limits.clients:
            return None
        idle = [session for session in self._sessions.values() if session.connection is None or not session.npcs]
        oldest = min(idle, key=lambda session: session.heard_at, default=None)
        return oldest if oldest is not None and now - oldest.heard_at > _SETTLED_S else None


def _check_version(hello: Hello) -> None:
    if hello.version.split(".")[0] != VERSION.split(".")[0]:
        raise ProtocolError(
            "version",
            f"The client speaks protocol {hello.version}, this server {VERSION}.",
            "Update whichever of the two is older.",
        )


def peer_of(connection: Connection) -> str:
    """Whose share of the sessions counts: the key's, another machine's; programs of this machine each count alone."""
    if connection.user:
        return f"key {connection.user}"
    try:
        local = ipaddress.ip_address(connection.address.partition("%")[0]).is_loopback
    except ValueError:  # a socket file
        local = True
    return f"connection {connection.serial}" if local else f"address {connection.address}"
