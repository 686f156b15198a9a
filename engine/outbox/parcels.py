"""What a sender is handed, how it says that it could not, and the senders of one installation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Enclosure:
    """One file that goes with a message."""

    name: str
    #: ``application/pdf``.
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """One row of the outbox in the hands of one worker."""

    id: int
    #: The same at every try.
    key: str
    content: Mapping[str, Any]
    #: The worker that holds it may send it before then, and not after.
    claimed_until: dt.datetime
    #: This try among them.
    attempts: int
    #: Files that go with it; added when it is about to leave.
    enclosures: tuple[Enclosure, ...] = ()


class Refused(Exception):
    """It will never be taken as it is; trying again is for a person to decide. Says why."""


class NotNow(Exception):
    """It was not taken this time. Says why, and when to come back if the other side said so."""

    def __init__(self, reason: str, *, after: dt.timedelta | None = None) -> None:
        """Keep why; ``after`` is how long the other side asks us to wait, None if it does not."""
        self.after = after
        super().__init__(reason)


class Unreachable(NotNow):
    """Nothing can be sent this way at the moment, whatever it is. Says why."""


class Line(Protocol):
    """A way out while it is open; for one thread."""

    def send(self, parcel: Parcel) -> None:
        """Send it, within the sender's seconds; raises Refused, NotNow or Unreachable."""

    def close(self) -> None:
        """Hang up."""


class Sender(Protocol):
    """One way out of the house."""

    @property
    def channel(self) -> str:
        """Name the channel whose rows it takes."""

    @property
    def seconds(self) -> float:
        """Give how long one send takes at most, connecting included."""

    def open(self) -> Line:
        """Give a line; it connects when it first sends."""
