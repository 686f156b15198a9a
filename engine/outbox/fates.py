"""What became of letters at GOV.UK Notify: asked now and then, until it is known for good."""

from __future__ import annotations

import contextlib
import datetime as dt
import time

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine.casework import outgoing, people
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.casework.outgoing import Mail
from engine.casework.outgoing_letters import NOTIFY
from engine.casework.sendings import FATES, UNKNOWN, WELL
from engine.clock import LONDON
from engine.installation import read_surroundings
from engine.outbox.notify import NotifySettings
from engine.outbox.parcels import NotNow, Refused
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending
from engine.tables.people import User
from engine.tables.process import Outbox

_ARRIVED = "delivered"
PER_CALL = 100
SECONDS = 20.0
#: Nobody asks about the same letter more often than this.
_AGAIN_AFTER = dt.timedelta(minutes=10)
#: After so long nothing is asked any more: Notify keeps what it knows for seven days.
_GIVES_UP_AFTER = dt.timedelta(days=14)
_LAST_RESORT = "dmo"


def ask_notify(db: Database, settings: NotifySettings | None, *, limit: int = PER_CALL) -> int:
    """Ask what became of letters that Notify took; returns of how many it said something new.

    Each is asked about outside of any transaction. One that did not arrive is told to whoever
    sent it, by e-mail with the way to the case; so is one of which Notify says nothing for two
    weeks, and then nobody asks again.
    """
    if settings is None:
        return 0
    until = time.monotonic() + SECONDS
    with db.reading() as session:
        now = read_surroundings(session).now
        waiting = session.execute(_waiting(now).limit(limit)).all()
    told = 0
    with contextlib.closing(settings.open()) as line:
        for sending_id, key, sent_at in waiting:
            if time.monotonic() > until:
                break
            try:
                status = line.status_of(key)
            except NotNow:
                break
            except Refused:
                # About this one alone; the others are asked about all the same.
                status = None
            if status not in FATES and sent_at and sent_at < now - _GIVES_UP_AFTER:
                status = UNKNOWN
            told += _note(db, sending_id, status)
    return told


def _waiting(now: dt.datetime) -> Select[int, str, dt.datetime | None]:
    return (
        select(Sending.id, Outbox.key, Outbox.sent_at)
        .join(Outbox, Outbox.id == Sending.outbox_id)
        .where(
            Sending.way == NOTIFY,
            Outbox.sent_at.is_not(None),
            or_(Sending.status.is_(None), Sending.status.not_in(FATES)),
            or_(Sending.status_at.is_(None), Sending.status_at < now - _AGAIN_AFTER),
        )
        .order_by(Sending.status_at.is_not(None), Sending.status_at, Sending.id)
    )


def _note(db: Database, sending_id: int, status: str | None) -> bool:
    """Keep what Notify said; True when it is news."""
    with db.writing() as session:
        now = read_surroundings(session).now
        sending = session.get(Sending, sending_id, with_for_update=True)
        if sending is None:
            return False
        is_news = status is not None and status != sending.status
        sending.status_at = now
        if not is_news:
            return False
        old, sending.status = sending.status, status
        letter = session.get_one(Letter, sending.letter_id)
        if status == _ARRIVED and sending.third_party_id is None and letter.delivered_on is None:
            letter.delivered_on = now.astimezone(LONDON).date()
        case = session.get_one(CaseFile, sending.case_id, with_for_update=True)
        Chain.of_case(session, case).add(
            Entry("letter_fate", "sending", sending.id, THE_SYSTEM, old=old, new=status), at=now
        )
        if status in FATES and status not in WELL:
            today = now.astimezone(LONDON).date()
            for user in _who_sees_to_it(session, case, sending, today):
                session.add(outgoing.staff_mail(_not_arrived(case, sending, user), case.id, now))
        return True


def _who_sees_to_it(
    session: Session, case: CaseFile, sending: Sending, today: dt.date
) -> list[User]:
    """Give who sent it, or carries the case; once both have left, who minds the record."""
    here = {user.name: user for user in people.working_here(session, today)}
    for name in (sending.asked_by, case.owner):
        if name in here:
            return [here[name]]
    return [here[name] for name in people.holders_of(session, _LAST_RESORT, today)]


def _not_arrived(case: CaseFile, sending: Sending, sender: User) -> Mail:
    sentence = "A letter did not reach its address."
    return Mail(
        to=sender.email,
        subject=f"{case.reference}: {sentence}",
        text=f"{sentence} Open the case, find out the right address and send it again.",
        path=f"/cases/{case.id}/letters",
        about=f"letter_undelivered:{sending.id}",
    )
