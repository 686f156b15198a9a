"""Tables of the case file: the customer, what happened, what was said and decided about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, Sealed, UtcDateTime


class Customer(Row):
    """The person a case concerns (R-009, R-033)."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    tenancy_reference: Mapped[str] = mapped_column(index=True)
    #: tenant, joint_tenant, leaseholder, representative, staff_tenant
    kind: Mapped[str] = mapped_column(default="tenant")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    #: Adjustments the customer needs beside those below, never a diagnosis (R-056).
    needs: Mapped[str] = mapped_column(default="")
    #: Who else is on the tenancy, as it was entered; "" for nobody known (R-033).
    other_tenants: Mapped[str] = mapped_column(default="", server_default="")
    #: The language to be used; "" for English.
    language: Mapped[str] = mapped_column(default="", server_default="")
    #: large_print, easy_read, braille, audio, bsl, relay (R-056).
    formats: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    #: Ways of contact the customer cannot use: email, telephone, letter, in_person, online (R-044).
    cannot_use: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")


class FormerHome(Row):
    """A home the customer left for another of ours while a case ran: where they were (R-033)."""

    __tablename__ = "former_home"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    address: Mapped[str]
    tenancy_reference: Mapped[str]
    #: The day they moved.
    until_on: Mapped[dt.date]
    recorded_on: Mapped[dt.date]


class CaseFile(Row):
    """One customer's journey through the stages, and the head of its audit chain."""

    __tablename__ = "case_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: As people write it: ``SP-2026-014``.
    reference: Mapped[str] = mapped_column(unique=True)
    parameter_set: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    opened_on: Mapped[dt.date]
    opened_by: Mapped[str] = mapped_column(index=True)
    #: The day anybody here first heard of it (K-9); no conversation about it is earlier.
    concern_on: Mapped[dt.date | None]
    #: The team leader or manager who carries the case.
    owner: Mapped[str] = mapped_column(index=True)
    behaviour_kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Members of staff the customer has complained about; they take no part.
    allegation_against: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Who else on a shared tenancy the case applies to, by name; never anybody not named (R-033).
    also_applies_to: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    #: informal, warning, formal, in_force, ended, closed: where the case stands in its journey.
    stage: Mapped[str] = mapped_column(default="informal")
    earlier_case_id: Mapped[int | None]
    closed_on: Mapped[dt.date | None]
    closed_reason: Mapped[str | None]
    delete_after: Mapped[dt.date | None]
    deleted_on: Mapped[dt.date | None]
    audit_number: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(default="")


class Stage(Row):
    """One stage of one case with the dates its clocks read (R-002)."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    #: informal, warning, formal
    kind: Mapped[str]
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    outcome: Mapped[str | None]
    #: informal: the verbal warning; warning: issue of the Fair Treatment Letter.
    warned_on: Mapped[dt.date | None]
    #: informal: first day on which a next step is allowed; warning: the letter's review date;
    #: formal: the date of the second look.
    look_on: Mapped[dt.date | None]
    #: formal: the referral, from which the meeting's date is counted (or the second look's date).
    referred_on: Mapped[dt.date | None]
    referred_by: Mapped[str | None] = mapped_column(index=True)
    discussed_with: Mapped[str | None]
    #: formal: whom the referral proposes, and what was missing when it was sent back.
    proposed_spoc: Mapped[str | None]
    proposed_cover: Mapped[str | None]
    sent_back_because: Mapped[str | None]
    looks: Mapped[int] = mapped_column(default=0)
    #: From when evidence is collected under this stage (R-024).
    evidence_from: Mapped[dt.date | None]
    meeting_on: Mapped[dt.date | None]
    attendees: Mapped[list[str]] = mapped_column(JSON, default=list)


class ThirdParty(Row):
    """Somebody who speaks for the customer by agreement, and when that ended (R-018, R-019)."""

    __tablename__ = "third_party"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    name: Mapped[str]
    relationship: Mapped[str]
    contact: Mapped[str]
    #: What the customer allowed them to do and hear.
    scope: Mapped[str]
    authority_given_on: Mapped[dt.date]
    #: How we know of it: written, told_us, attorney; "" where nobody asked.
    authority_proof: Mapped[str] = mapped_column(default="", server_default="")
    started_on: Mapped[dt.date]
    #: Taken over from the earlier case of a concern that came back.
    carried_over: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_on: Mapped[dt.date | None]
    end_reason: Mapped[str | None]
    customer_told_on: Mapped[dt.date | None]
    third_party_told_on: Mapped[dt.date | None]


class Contact(Row):
    """One contact with the customer (R-024, R-030)."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_case", "case_id", "on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    on: Mapped[dt.date]
    at_time: Mapped[str | None]
    channel: Mapped[str]
    #: in or out
    direction: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    #: new_matter, emergency, safeguarding, appeal_or_complaint, legal_or_data, nothing_new; while
    #: contact is refused also to_be_read
    triage: Mapped[str] = mapped_column(default="nothing_new")
    #: The day we confirmed to the customer that it came; only asked while contact is refused.
    acknowledged_on: Mapped[dt.date | None]
    logged_by: Mapped[str]
    logged_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: The import it came with; None when a person logged it.
    import_id: Mapped[int | None] = mapped_column(ForeignKey("contact_import.id"))
    #: Fingerprint of the row it came from, so that no import logs it again; None without one.
    source_mark: Mapped[str | None] = mapped_column(unique=True)
    #: It was wrong: since then it is counted nowhere, and it stays to be seen (R-105).
    corrected_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    corrected_by: Mapped[str | None]
    correction_reason: Mapped[str | None]
    #: The contact that this one takes the place of; None for one of its own.
    corrects_contact_id: Mapped[int | None]
    #: What the person says of it who asked for a correction and did not get it; None for nothing.
    own_view: Mapped[str | None]


