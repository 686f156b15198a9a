"""A mail server, a listener, and rows that wait for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock
from engine.outbox import MailSettings, Senders, WebhookSettings
from engine.tables.database import Database
from engine.tables.process import Outbox
from tests.outside import SECRET, Listener, Postbox, listener, postbox

NOW = dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _held_clock() -> Iterator[None]:
    clock.hold(NOW)
    yield
    clock.hold(None)


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as found:
        yield found


@pytest.fixture
def system() -> Iterator[Listener]:
    with listener() as found:
        yield found


def mail_to(port: int, **more: Any) -> Senders:
    """Give the senders of an installation that hands e-mail to a server of the tests."""
    settings: dict[str, Any] = {
        "tls": "none",
        "sender": "spoc@homes.example",
        "sender_name": "Northfield Homes",
        "pages": "https://spoc.homes.example",
        "seconds": 5.0,
        **more,
    }
    return Senders(mail=MailSettings(host="127.0.0.1", port=port, **settings))


def events_to(url: str, **more: Any) -> Senders:
    """Give the senders of an installation that tells one system."""
    settings: dict[str, Any] = {"secrets": (SECRET,), "may_be_private": True, "seconds": 5.0}
    return Senders(webhooks=(WebhookSettings("crm", url, **{**settings, **more}),))


def put_mail(db: Database, to: str = "dorothy@homes.example", case_id: int = 1, **more: Any) -> int:
    """Write an e-mail that waits; gives its id."""
    content = {
        "to": to,
        "subject": "SP-2026-001: A letter is late.",
        "text": "A letter is late.",
        "path": f"/cases/{case_id}",
        **more.pop("content", {}),
    }
    return _put(db, "email", f"email:{case_id}:{to}", case_id, content, **more)


def put_event(db: Database, case_id: int = 1, **more: Any) -> int:
    """Write an event that waits for the system; gives its id."""
    content = {"type": "letter.issued", "timestamp": NOW.isoformat(), "data": {"letter_id": 3}}
    return _put(db, "webhook:crm", f"webhook:crm:{case_id}", case_id, content, **more)


def row(db: Database, row_id: int) -> Outbox:
    with db.reading() as session:
        return session.get_one(Outbox, row_id)


def rows(db: Database) -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(select(Outbox).order_by(Outbox.id)))


def later(**by: float) -> None:
    """Put the held clock forward."""
    clock.hold(clock.now() + dt.timedelta(**by))


def _put(
    db: Database, channel: str, order_key: str, case_id: int, content: Any, **more: Any
) -> int:
    with db.writing() as session:
        count = len(session.scalars(select(Outbox.id)).all())
        made = Outbox(
            kind=channel.partition(":")[0],
            channel=channel,
            key=f"{count:032x}",
            order_key=order_key,
            case_id=case_id,
            content=content,
            **{"made_at": clock.now(), "next_try_at": clock.now(), **more},
        )
        session.add(made)
        session.flush()
        return made.id
