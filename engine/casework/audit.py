"""Audit chains: who did what, one chain a case and one for administration (R-111)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine.tables.audit import AuditAnchor, AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.columns import table_of
from engine.tables.database import Collision

#: The chain of everything that is not about one case: releases, people, settings.
ADMINISTRATION = "administration"
#: Somebody read restricted answers that are not their own (R-103).
RESTRICTED_READ = "restricted_answers_read"
#: Everything was written into a file, in the chain of administration.
BACKUP_MADE = "backup_made"
#: Any number that nobody else asks PostgreSQL to lock.
_ADMINISTRATION_LOCK = 7763
#: What the hash of a link is made of, with its moment in between.
_HASHED = (
    "chain",
    "number",
    "action",
    "object_kind",
    "object_id",
    "detail_hash",
    "previous_hash",
)
_AT = 2
_MISSING = "it is missing"
#: Put together once, and past the objects of the session: every unit of work adds a link.
_ADD_EVENT = insert(table_of(AuditEvent)).returning(AuditEvent.id)
_ADD_DETAIL = insert(table_of(AuditDetail))
_CASES = table_of(CaseFile)
_MOVE_HEAD = (
    update(_CASES)
    .where(_CASES.c.id == bindparam("case_id"), _CASES.c.audit_number == bindparam("before"))
    .values(audit_number=bindparam("number"), audit_head=bindparam("head"))
)


@dataclass(frozen=True)
class Entry:
    """One thing to be kept: the event stays for ever, actor, old and new go at the purge."""

    action: str
    kind: str
    object_id: int | None = None
    actor: str | None = None
    old: Any = None
    new: Any = None


@dataclass(frozen=True)
class Fault:
    """One place of a chain where it is not as it was written."""

    #: Of the link, or of the first that is missing.
    number: int
    #: In words.
    what: str
    #: The link as it is found; None where there is none.
    event: AuditEvent | None = None


class Chain:
    """One chain: each link holds the hash of the one before it."""

    def __init__(self, session: Session, name: str, case: CaseFile | None = None) -> None:
        """Open a chain by name; the head of a case's chain is kept on its row."""
        self.session = session
        self.name = name
        self._case = case

    @classmethod
    def of_case(cls, session: Session, case: CaseFile) -> Chain:
        """Give the chain of one case."""
        return cls(session, f"case:{case.id}", case)

    @classmethod
    def of_administration(cls, session: Session) -> Chain:
        """Give the chain of everything that is not about one case.

        Nobody else adds to it until the transaction ends: no row stands for it that two who
        write at once could meet at.
        """
        if session.get_bind().dialect.name == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(_ADMINISTRATION_LOCK)))
        return cls(session, ADMINISTRATION)

    @classmethod
    def grown_since_anchor(cls, session: Session, on: dt.date) -> list[Chain]:
        """Give every chain with a link later than its newest anchor, and no anchor of a day."""
        anchored = (
            select(AuditAnchor.chain, func.max(AuditAnchor.number).label("number"))
            .group_by(AuditAnchor.chain)
            .subquery()
        )
        of_the_day = select(AuditAnchor.chain).where(AuditAnchor.on == on)
        grown = (
            select(AuditEvent.chain)
            .where(AuditEvent.chain.not_in(of_the_day))
            .outerjoin(anchored, anchored.c.chain == AuditEvent.chain)
            .group_by(AuditEvent.chain, anchored.c.number)
            .having(func.max(AuditEvent.number) > func.coalesce(anchored.c.number, 0))
        )
        return [cls(session, name) for name in session.scalars(grown)]

    def add(self, entry: Entry, *, at: dt.datetime) -> None:
        """Append one link; the salted hash of its detail lets the detail be deleted later.

        Raises Collision when another unit of work of the same case added one meanwhile.
        """
        number, head = self._head()
        salt = secrets.token_hex(16)
        event: dict[str, Any] = {
            "chain": self.name,
            "number": number + 1,
            "at": at,
            "action": entry.action,
            "object_kind": entry.kind,
            "object_id": entry.object_id,
            "detail_hash": _detail_hash(entry.actor, entry.old, entry.new, salt),
            "previous_hash": head,
        }
        event["hash"] = _event_hash(event)
        self._move_head(event["number"], event["hash"])
        event_id = self.session.execute(_ADD_EVENT, event).scalar_one()
        detail = {"actor": entry.actor, "old": entry.old, "new": entry.new, "salt": salt}
        self.session.execute(_ADD_DETAIL, {"event_id": event_id, **detail})

    def forget_details(self) -> int:
        """Delete every detail of the chain (the purge of R-107); returns how many went."""
        ids = select(AuditEvent.id).where(AuditEvent.chain == self.name).scalar_subquery()
        result = self.session.execute(delete(AuditDetail).where(AuditDetail.event_id.in_(ids)))
        return int(getattr(result, "rowcount", 0))

    @property
    def head(self) -> tuple[int, str]:
        """Give the number and the hash of the newest link; 0 and "" when there is none."""
        return self._head()

    def anchor(self, on: dt.date, head: tuple[int, str] | None = None) -> None:
        """Keep the head as it stands at the end of a day; once a day, later calls do nothing.

        head: what was verified, where the chain may have grown since; else as it stands now.
        """
        number, hashed = head or self._head()
        seen = self.session.scalar(
            select(AuditAnchor.id).where(AuditAnchor.chain == self.name, AuditAnchor.on == on)
        )
        if number and seen is None:
            self.session.add(AuditAnchor(chain=self.name, on=on, number=number, hash=hashed))

    def length(self) -> int:
        """Count the links that are there."""
        counted = select(func.count(AuditEvent.id)).where(AuditEvent.chain == self.name)
        return self.session.scalar(counted) or 0

    def broken_at(self) -> int | None:
        """Give the number of the first link that does not hold; None when the chain verifies."""
        first = next(self.faults(), None)
        return first.number if first else None

    def faults(self) -> Iterator[Fault]:
        """Give everything that is not as it was written, in the order of the links.

        Details that are gone, as after a deletion, are no fault of the chain.
        """
        links = self.session.execute(
            select(AuditEvent, AuditDetail)
            .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.chain == self.name)
            .order_by(AuditEvent.number)
        )
        kept = select(AuditAnchor.number, AuditAnchor.hash).where(AuditAnchor.chain == self.name)
        anchors = dict(self.session.execute(kept).all())
        previous, expected = "", 1
        for event, detail in links:
            if event.number != expected:
                yield Fault(expected, _MISSING)
                previous, expected = event.previous_hash, event.number
            what = _what_is_wrong(event, detail, previous, anchors)
            if what:
                yield Fault(expected, what, event)
            previous, expected = event.hash, expected + 1
        if max(anchors, default=0) >= expected or self._kept_number() >= expected:
            yield Fault(expected, _MISSING)

    def _move_head(self, number: int, head: str) -> None:
        """Keep the new head on the row of the case. Raises Collision if it is not the next."""
        case = self._case
        if case is None:
            return
        moved = {"case_id": case.id, "before": number - 1, "number": number, "head": head}
        result = self.session.execute(_MOVE_HEAD, moved)
        if getattr(result, "rowcount", 1) == 0:
            raise Collision
        set_committed_value(case, "audit_number", number)
        set_committed_value(case, "audit_head", head)

    def _kept_number(self) -> int:
        return self._case.audit_number if self._case is not None else 0

    def _head(self) -> tuple[int, str]:
        if self._case is not None:
            return self._case.audit_number or 0, self._case.audit_head or ""
        last = self.session.execute(
            select(AuditEvent.number, AuditEvent.hash)
            .where(AuditEvent.chain == self.name)
            .order_by(AuditEvent.number.desc())
            .limit(1)
        ).first()
        return (last[0], last[1]) if last else (0, "")


