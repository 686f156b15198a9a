"""What leaves the house, as rows of the unit of work: e-mails, and events for other systems."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.casework.context import Context
from engine.tables.process import Outbox

#: Kinds of rows.
EMAIL = "email"
WEBHOOK = "webhook"
#: The setting in which the worker says which endpoint wants to be told of what.
WEBHOOKS = "webhooks"
#: What other systems can be told of -> when that is (docs/operating.md says it to them).
EVENTS: Mapping[str, str] = {
    "arrangement.started": "An arrangement took effect.",
    "arrangement.ended": "An arrangement ended.",
    "incident.opened": "A step got stuck, or a message found nobody.",
    "letter.issued": "A letter was issued.",
}


@dataclass(frozen=True)
class Mail:
    """One e-mail to one person: no personal data of a customer, and a way to the case."""

    to: str
    subject: str
    text: str
    #: Where its link leads, from the root of our pages: ``/cases/12``.
    path: str
    #: What it is about, to whom and for which date; the same again is not written.
    about: str
    #: The meeting that goes with it as a calendar file; None for none.
    meeting: Mapping[str, Any] | None = None


def email(context: Context, mail: Mail) -> Outbox:
    """Give the row of an e-mail; it is sent after the commit, mails of one case in their order."""
    return staff_mail(mail, context.case_id, context.now)


def staff_mail(mail: Mail, case_id: int | None, at: dt.datetime) -> Outbox:
    """Give the row of an e-mail to somebody who works here, written at that moment."""
    return _row(
        EMAIL,
        EMAIL,
        _order(EMAIL, mail.to, case_id),
        at,
        case_id=case_id,
        about=mail.about,
        content={
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "path": mail.path,
            **({"meeting": dict(mail.meeting)} if mail.meeting else {}),
        },
    )


def row_to(
    kind: str, to: str, case_id: int | None, at: dt.datetime, content: Mapping[str, Any]
) -> Outbox:
    """Give the row of something for one receiver; what goes to the same of a case is in order."""
    return _row(
        kind,
        kind,
        _order(kind, to, case_id),
        at,
        case_id=case_id,
        about=None,
        content=dict(content),
    )


def announce(context: Context, event: str, **ids: int | None) -> None:
    """Tell each endpoint that wants to know what happened on this case; ids only, no words."""
    rows = event_rows(context.settings, event, context.now, {"case_id": context.case_id, **ids})
    context.session.add_all(rows)


def event_rows(
    settings: Mapping[str, str], event: str, at: dt.datetime, ids: Mapping[str, int | None]
) -> list[Outbox]:
    """Give one row for each endpoint that wants to know of an event; none where there is no such.

    ids: what it is about, ``case_id`` among them; what is None is left out.
    """
    known = {name: value for name, value in ids.items() if value is not None}
    case_id = known.get("case_id")
    return [
        _row(
            WEBHOOK,
            channel_of(endpoint),
            _order(WEBHOOK, endpoint, case_id),
            at,
            case_id=case_id,
            about=None,
            content={"type": event, "timestamp": at.isoformat(), "data": known},
        )
        for endpoint in _wanting(settings, event)
    ]


def channel_of(endpoint: str) -> str:
    """Name the channel of an endpoint."""
    return f"{WEBHOOK}:{endpoint}"


def wants(endpoints: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Write which endpoint wants to be told of what, as the setting keeps it."""
    said = {name: sorted(events) for name, events in endpoints}
    return json.dumps(said, sort_keys=True)


def _wanting(settings: Mapping[str, str], event: str) -> Iterator[str]:
    said: dict[str, list[str]] = json.loads(settings.get(WEBHOOKS) or "{}")
    return (name for name, events in said.items() if event in events)


def _order(kind: str, to: str, case_id: int | None) -> str:
    """Give what rows share of which a later one waits for the earlier."""
    return f"{kind} {to} case:{case_id or 0}"


def _row(kind: str, channel: str, order_key: str, at: dt.datetime, **more: object) -> Outbox:
    return Outbox(
        kind=kind,
        channel=channel,
        key=secrets.token_hex(16),
        order_key=order_key,
        made_at=at,
        next_try_at=at,
        **more,
    )
