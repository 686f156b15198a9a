"""What is kept of a stuck step beside its own row: history, audit, and word to other systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.casework.outgoing import WEBHOOKS, event_rows
from engine.tables.casefile import CaseFile
from engine.tables.process import ElementHistory, Incident, Setting

#: What the history of a run says of a step beside entered, left and cancelled.
What = Literal["stuck", "tried_again", "settled"]


def show_opened(session: Session, incidents: Sequence[Incident], at: dt.datetime) -> None:
    """Keep in the history that steps got stuck, and tell who wants to know; nothing for none."""
    if not incidents:
        return
    session.flush()
    wanted = session.get(Setting, WEBHOOKS)
    settings = {WEBHOOKS: wanted.value} if wanted else {}
    for incident in incidents:
        note(session, incident, "stuck", by=THE_SYSTEM, at=at)
        ids = {
            "incident_id": incident.id,
            "case_id": incident.case_id,
            "instance_id": incident.instance_id,
        }
        session.add_all(event_rows(settings, "incident.opened", at, ids))


def note(session: Session, incident: Incident, what: What, *, by: str, at: dt.datetime) -> None:
    """Keep in the history of a run what happened to its stuck step; one without a run has none."""
    if incident.instance_id is None:
        return
    session.add(
        ElementHistory(
            instance_id=incident.instance_id,
            case_id=incident.case_id,
            process_id=incident.process_id,
            element_id=incident.element_id,
            what=what,
            at=at,
            by=by,
        )
    )


def audit(
    session: Session, incident: Incident, action: str, *, by: str, at: dt.datetime, **new: Any
) -> None:
    """Keep who did what about a stuck step: in its case's chain, else in the administration's."""
    case = session.get(CaseFile, incident.case_id) if incident.case_id else None
    chain = Chain.of_case(session, case) if case else Chain.of_administration(session)
    said = {"process_id": incident.process_id, "element_id": incident.element_id, **new}
    chain.add(Entry(action, "incident", incident.id, actor=by, new=said), at=at)
