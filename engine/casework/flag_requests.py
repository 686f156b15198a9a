"""Requests to other systems: written with the change, carried by an adapter, failed to a person.

The one contract of every adapter (requirements, section E): a request names the system, the
person, what to do, the text and the day; a confirmation names the request, who, when and how it
can be found again (R-065 to R-067).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from engine.casework import customers, flag_removals, outgoing, people
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.flag_systems import FLAG, adapter_of, channel_of, short_name
from engine.casework.outgoing import Mail
from engine.clock import LONDON
from engine.tables.casefile import CaseFile, FormerHome
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagDifference, FlagRequest
from engine.tables.people import User
from engine.tables.process import Outbox, Subscription, WorkItem

#: What an event to another system is called, and where its row names the request.
REQUESTED, REQUEST_ID = "flag.requested", "flag_request_id"
_TASK, _SYSTEM = "confirm_flag", "flag_system"
_TEAM, _OFFICER = "systems_team", "dmo"
_END = "end"
_LONGEST_REASON = 300
_NO_KEY = "The customer has no tenancy reference, so no system can be told whom it is about."
_BY_HAND = "Done by hand: it was confirmed before this left."
_ANEW = "A later change of the arrangement asked for it anew."
_REPLACED = "flags_replaced"


def ask(context: Context, flag: Flag, action: str) -> FlagRequest:
    """Write the request for one flag and hand it to the adapter of its system.

    action: add, update or end. The text is the flag's own, none for an end. What an adapter
    cannot carry is to be done by hand at once, and says so.
    """
    adapter = adapter_of(context.settings, flag.system)
    customer = customers.of_case(context)
    request = FlagRequest(
        case_id=context.case().id,
        flag_id=flag.id,
        instance_id=context.instance_id,
        reference=secrets.token_hex(16),
        system=flag.system,
        adapter=adapter.way,
        action=action,
        person_key=customer.tenancy_reference if customer else "",
        former_person_key=_former_key(context, flag),
        text="" if action == _END else flag.text,
        effective_on=context.today,
        asked_at=context.now,
    )
    flag.failed_on = None
    context.session.add(request)
    context.session.flush()
    if adapter.way == "webhook":
        _hand_over(context, flag, request)
    if adapter.mailbox:
        context.session.add(_to_mailbox(context, flag.system, adapter.mailbox, request.id))
    return request


def open_request(context: Context, flag: Flag) -> FlagRequest | None:
    """Give the request that the run at work waits for; None for a flag from before there was one.

    The newest first: the same run never asks twice for the same flag. Held until the end of the
    transaction, so that a later change does not replace what is being confirmed.
    """
    return context.session.scalars(
        select(FlagRequest)
        .where(
            FlagRequest.flag_id == flag.id,
            FlagRequest.instance_id == context.instance_id,
            FlagRequest.confirmed_at.is_(None),
            FlagRequest.replaced_at.is_(None),
        )
        .order_by(FlagRequest.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def is_replaced(context: Context, flag: Flag) -> bool:
    """Tell whether a later change asked for what the run at work still waits for (R-069)."""
    theirs = (FlagRequest.flag_id == flag.id, FlagRequest.instance_id == context.instance_id)
    replaced = select(FlagRequest.id).where(*theirs, FlagRequest.replaced_at.is_not(None)).limit(1)
    return context.session.scalar(replaced) is not None


def ref_of(instance_id: int | None) -> str:
    """Give how messages address the run that waits for confirmations: ``process_instance:7``."""
    return f"process_instance:{instance_id}"


def replace(context: Context, flag_ids: Collection[int], action: str) -> list[str]:
    """End what earlier changes of these flags still ask for; gives the systems it was asked of.

    One change is one checklist, and the latest counts (R-069): the earlier run is told and ends,
    what has not left never leaves, and an answer to it confirms nothing. A removal is replaced by
    a removal alone. A run from a release without that way out goes on as it was drawn.
    """
    earlier = context.session.scalars(
        select(FlagRequest)
        .join(Subscription, Subscription.instance_id == FlagRequest.instance_id)
        .where(
            FlagRequest.flag_id.in_(flag_ids),
            FlagRequest.instance_id != context.instance_id,
            FlagRequest.confirmed_at.is_(None),
            FlagRequest.replaced_at.is_(None),
            true() if action == _END else FlagRequest.action != _END,
            Subscription.name == _REPLACED,
        )
        .order_by(FlagRequest.id)
        .with_for_update(of=FlagRequest)
    ).all()
    for request in earlier:
        request.replaced_at = context.now
        _keep_here(context, request, _ANEW)
        new = {"system": request.system, "action": request.action}
        context.audit("flag_request_replaced", "flag_request", request.id, new=new)
    for instance_id in dict.fromkeys(request.instance_id for request in earlier):
        context.send(_REPLACED, key=ref_of(instance_id))
    return [request.system for request in earlier]


def confirm(context: Context, flag: Flag, evidence_ref: str) -> None:
    """Keep who confirmed the request, when and how; what has not left yet never leaves.

    So a system that was away does not do again what a person did meanwhile.
    """
    request = open_request(context, flag)
    flag.failed_on = None
    if request is None:
        return
    request.confirmed_at, request.confirmed_by = context.now, context.actor
    request.confirmed_via, request.evidence_ref = "task", evidence_ref
    _keep_here(context, request, _BY_HAND)


def _keep_here(context: Context, request: FlagRequest, because: str) -> None:
    """See that the call of a request that is settled never leaves, unless it is leaving now."""
    if request.outbox_id is None:
        return
    # Skipped while a worker holds it: then it is leaving at this moment, under its own key.
    row = context.session.scalars(
        select(Outbox)
        .where(Outbox.id == request.outbox_id, Outbox.sent_at.is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is not None and row.given_up_at is None:
        row.given_up_at, row.given_up_by = context.now, context.actor
        row.given_up_reason, row.next_try_at = because, None


def is_about_flag(content: Mapping[str, Any]) -> bool:
    """Tell whether a row of the outbox asks a system for a flag, or for its removal."""
    return REQUEST_ID in content or flag_removals.DIFFERENCE_ID in content


def body_of(session: Session, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give what a system is told of the request a row of the outbox names.

    None when there is nothing to ask any more.
    """
    if flag_removals.DIFFERENCE_ID in content:
        return flag_removals.body_of(session, content[flag_removals.DIFFERENCE_ID], REQUESTED)
    request = session.get(FlagRequest, content[REQUEST_ID])
    if request is None or request.confirmed_at or request.replaced_at:
        return None
    return {
        "type": REQUESTED,
        "timestamp": request.asked_at.isoformat(),
        "data": {
            "id": request.reference,
            "system": request.system,
            "person_key": request.person_key,
            "former_person_key": request.former_person_key or None,
            "action": request.action,
            "text": request.text,
            "effective_on": request.effective_on.isoformat(),
        },
    }


