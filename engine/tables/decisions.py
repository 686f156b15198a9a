"""Tables of what was decided, written, put in force, flagged, shared and appealed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class Decision(Row):
    """One decision about a customer: dated, reasoned, resting on evidence, appealable (R-073)."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: matter_settled, warning, no_further_action, not_agreed, closed, agreed, other_action, review,
    #: variation, cease, request, refusal, appeal
    kind: Mapped[str]
    outcome: Mapped[str | None]
    reasons: Mapped[str] = mapped_column(default="")
    decided_on: Mapped[dt.date]
    decided_by: Mapped[str]
    #: Who decided it or sat in when it was decided; they see the case (R-102).
    took_part: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Who else hears no appeal against it, having asked for it or been named in it (R-077).
    barred: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Evidence ids the reasons rest on (R-039).
    cites: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: The one who acts when an appeal changes it, with its id: ``arrangement``, ``stage`` or
    #: ``refusal``.
    owner_kind: Mapped[str]
    owner_id: Mapped[int]
    letter_id: Mapped[int | None]
    #: Computed when a complete letter is issued (X-5, K-10); None means the window has not started.
    appeal_until: Mapped[dt.date | None]
    appeal_reason: Mapped[str | None]
    #: What the form asked beyond the columns above, by question id.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Arrangement(Row):
    """What restricts how a customer may get in touch, from letter to end (R-059 to R-064)."""

    __tablename__ = "arrangement"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: spoc or other_action
    kind: Mapped[str]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    spoc: Mapped[str | None] = mapped_column(index=True)
    cover: Mapped[str | None] = mapped_column(index=True)
    #: The way the customer should get in touch: email, telephone, letter, in_person.
    contact_method: Mapped[str]
    #: The landlord's address or number the customer must use (R-060).
    contact_address: Mapped[str]
    visiting: Mapped[str] = mapped_column(default="")
    emergency_route: Mapped[str]
    response_time: Mapped[str] = mapped_column(default="")
    support: Mapped[str] = mapped_column(default="")
    owner_organisation: Mapped[str]
    #: Whom the customer contacts at the partner that owns it; "" where it is somebody here (R-100).
    partner_contact: Mapped[str] = mapped_column(default="", server_default="")
    #: From when it belongs to that organisation; None where it always did (R-101).
    owned_from: Mapped[dt.date | None]
    taken_over: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[dt.date]
    review_months: Mapped[int | None]
    letter_issued_on: Mapped[dt.date | None]
    in_force_on: Mapped[dt.date | None]
    next_review_on: Mapped[dt.date | None]
    #: Set when an appeal or a request wants the review opened before its time.
    review_opens_on: Mapped[dt.date | None]
    #: The day the request for a look that is being answered was received; see ``look_request``.
    look_received_on: Mapped[dt.date | None]
    end_on: Mapped[dt.date | None]
    #: Since when, and until which day, further contact is refused; None while it is not (R-096).
    refused_on: Mapped[dt.date | None]
    refused_until: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    #: ceased, cancelled_on_appeal, customer_left, ended_by_partner, sent_back
    end_reason: Mapped[str | None]


class Restriction(Row):
    """One structured limit within an arrangement, with its reason (R-004)."""

    __tablename__ = "restriction"
    id: Mapped[int] = mapped_column(primary_key=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    kind: Mapped[str]
    limit: Mapped[str]
    reason: Mapped[str]
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]


