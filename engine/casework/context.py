"""What a piece of casework is handed: the case, the person, the date and the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from engine import messages
from engine.calendar import Calendar
from engine.casework import audit
from engine.errors import NotFound
from engine.tables.casefile import CaseFile
from engine.tables.process import Message
from forms import LetterTemplate

#: Who is named when no person acted: a timer, a message, the engine itself.
THE_SYSTEM = "the system"


@dataclass
class Context:
    """One transaction's view of one case; casework reads and writes through it."""

    session: Session
    case_id: int | None
    #: User name of the person acting, or ``THE_SYSTEM``.
    actor: str
    now: dt.datetime
    today: dt.date
    calendar: Calendar
    #: Name of a figure -> its value in the case's set: int, text or list.
    policy: Callable[[str], Any]
    parameter_set: str
    release_id: int
    letters: Mapping[str, LetterTemplate] = field(default_factory=dict)
    #: Whether a message begins a process in the version at work.
    begins: Callable[[str], bool] = lambda _message: True
    #: Settings of the installation, such as which webhooks are told of what.
    settings: Mapping[str, str] = field(default_factory=dict)
    instance_id: int | None = None
    #: The process drawn around the element at work; a called process has its own.
    process_id: str = ""
    element_id: str = ""
    work_item_id: int | None = None
    #: What the instance works on; casework may set them, commands keep them with the instance.
    arrangement_id: int | None = None
    appeal_id: int | None = None
    third_party_id: int | None = None
    #: What a message from outside is about, as far as its bringer knows.
    refs: dict[str, int] = field(default_factory=dict)
    #: Control variables a recorder wants the message from outside to carry.
    payload: dict[str, Any] = field(default_factory=dict)
    #: Messages sent so far.
    sent: int = 0
    #: The same, as they are kept; each has its number once they are flushed.
    kept: list[Message] = field(default_factory=list)
    #: Control variables of the instance, read only.
    variables: Mapping[str, Any] = field(default_factory=dict)
    #: Properties of the call activities around the element.
    calling: Mapping[str, str] = field(default_factory=dict)
    #: Held here, since a session lets go of what nobody holds.
    _case: CaseFile | None = None

    def case(self) -> CaseFile:
        """Give the case, read once; NotFound when there is none."""
        if self._case is None or self._case.id != self.case_id:
            self._case = self.session.get(CaseFile, self.case_id) if self.case_id else None
        if self._case is None:
            raise NotFound("Expected a case to work on, but there is none.")
        return self._case

    def send(
        self,
        name: str,
        *,
        key: str | None = None,
        refs: Mapping[str, int] | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Say something to another instance; it is delivered right after this commit."""
        self.sent += 1
        message = messages.send(
            self.session,
            messages.Envelope(
                name=name,
                key=key,
                refs={"case_id": self.case_id, **(refs or {})}
                if self.case_id
                else dict(refs or {}),
                payload=dict(payload or {}),
                sender_instance_id=self.instance_id,
                sent_by=self.actor,
                sent_at=self.now,
            ),
        )
        self.kept.append(message)

    def audit(
        self,
        action: str,
        kind: str,
        object_id: int | None = None,
        *,
        old: Any = None,
        new: Any = None,
    ) -> None:
        """Add one link to the case's audit chain (R-111); `new` and `old` go at the purge."""
        chain = audit.Chain.of_case(self.session, self.case())
        chain.add(
            audit.Entry(
                action=action, kind=kind, object_id=object_id, actor=self.actor, old=old, new=new
            ),
            at=self.now,
        )