def call_failed(session: Session, row: Outbox, because: str, at: dt.datetime) -> None:
    """Make a request whose call will not be tried again a person's: told, marked and kept.

    For a row of another kind, or a request that is confirmed or replaced, nothing happens.
    """
    if row.kind != FLAG:
        return
    removal = session.get(FlagDifference, row.content.get(flag_removals.DIFFERENCE_ID, 0))
    if removal is not None:
        flag_removals.fail(session, removal, because, at)
    request = session.get(FlagRequest, row.content.get(REQUEST_ID, 0))
    if request is None or request.replaced_at is not None:
        return
    if request.confirmed_at is None and request.failed_at is None:
        fail(session, request, because, at)


def fail(session: Session, request: FlagRequest, because: str, at: dt.datetime) -> None:
    """Make a request a person's, once: its task says why, the systems team and the officer know.

    because: a sentence; cut after 300 characters.
    """
    case = session.get_one(CaseFile, request.case_id, with_for_update=True)
    request.failed_at, request.failed_because = at, because[:_LONGEST_REASON]
    today = at.astimezone(LONDON).date()
    session.get_one(Flag, request.flag_id).failed_on = today
    item = task_of(session, request)
    if item is not None:
        item.due_reason = f"{item.due_reason or ''} {request.system} could not be asked by itself: "
        item.due_reason = f"{item.due_reason.strip()} do it there by hand.".strip()
    path = f"/tasks/{item.id}" if item is not None else f"/cases/{case.id}"
    for user in _who_sees_to_it(session, item, today):
        session.add(outgoing.staff_mail(_failed_mail(case, request, user, path), case.id, at))
    Chain.of_case(session, case).add(
        Entry(
            "flag_call_failed",
            "flag_request",
            request.id,
            THE_SYSTEM,
            new={"system": request.system, "action": request.action},
        ),
        at=at,
    )


