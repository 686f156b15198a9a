"""Messages between instances as rows: sent by one unit of work, delivered by the receiver's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables.process import Message, Subscription

#: Messages that only say "look again": when nobody waits, nothing is missed.
NUDGES = frozenset({"something_was_settled", "hold_lifted", "contact_was_corrected"})


@dataclass(frozen=True)
class Envelope:
    """One message on its way: a name, whom it is about, ids and control variables."""

    name: str
    #: ``case:12``; None for a message that starts a process.
    key: str | None
    refs: Mapping[str, int | None] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    fallback_key: str | None = None
    sender_instance_id: int | None = None
    sent_by: str | None = None
    sent_at: dt.datetime | None = None


def send(session: Session, envelope: Envelope) -> Message:
    """Keep a message until its receiver takes it; nothing is delivered before the commit."""
    message = Message(
        name=envelope.name,
        key=envelope.key,
        fallback_key=envelope.fallback_key,
        refs={name: ref for name, ref in envelope.refs.items() if ref is not None},
        payload=dict(envelope.payload),
        case_id=envelope.refs.get("case_id"),
        sender_instance_id=envelope.sender_instance_id,
        sent_by=envelope.sent_by,
        sent_at=envelope.sent_at,
    )
    session.add(message)
    return message


def receiver(session: Session, message: Message) -> Subscription | None:
    """Find the one task that waits for this message: under its key, else its fallback key.

    Returns None while nobody waits; the message is then kept. Two who wait under one key
    would be a fault of the diagrams: the older one is never guessed, so None is given and
    the unclaimed message shows as an incident.
    """
    for key in (message.key, message.fallback_key):
        if key is None:
            continue
        waiting = session.scalars(
            select(Subscription)
            .where(Subscription.name == message.name, Subscription.key == key)
            .limit(2)
        ).all()
        if len(waiting) == 1:
            return waiting[0]
    return None
