"""Removals of flags no run waits for: asked of their system like every other change (R-067, R-068).

A comparison found such a flag: that of a case which is over, or of nobody we know. The difference
itself is the request, with a reference of its own; when a call fails it is a person's, on *Flags*.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import outgoing, people
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.casework.flag_systems import FLAG, adapter_of, channel_of, short_name
from engine.casework.outgoing import Mail
from engine.installation import Surroundings
from engine.tables.flagging import FlagDifference, FlagReconciliation
from engine.tables.people import User
from engine.tables.process import Outbox

#: Where a row of the outbox names the removal it asks for.
DIFFERENCE_ID = "flag_difference_id"
NOT_OURS = "not_ours"
_TEAM, _OFFICER = "systems_team", "dmo"
_LONGEST_REASON = 300
_BY_HAND = "Done by hand: it was said to be gone before this left."


def ask(
    session: Session, row: FlagDifference, system: str, event: str, around: Surroundings
) -> None:
    """Ask a system to remove a flag that is not ours, the way the installation says.

    event: what such a call is called. By a call where it takes one, else by its mailbox or by the
    systems team; on the worklist it stands in any case.
    """
    adapter = adapter_of(around.settings, system)
    row.reference, row.adapter = secrets.token_hex(16), adapter.way
    if adapter.way == "webhook":
        channel = channel_of(short_name(system))
        content = {"type": event, DIFFERENCE_ID: row.id}
        call = outgoing.row_to(FLAG, channel, row.case_id, around.now, content)
        call.channel = channel
        session.add(call)
        session.flush()
        row.outbox_id = call.id
        return
    sentence = f"A flag in {system} that is not ours any more is to be removed."
    text = f"{sentence} Open the list to see whose, then say that it is gone."
    tell = [adapter.mailbox] if adapter.mailbox else []
    tell += [user.email for user in _who_see_to_it(session, around.today, _TEAM)]
    for to in tell:
        about = f"flag_difference:{row.id}:{to}"
        mail = Mail(to=to, subject=sentence, text=text, path="/flags", about=about)
        session.add(outgoing.staff_mail(mail, row.case_id, around.now))


def body_of(session: Session, difference_id: int, event: str) -> dict[str, Any] | None:
    """Give what a system is told of one removal; None when there is nothing to ask any more."""
    row = session.get(FlagDifference, difference_id)
    if row is None or row.done_at is not None or row.asked_at is None:
        return None
    return {
        "type": event,
        "timestamp": row.asked_at.isoformat(),
        "data": {
            "id": row.reference,
            "system": system_of(session, row),
            "person_key": row.person_key,
            "former_person_key": None,
            "action": "end",
            "text": "",
            "effective_on": row.asked_at.date().isoformat(),
        },
    }


def fail(session: Session, row: FlagDifference, because: str, at: dt.datetime) -> None:
    """Make a removal a person's, once: *Flags* says why, the systems team and the officer know.

    because: a sentence; cut after 300 characters. Of one that is done nothing happens.
    """
    if row.done_at is not None or row.failed_at is not None:
        return
    row.failed_at, row.failed_because = at, because[:_LONGEST_REASON]
    system = system_of(session, row)
    sentence = f"A flag in {system} has to be removed by hand."
    for user in _who_see_to_it(session, at.date(), _TEAM, _OFFICER):
        mail = Mail(
            to=user.email,
            subject=sentence,
            text=f"{sentence} It could not be asked by itself. Open the list to see whose.",
            path="/flags",
            about=f"flag_removal_failed:{row.id}:{user.name}",
        )
        session.add(outgoing.staff_mail(mail, row.case_id, at))
    note(session, row, "flag_removal_failed", THE_SYSTEM, at)


def settle(session: Session, row: FlagDifference, via: str, proof: str, at: dt.datetime) -> None:
    """Keep that a flag is gone, how that is known and how it can be found again.

    via: page, worklist or webhook. What has not left yet never leaves.
    """
    row.done_at, row.done_via, row.evidence_ref = at, via, proof
    call = session.scalars(
        select(Outbox)
        .where(Outbox.id == row.outbox_id, Outbox.sent_at.is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if call is not None and call.given_up_at is None:
        call.given_up_at, call.given_up_by = at, row.done_by
        call.given_up_reason, call.next_try_at = _BY_HAND, None


def removal_of(session: Session, reference: str) -> FlagDifference | None:
    """Give the removal that was asked for under this reference; None for none."""
    return session.scalars(
        select(FlagDifference).where(FlagDifference.reference == reference)
    ).one_or_none()


def system_of(session: Session, row: FlagDifference) -> str:
    """Name the system that shows the flag."""
    return session.get_one(FlagReconciliation, row.reconciliation_id).system


def note(session: Session, row: FlagDifference, action: str, by: str, at: dt.datetime) -> None:
    """Keep in the chain of administration what became of a removal; no word about anybody."""
    said = {"system": system_of(session, row)}
    entry = Entry(action, "flag_difference", row.id, actor=by, new=said)
    Chain.of_administration(session).add(entry, at=at)


def _who_see_to_it(session: Session, on: dt.date, *roles: str) -> Iterator[User]:
    here = {user.name: user for user in people.working_here(session, on)}
    names = dict.fromkeys(name for role in roles for name in people.holders_of(session, role, on))
    return (here[name] for name in names if name in here)