def task_of(session: Session, request: FlagRequest) -> WorkItem | None:
    """Give the open task that confirms a request; None when there is none."""
    open_tasks = session.scalars(
        select(WorkItem).where(
            WorkItem.instance_id == request.instance_id,
            WorkItem.element_id == _TASK,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    )
    return next(
        (item for item in open_tasks if item.variables.get(_SYSTEM) == request.system), None
    )


def _hand_over(context: Context, flag: Flag, request: FlagRequest) -> None:
    """Let the outbox carry it: the row names the request, its words are read as it leaves."""
    if not request.person_key:
        request.adapter = "by_hand"
        request.failed_at, request.failed_because = context.now, _NO_KEY
        flag.failed_on = context.today
        return
    channel = channel_of(short_name(request.system))
    content = {"type": REQUESTED, REQUEST_ID: request.id}
    row = outgoing.row_to(FLAG, channel, request.case_id, context.now, content)
    row.channel = channel
    context.session.add(row)
    context.session.flush()
    request.outbox_id = row.id


def _former_key(context: Context, flag: Flag) -> str:
    """Give the tenancy the customer left since the flag was set; "" for none."""
    if flag.set_on is None:
        return ""
    left = context.session.scalars(
        select(FormerHome.tenancy_reference)
        .where(FormerHome.case_id == context.case_id, FormerHome.recorded_on >= flag.set_on)
        .order_by(FormerHome.id.desc())
        .limit(1)
    ).one_or_none()
    return left or ""


def _to_mailbox(context: Context, system: str, mailbox: str, request_id: int) -> Outbox:
    sentence = f"A flag in {system} is to be changed."
    return outgoing.email(
        context,
        Mail(
            to=mailbox,
            subject=f"{context.case().reference}: {sentence}",
            text=f"{sentence} Open the list to see what it must show, then confirm it there.",
            path="/flags",
            about=f"flag_wanted:{request_id}",
        ),
    )


def _who_sees_to_it(session: Session, item: WorkItem | None, on: dt.date) -> Iterator[User]:
    """Give who has the task, else everybody who may take it; and who minds the record."""
    here = {user.name: user for user in people.working_here(session, on)}
    taken = item.assignee if item is not None else None
    team = [taken] if taken in here else people.holders_of(session, _TEAM, on)
    names = dict.fromkeys([*team, *people.holders_of(session, _OFFICER, on)])
    return (here[name] for name in names if name in here)


def _failed_mail(case: CaseFile, request: FlagRequest, user: User, path: str) -> Mail:
    sentence = f"A flag in {request.system} has to be changed by hand."
    return Mail(
        to=user.email,
        subject=f"{case.reference}: {sentence}",
        text=f"{sentence} It could not be asked by itself. Open the task to see what to do.",
        path=path,
        about=f"flag_failed:{request.id}:{user.name}",
    )
