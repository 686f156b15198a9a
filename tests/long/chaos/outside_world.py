"""The mail server and the listener of the storm: they remember when they took what, and tell."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from engine.tables.database import Database
from engine.tables.process import Outbox
from tests import outside
from tests.long.chaos.ledger import Ledger

#: A claim ends so soon that a row of a dead worker is sent again within the storm.
_SECONDS_TO_SEND = "1"
_FROM = "spoc@northfield-homes.example"
_KINDS = ("email", "webhook")
#: When something was taken is known no better than this, in seconds.
_BLUR = 0.5


@dataclass
class World:
    """Where e-mails and events arrive; ``arrived`` is set at each of them."""

    postbox: outside.Postbox
    listener: outside.Listener
    #: Key of the row -> moments (``time.monotonic``) at which it was taken.
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: What an e-mail says, by its key; the same key must say the same.
    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    arrived: threading.Event = field(default_factory=threading.Event)

    def take(self, key: str, what: str) -> None:
        """Remember one arrival, before it is acknowledged."""
        self.taken[key].append(time.monotonic())
        self.said[key].add(what)
        self.arrived.set()

    def settings(self) -> dict[str, str]:
        """Give what makes an installation send here."""
        return {
            "SPOC_SMTP_HOST": "127.0.0.1",
            "SPOC_SMTP_PORT": str(self.postbox.port),
            "SPOC_SMTP_TLS": "none",
            "SPOC_SMTP_TIMEOUT": _SECONDS_TO_SEND,
            "SPOC_MAIL_FROM": _FROM,
            "SPOC_WEBHOOKS": f"crm={self.listener.url}",
            "SPOC_WEBHOOK_SECRETS": f"crm={outside.SECRET}",
            "SPOC_WEBHOOK_TIMEOUT": _SECONDS_TO_SEND,
            "SPOC_WEBHOOK_PRIVATE": "1",
        }

    def judge(self, db: Database, ledger: Ledger) -> Iterator[str]:
        """Say what of the outbox did not arrive, arrived for nothing, or came twice for nothing."""
        with db.reading() as session:
            rows = session.scalars(select(Outbox)).all()
        for row in rows:
            if row.kind not in _KINDS:
                yield f"row {row.id} of the outbox is a {row.kind}, which nobody may send by itself"
            elif row.sent_at is None or not self.taken.get(row.key):
                yield f"row {row.id} of the outbox ({row.kind}) did not arrive: {row.last_error}"
        about = Counter((row.about, row.channel) for row in rows if row.about is not None)
        yield from (f"{one} is told {count} times" for one, count in about.items() if count > 1)
        known = {row.key for row in rows}
        yield from (f"{key} arrived, and no row says it" for key in self.taken.keys() - known)
        yield from (f"{key} says {said}" for key, said in self.said.items() if len(said) > 1)
        for key, moments in self.taken.items():
            for first, second in pairwise(moments):
                if not _between(ledger.troubles, first, second):
                    yield f"{key} came twice, and nothing was killed between"

    def count(self, kind: str, db: Database) -> tuple[int, int]:
        """Give how many keys of a kind arrived, and how many arrivals were another of the same."""
        with db.reading() as session:
            keys = set(session.scalars(select(Outbox.key).where(Outbox.kind == kind)))
        counts = [len(moments) for key, moments in self.taken.items() if key in keys]
        return len(counts), sum(counts) - len(counts)


def _between(troubles: Sequence[float], first: float, second: float) -> bool:
    return any(first - _BLUR <= at <= second + _BLUR for at in troubles)


class _Postbox(outside.Postbox):
    world: World

    async def handle_DATA(  # noqa: N802  (as aiosmtpd calls it)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        message = self.taken.pop()
        key = str(message["Message-ID"]).removeprefix("<").partition("@")[0]
        self.world.take(key, f"{message['To']} {message['Subject']} {message.get_content()}")
        return answer


class _Listener(outside.Listener):
    world: World

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        answer = super().answer(body, headers)
        self.world.take(headers["webhook-id"], body.decode())
        return answer


@contextlib.contextmanager
def world() -> Iterator[World]:
    """Run both while the block runs."""
    box, listener = _Postbox(), _Listener()
    found = World(box, listener)
    box.world = listener.world = found
    with outside.postbox(box), outside.listener(listener):
        yield found
