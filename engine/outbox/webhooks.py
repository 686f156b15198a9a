"""Webhooks as Standard Webhooks has them: an id that stays, a time, a signature for each secret."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import requests
from standardwebhooks import Webhook

from engine.casework import flag_systems
from engine.casework.outgoing import EVENTS, channel_of
from engine.outbox.cutting import Cutter
from engine.outbox.parcels import NotNow, Parcel, Refused, Unreachable
from engine.outbox.targets import GuardedAdapter

#: Answers with which a server asks to be left alone for a while.
_BUSY = frozenset({429, 502, 503, 504})
#: Answers about the request that may be other ones later.
_NOT_FOR_EVER = frozenset({408, 425, 429})
#: The hundreds of a status (RFC 9110, 15): taken, to be found elsewhere, wrong as it was sent.
_TAKEN, _ELSEWHERE, _NOT_LIKE_THIS = 2, 3, 4
_LONGEST_ANSWER = 200
#: Nobody makes us wait longer than this.
LONGEST_WAIT = dt.timedelta(hours=24)


@dataclass(frozen=True)
class WebhookSettings:
    """One system that is told of events: where it listens and what it can check us by."""

    #: Short, and the same for ever: rows that wait are kept under it.
    name: str
    url: str
    #: ``whsec_...``, the newest first; each makes a signature, so that they can be changed.
    secrets: tuple[str, ...] = field(repr=False)
    #: Names of ``EVENTS``.
    events: frozenset[str] = frozenset(EVENTS)
    #: It may be on this machine or in a private network.
    may_be_private: bool = False
    #: How long one call takes at most.
    seconds: float = 15.0

    @property
    def channel(self) -> str:
        """Name the channel whose rows it takes."""
        return channel_of(self.name)

    def open(self) -> WebhookLine:
        """Give a line to the endpoint; it connects when it first sends."""
        return WebhookLine(self)


@dataclass(frozen=True)
class FlagWebhook(WebhookSettings):
    """One system that shows flags and is asked for each by a signed call (R-065)."""

    #: What its answers are signed with, the newest first; none of those it checks us by.
    answer_secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def channel(self) -> str:
        """Name the channel whose rows it takes."""
        return flag_systems.channel_of(self.name)


class WebhookLine:
    """Connections to one endpoint; each call is signed at the moment it is made."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._cutter = Cutter()
        self._session = requests.Session()
        # Neither a proxy nor a password that happens to lie in the environment.
        self._session.trust_env = False
        adapter = GuardedAdapter(self._cutter, may_be_private=settings.may_be_private)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def send(self, parcel: Parcel) -> None:
        """Post one event; any answer of the 200s means that it was taken.

        Raises Refused when the endpoint will never take it, NotNow when it may later,
        Unreachable when it takes nothing at the moment.
        """
        body = json.dumps(parcel.content, ensure_ascii=False, separators=(",", ":"))
        with self._cutter.within(self._settings.seconds):
            try:
                answer = self._session.post(
                    self._settings.url,
                    data=body.encode(),
                    headers=_headers(self._settings.secrets, parcel.key, body),
                    timeout=self._settings.seconds,
                    allow_redirects=False,
                    stream=True,
                )
                answer.close()
            except Unreachable:
                raise
            except (requests.RequestException, OSError) as failed:
                raise Unreachable(f"{self._settings.name} {_said(failed)}") from failed
        _check(self._settings.name, answer)

    def close(self) -> None:
        """Hang up."""
        self._session.close()
        self._cutter.let_go()


def _headers(secrets: tuple[str, ...], key: str, body: str) -> dict[str, str]:
    at = dt.datetime.now(dt.UTC)
    signatures = [Webhook(secret).sign(key, at, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "spoc-webhooks",
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _check(name: str, answer: requests.Response) -> None:
    """Raise what an answer outside the 200s means."""
    code = answer.status_code
    reason = " ".join((answer.reason or "").split())[:_LONGEST_ANSWER]
    said = f"{name} answered {code} {reason}".rstrip() + "."
    kind = code // 100
    if kind == _TAKEN:
        return
    if kind == _ELSEWHERE:
        raise NotNow(f"{said} Redirects are not followed: set its address to the new one.")
    if kind == _NOT_LIKE_THIS and code not in _NOT_FOR_EVER:
        raise Refused(said)
    failure = Unreachable if code in _BUSY else NotNow
    raise failure(said, after=_retry_after(answer.headers))


def _retry_after(headers: Mapping[str, str]) -> dt.timedelta | None:
    """Read Retry-After: seconds or a date (RFC 9110, 10.2.3); None when it says nothing."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        return min(dt.timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    wait = until - dt.datetime.now(dt.UTC)
    return min(max(wait, dt.timedelta()), LONGEST_WAIT)


def _said(failed: Exception) -> str:
    """Put what went wrong with the connection into words."""
    if isinstance(failed, requests.Timeout | TimeoutError):
        return "did not answer in time."
    if isinstance(failed, requests.exceptions.SSLError):
        return f"could not show a certificate we trust: {_short(failed)}"
    return f"could not be reached: {_short(failed)}"


def _short(failed: Exception) -> str:
    return " ".join(str(failed).split())[:_LONGEST_ANSWER]
