"""What another system answers about a flag: confirmed once, by the same path as a person's task."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import flag_removals, flag_requests, flags
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.flag_systems import short_name
from engine.clock import LONDON
from engine.commands.tries import keeps_trying
from engine.commands.work_items import complete_as_system
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.flagging import FlagDifference, FlagRequest

#: What became of an answer: it confirmed the flag, made it a person's, or was known already.
Became = Literal["confirmed", "failed", "repeated"]
LONGEST_NAME, LONGEST_REF, LONGEST_REASON = 80, 120, 200
_LONGEST_KEY = 200
_CONFIRMED = "Expected a request that waits for an answer, but it is confirmed already."
_REPLACED = (
    "Expected a request that waits for an answer, but a later change of the arrangement replaced "
    "it. Do what the newer request says, then answer that one."
)


@dataclass(frozen=True)
class FlagAnswer:
    """One answer of another system, its signature checked already (FlagConfirmation)."""

    #: Its webhook-id: the same again is the same answer.
    key: str
    request_id: str
    #: False when that system says that it cannot.
    is_done: bool = True
    #: Who did it there, as that system calls them.
    by: str = ""
    #: When; None when it does not say, and then it is now.
    at: dt.datetime | None = None
    #: By what it can be found again; of a refusal, why.
    evidence_ref: str = ""


def take_flag_answer(db: Database, system: str, answer: FlagAnswer) -> Became:
    """Take what a system answers to one request; gives what became of it.

    system: its short name, as proved by the signature; the requests of another do not exist.
    An answer that is known already changes nothing. Raises NotFound for a request that does not
    exist, InvalidAnswers for an answer that cannot be used, Rejected for another answer to a
    request that is confirmed; the log of the case keeps that it came.
    """
    _check(answer)
    if _is_removal(db, system, answer.request_id):
        return _removed(db, answer)
    with db.reading() as session:
        request = _request(session, system, answer.request_id)
        if request.answer_key == answer.key:
            return "repeated"
        request_id, refused = request.id, _already(request)
        is_settled = request.confirmed_at is not None or request.replaced_at is not None
        item = None if is_settled else flag_requests.task_of(session, request)
    if item is None:
        _note_ignored(db, request_id)
        raise refused
    if not answer.is_done:
        return _failed(db, request_id, answer)
    try:
        complete_as_system(
            db,
            item.id,
            lambda context: _form_answers(context, answer),
            keep=lambda session: _keep(session, request_id, answer),
        )
    except Rejected:
        return _overtaken(db, request_id, answer)
    return "confirmed"


def _is_removal(db: Database, system: str, reference: str) -> bool:
    """Tell whether this is the removal of a flag no run waits for, asked of this system."""
    with db.reading() as session:
        row = flag_removals.removal_of(session, reference)
        return row is not None and short_name(flag_removals.system_of(session, row)) == system


@keeps_trying
def _removed(db: Database, answer: FlagAnswer) -> Became:
    """Keep what a system answers to the removal of a flag no run waits for, once."""
    with db.writing() as session:
        row = session.scalars(
            select(FlagDifference)
            .where(FlagDifference.reference == answer.request_id)
            .with_for_update()
        ).one()
        if row.answer_key == answer.key:
            return "repeated"
        now = read_surroundings(session).now
        is_late = row.done_at is not None
        if is_late:
            flag_removals.note(session, row, "flag_answer_ignored", THE_SYSTEM, now)
        elif not answer.is_done:
            row.answer_key = answer.key
            flag_removals.fail(session, row, f"It answered: {answer.evidence_ref}", now)
        else:
            row.answer_key, row.done_by, row.done_there = answer.key, THE_SYSTEM, answer.by
            flag_removals.settle(session, row, "webhook", answer.evidence_ref, now)
            flag_removals.note(session, row, "flag_difference_done", THE_SYSTEM, now)
    if is_late:
        raise Rejected(_CONFIRMED)
    return "confirmed" if answer.is_done else "failed"


def _overtaken(db: Database, request_id: int, answer: FlagAnswer) -> Became:
    """Tell whether the same answer was quicker, or another one; raises Rejected for another."""
    with db.reading() as session:
        request = session.get_one(FlagRequest, request_id)
        if request.answer_key == answer.key:
            return "repeated"
        refused = _already(request)
    _note_ignored(db, request_id)
    raise refused


def _form_answers(context: Context, answer: FlagAnswer) -> dict[str, Any]:
    """Give the answers of the form, as a person would type them who saw every line there.

    Raises Rejected when a later change replaced the request in this very moment.
    """
    if flags.is_replaced(context):
        raise Rejected(_REPLACED)
    at = answer.at or context.now
    return {
        "shows": flags.all_that_shows(context),
        "done_on": at.astimezone(LONDON).date().isoformat(),
        "reference": answer.evidence_ref,
    }


def _keep(session: Session, request_id: int, answer: FlagAnswer) -> None:
    request = session.get_one(FlagRequest, request_id)
    request.confirmed_via, request.confirmed_there = "webhook", answer.by
    request.answer_key = answer.key


@keeps_trying
def _failed(db: Database, request_id: int, answer: FlagAnswer) -> Became:
    """Make a request a person's, because the system itself says that it cannot."""
    with db.writing() as session:
        request = session.get_one(FlagRequest, request_id, with_for_update=True)
        if request.answer_key == answer.key:
            return "repeated"
        if request.replaced_at is not None:
            raise Rejected(_REPLACED)
        now = read_surroundings(session).now
        request.answer_key = answer.key
        flag_requests.fail(session, request, f"It answered: {answer.evidence_ref}", now)
    return "failed"


@keeps_trying
def _note_ignored(db: Database, request_id: int) -> None:
    """Keep in the log of the case that an answer came which changed nothing."""
    with db.writing() as session:
        request = session.get_one(FlagRequest, request_id)
        case = session.get_one(CaseFile, request.case_id, with_for_update=True)
        entry = Entry(
            "flag_answer_ignored",
            "flag_request",
            request.id,
            THE_SYSTEM,
            new={"system": request.system},
        )
        Chain.of_case(session, case).add(entry, at=read_surroundings(session).now)


def _already(request: FlagRequest) -> Rejected:
    """Say why an answer to this request changes nothing."""
    if request.replaced_at is not None:
        return Rejected(_REPLACED)
    if request.confirmed_at is None:
        return Rejected("Expected a request that waits for an answer, but the case moved on.")
    return Rejected(_CONFIRMED)


def _request(session: Session, system: str, reference: str) -> FlagRequest:
    found = session.scalars(
        select(FlagRequest).where(FlagRequest.reference == reference)
    ).one_or_none()
    if found is None or short_name(found.system) != system:
        raise NotFound("Expected the id of a request to this system, but there is none like it.")
    return found


def _check(answer: FlagAnswer) -> None:
    """Raise InvalidAnswers with everything about an answer that cannot be kept."""
    wanted = {
        "request_id": (answer.request_id, _LONGEST_KEY, True),
        "by": (answer.by, LONGEST_NAME, answer.is_done),
        "evidence_ref": (
            answer.evidence_ref,
            LONGEST_REF if answer.is_done else LONGEST_REASON,
            True,
        ),
    }
    problems = []
    for name, (text, longest, is_needed) in wanted.items():
        if is_needed and not text.strip():
            problems.append(Problem(name, f"Expected something in {name}, but it is empty."))
        elif len(text) > longest or not text.isprintable():
            problems.append(
                Problem(name, f"Expected one line of at most {longest} characters in {name}.")
            )
    if problems:
        raise InvalidAnswers(problems)