class Flag(Row):
    """The marker of one arrangement in one other system, and who confirmed it (R-065 to R-067)."""

    __tablename__ = "flag"
    # By when a system is to be compared is read from this alone, before anything is written.
    __table_args__ = (Index("ix_flag_system", "system", "requested_on", "removed_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    system: Mapped[str]
    #: What that system must show: route, cover and emergency rule, never a reason (R-066).
    text: Mapped[str]
    requested_on: Mapped[dt.date]
    #: Since when it is only said that the system shows it: an old register did, nobody has looked.
    claimed_on: Mapped[dt.date | None]
    set_on: Mapped[dt.date | None]
    update_requested_on: Mapped[dt.date | None]
    removal_requested_on: Mapped[dt.date | None]
    removed_on: Mapped[dt.date | None]
    #: Since when what was asked for last is to be done by hand, because the call to the system
    #: failed; None while nothing has.
    failed_on: Mapped[dt.date | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    proof: Mapped[str] = mapped_column(default="")


class Letter(Row):
    """A letter; once issued it never changes (R-057)."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    decision_id: Mapped[int | None]
    #: The template: ``introduction``, ``fair_treatment``.
    template: Mapped[str]
    release_id: Mapped[int]
    title: Mapped[str]
    html: Mapped[str]
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str]
    issued_on: Mapped[dt.date]
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str]
    channel: Mapped[str]
    sent_to: Mapped[str]
    proof: Mapped[str]
    delivered_on: Mapped[dt.date | None]


class Promise(Row):
    """A commitment one of our letters made (R-058)."""

    __tablename__ = "promise"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    letter_id: Mapped[int | None]
    #: What happened outside by which it was made; None for a promise of a letter.
    outside_event_id: Mapped[int | None]
    what: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[dt.date]
    kept_on: Mapped[dt.date | None]
    #: The day the customer was told that it will not be kept, and why.
    withdrawn_on: Mapped[dt.date | None]
    withdrawn_because: Mapped[str | None]


class Appeal(Row):
    """One challenge to one decision, with its clock (R-073 to R-081)."""

    __tablename__ = "appeal"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    received_on: Mapped[dt.date]
    received_by: Mapped[str]
    channel: Mapped[str] = mapped_column(default="")
    grounds: Mapped[str]
    #: A complaint about the same matter, which runs beside the appeal (R-081).
    complaint_reference: Mapped[str] = mapped_column(default="")
    logged_by: Mapped[str]
    answer_due_on: Mapped[dt.date | None]
    answer_due_reason: Mapped[str | None]
    in_time: Mapped[bool | None]
    director: Mapped[str | None] = mapped_column(index=True)
    decided_on: Mapped[dt.date | None]
    #: upheld, partly_upheld, not_upheld, not_taken
    outcome: Mapped[str | None]
    #: none, terms, cancelled, look_again
    effect: Mapped[str | None]
    reasons: Mapped[str] = mapped_column(default="")
    working_days_taken: Mapped[int | None]
    breached_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: The day on which what it changed was put into effect.
    applied_on: Mapped[dt.date | None]
    withdrawn_on: Mapped[dt.date | None]
    answered_on: Mapped[dt.date | None]


class LookRequest(Row):
    """A wish to look again at an arrangement or a refused referral (R-085, R-086).

    The oldest one not yet answered is the one being worked on; later ones wait their turn.
    """

    __tablename__ = "look_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int | None] = mapped_column(ForeignKey("arrangement.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    #: customer or landlord
    asked_by: Mapped[str]
    why: Mapped[str]
    channel: Mapped[str] = mapped_column(default="")
    received_on: Mapped[dt.date]
    received_by: Mapped[str]
    logged_by: Mapped[str]
    #: review, nothing or refusal
    outcome: Mapped[str | None]
    answered_on: Mapped[dt.date | None]


class PartnerEvent(Row):
    """One thing told to the partner organisation, and its acknowledgement (R-097 to R-099)."""

    __tablename__ = "partner_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    instance_id: Mapped[int]
    partner: Mapped[str]
    #: add, update, end
    action: Mapped[str]
    wanted_on: Mapped[dt.date]
    shared_on: Mapped[dt.date | None]
    shared_by: Mapped[str | None]
    agreement_reference: Mapped[str] = mapped_column(default="")
    #: What was told, word for word: how to route contact, never a reason (R-102).
    told: Mapped[str] = mapped_column(default="")
    acknowledged_on: Mapped[dt.date | None]
    not_shared_reason: Mapped[str | None]


class BreachOfClock(Row):
    """A date of ours that passed unanswered; recorded once per date and never decided by itself."""

    __tablename__ = "sla_breach"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: appeal, review
    kind: Mapped[str]
    object_id: Mapped[int]
    due_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