class Evidence(Row):
    """One dated record; its class decides whether a decision may rest on it (R-027 to R-029)."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_case", "case_id", "on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    on: Mapped[dt.date]
    at_time: Mapped[str | None]
    author: Mapped[str]
    witness: Mapped[str]
    channel: Mapped[str]
    duration_minutes: Mapped[int | None]
    text: Mapped[str]
    behaviour_kind: Mapped[str]
    #: first_hand, trusted_third_party, hearsay, opinion
    evidence_class: Mapped[str]
    #: relevant, factual, substantiated, no_personal_comment
    attested: Mapped[list[str]] = mapped_column(JSON, default=list)
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: It was wrong: since then nothing may rest on it, and it stays to be seen (R-105).
    corrected_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    corrected_by: Mapped[str | None]
    correction_reason: Mapped[str | None]
    #: The record that this one takes the place of; None for one of its own.
    corrects_id: Mapped[int | None]
    #: What the person says of it who asked for a correction and did not get it; None for nothing.
    own_view: Mapped[str | None]


class Submission(Row):
    """The answers to one form, whole, as they were given; restricted ones are sealed."""

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "case_id", "form"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    instance_id: Mapped[int | None]
    work_item_id: Mapped[int | None]
    release_id: Mapped[int]
    form: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    restricted: Mapped[dict[str, Any] | None] = mapped_column(Sealed, deferred=True)
    by: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Made once by the page that sent it, so that a double click is one submission.
    page_mark: Mapped[str | None] = mapped_column(unique=True)


class SupportOffer(Row):
    """An offer of help and whether the customer agreed to it (R-017)."""

    __tablename__ = "support_offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    offered_on: Mapped[dt.date]
    agreed: Mapped[bool]
    agency: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    by: Mapped[str]


class OwedAction(Row):
    """Something the landlord itself still owes the customer (R-015)."""

    __tablename__ = "owed_action"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    what: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[dt.date]
    due_reason: Mapped[str] = mapped_column(default="")
    opened_on: Mapped[dt.date]
    done_on: Mapped[dt.date | None]
    withdrawn_reason: Mapped[str | None]
    #: Since when a run of its own follows it; None for one no run follows yet.
    begun_on: Mapped[dt.date | None]


class LegalHold(Row):
    """A reason to keep a case that would otherwise be deleted (R-108)."""

    __tablename__ = "legal_hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    reason: Mapped[str]
    opened_on: Mapped[dt.date]
    opened_by: Mapped[str]
    lifted_on: Mapped[dt.date | None]
    lifted_by: Mapped[str | None]
    #: By when somebody asks whether it still stands; None for one from before that was asked.
    review_on: Mapped[dt.date | None]
    #: The request for data that keeps it; None for a hold a person placed.
    data_request_id: Mapped[int | None]
    #: When its review was begun; None while the version at work draws none.
    begun_on: Mapped[dt.date | None]