def chains(session: Session) -> list[str]:
    """Name every chain there is, in the order in which they began."""
    return list(
        session.scalars(
            select(AuditEvent.chain).group_by(AuditEvent.chain).order_by(func.min(AuditEvent.id))
        )
    )


def chain_anew(
    links: Iterable[dict[str, Any]], details: Mapping[int, dict[str, Any]]
) -> dict[int, str]:
    """Chain rows of ``audit_event``, in their order, as links of a chain that begins with them.

    links: the columns of each; ``details``: the columns of ``audit_detail`` by ``event_id``. Salts
    and hashes are written into both; a link whose detail was deleted keeps what it says of it.
    Returns the hash of each link by its number.
    """
    hashes: dict[int, str] = {}
    previous = ""
    for link in links:
        detail = details.get(link["id"])
        if detail is not None:
            detail["salt"] = secrets.token_hex(16)
            link["detail_hash"] = _detail_hash(
                detail["actor"], detail["old"], detail["new"], detail["salt"]
            )
        link["previous_hash"] = previous
        previous = link["hash"] = hashes[link["number"]] = _event_hash(link)
    return hashes


def _what_is_wrong(
    event: AuditEvent, detail: AuditDetail | None, previous: str, anchors: Mapping[int, str]
) -> str:
    """Say what of a link is not as it was written; "" when all is."""
    if event.hash != _event_hash(_said(event)):
        return "the link itself was changed"
    if detail is not None and event.detail_hash != _detail_hash(
        detail.actor, detail.old, detail.new, detail.salt
    ):
        return "who did it, or what it says, was changed"
    if event.previous_hash != previous:
        return "it does not follow from the link before it"
    if anchors.get(event.number, event.hash) != event.hash:
        return "it is not the one that was kept at the end of its day"
    return ""


def _detail_hash(actor: str | None, old: Any, new: Any, salt: str) -> str:
    text = json.dumps([actor, old, new, salt], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _said(event: AuditEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in (*_HASHED, "at")}


def _event_hash(event: Mapping[str, Any]) -> str:
    said = [event[name] for name in _HASHED]
    said.insert(_AT, event["at"].astimezone(dt.UTC).isoformat(timespec="microseconds"))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
