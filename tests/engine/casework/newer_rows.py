"""Rows of the tables that came after the first ones, each with something personal."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.casefile import Contact, Evidence, FormerHome
from engine.tables.comments import Comment
from engine.tables.data_requests import DataCopy, DataCopyPart, DataMark, DataRequest
from engine.tables.decisions import Arrangement, Flag
from engine.tables.files import EvidenceFile, EvidenceFilePart
from engine.tables.flagging import FlagDifference, FlagReconciliation, FlagRequest
from engine.tables.imports import ContactImport, ContactImportRow
from engine.tables.ombudsman import Determination, OmbudsmanItem
from engine.tables.outside import OutsideEvent
from engine.tables.ownership import OwnershipChange
from engine.tables.partners import PartnerNotice, PassedAppeal, SharingAgreement
from engine.tables.passing_on import PassedOn
from engine.tables.refusals import ContactRefusal
from engine.tables.register_imports import RegisterImport, RegisterImportRow


def newer_rows(session: Session, case_id: int | None, now: dt.datetime, words: str) -> list[Any]:
    """Give one row of each for a case that has evidence; what they refer to is written."""
    record = session.scalars(select(Evidence).where(Evidence.case_id == case_id)).first()
    assert record is not None
    file = EvidenceFile(
        case_id=case_id,
        evidence_id=record.id,
        name=f"{words}.pdf",
        kind="pdf",
        size_bytes=6,
        sha256="0" * 64,
        added_by="priya",
        added_at=now,
    )
    # The import itself is nobody's case: only its rows are.
    taken_in = ContactImport(
        file_name="contacts.csv", sha256="0" * 64, headings=["Name"], made_by="gone", made_at=now
    )
    register = RegisterImport(
        **{"file_name": "register.csv", "sha256": "0" * 64, "made_by": "gone", "made_at": now},
        **{"sheets": [], "mapping": [], "choices": {}, "counts": {}},
    )
    session.add_all([file, taken_in, register])
    session.flush()
    return [
        EvidenceFilePart(case_id=case_id, file_id=file.id, number=1, content=words.encode()),
        Comment(case_id=case_id, text=words, by="priya", at=now),
        ContactImportRow(
            import_id=taken_in.id, number=2, cells=[words], status="ready", case_id=case_id
        ),
        RegisterImportRow(
            **{"import_id": register.id, "sheet": 0, "number": 2, "status": "duplicate"},
            **{"case_id": case_id, "cells": [words], "exceptions": [], "waits": []},
            problems=[["Customer name", words]],
        ),
        FormerHome(
            case_id=case_id,
            address=words,
            tenancy_reference=words,
            until_on=now.date(),
            recorded_on=now.date(),
        ),
        *_of_an_arrangement(session, case_id, now, words),
        *_of_a_flag(session, case_id, now, words),
        _of_an_ombudsman(session, case_id, now, words),
        *_of_a_partner(session, case_id, now, words),
        *_of_a_data_request(session, case_id, now, words),
        _from_outside(case_id, now, words),
        _passed_on(session, case_id, now, words),
    ]


def _of_an_arrangement(
    session: Session, case_id: int | None, now: dt.datetime, words: str
) -> list[Any]:
    """Give what hangs on an arrangement; an absence itself is nobody's case."""
    arrangement = session.scalars(select(Arrangement).where(Arrangement.case_id == case_id)).first()
    assert arrangement is not None
    on = now.date()
    away = Absence(
        user_name="gone", kind="leave", from_on=on, until_on=on, made_by="gone", made_at=now
    )
    session.add(away)
    session.flush()
    days = {"case_id": case_id, "absence_id": away.id, "from_on": on, "until_on": on}
    return [
        ContactRefusal(
            case_id=case_id,
            arrangement_id=arrangement.id,
            proposed_on=on,
            proposed_by="priya",
            why=words,
            change_first="not_enough",
            why_no_change=words,
        ),
        StandIn(arrangement_id=arrangement.id, nobody_because=words, **days),
        CoverNotice(
            arrangement_id=arrangement.id,
            kind="begins",
            wanted_on=on,
            due_on=on,
            proof=words,
            **days,
        ),
    ]


def _of_a_flag(session: Session, case_id: int | None, now: dt.datetime, words: str) -> list[Any]:
    """Give what was asked for and what was found; the comparison itself is nobody's case."""
    arrangements = select(Arrangement.id).where(Arrangement.case_id == case_id)
    flag = session.scalars(select(Flag).where(Flag.arrangement_id.in_(arrangements))).first()
    assert flag is not None
    compared = FlagReconciliation(
        system=flag.system, file_name="flags.csv", sha256="0" * 64, made_by="gone", made_at=now
    )
    session.add(compared)
    session.flush()
    return [
        FlagRequest(
            case_id=case_id,
            flag_id=flag.id,
            reference=secrets.token_hex(16),
            system=flag.system,
            adapter="by_hand",
            action="add",
            person_key=words,
            text=words,
            effective_on=now.date(),
            asked_at=now,
        ),
        FlagDifference(
            reconciliation_id=compared.id, kind="text", case_id=case_id, person_key=words
        ),
    ]


def _from_outside(case_id: int | None, now: dt.datetime, words: str) -> OutsideEvent:
    return OutsideEvent(
        case_id=case_id,
        kind="wish",
        happened_on=now.date(),
        what=words,
        done_by=words,
        known_how="customer",
        known_on=now.date(),
        proof=words,
        details={"wish_answer": "none", "refused_because": words},
        recorded_by="priya",
        recorded_on=now.date(),
    )


def _passed_on(session: Session, case_id: int | None, now: dt.datetime, words: str) -> PassedOn:
    on = now.date()
    contact = Contact(
        case_id=case_id,
        on=on,
        channel="email",
        direction="in",
        note=words,
        logged_by="priya",
        logged_at=now,
    )
    session.add(contact)
    session.flush()
    return PassedOn(
        case_id=case_id,
        contact_id=contact.id,
        what=words,
        to_user="priya",
        passed_by="priya",
        passed_on=on,
        due_on=on,
        due_reason=words,
        later_because=words,
        outcome_note=words,
    )


def _of_an_ombudsman(
    session: Session, case_id: int | None, now: dt.datetime, words: str
) -> OmbudsmanItem:
    report = Determination(
        case_id=case_id,
        ombudsman="housing",
        reference=words,
        reported_on=now.date(),
        outcome="service_failure",
        findings=words,
        recorded_by="priya",
        recorded_on=now.date(),
    )
    session.add(report)
    session.flush()
    return OmbudsmanItem(
        case_id=case_id,
        determination_id=report.id,
        kind="order",
        what=words,
        proof_kind="other",
        owner="priya",
        due_on=now.date(),
        proof=words,
    )


def _of_a_partner(session: Session, case_id: int | None, now: dt.datetime, words: str) -> list[Any]:
    """Give what the partner told; the agreement itself is nobody's case."""
    arrangement = session.scalars(select(Arrangement).where(Arrangement.case_id == case_id)).first()
    assert arrangement is not None
    on = now.date()
    allows = SharingAgreement(
        partner="gone",
        reference="DSA",
        from_on=on,
        until_on=on,
        recorded_by="gone",
        recorded_at=now,
    )
    session.add(allows)
    session.flush()
    theirs = {"case_id": case_id, "arrangement_id": arrangement.id}
    return [
        PartnerNotice(
            partner="gone",
            reference=words,
            arrangement_reference=words,
            kind="start",
            agreement_id=allows.id,
            received_on=on,
            effective_on=on,
            logged_by="priya",
            logged_at=now,
            sent_back_because=words,
            **theirs,
        ),
        OwnershipChange(
            was=words,
            becomes=words,
            from_on=on,
            legal_basis=words,
            made_by="priya",
            made_at=now,
            **theirs,
        ),
        PassedAppeal(
            received_on=on,
            received_by="priya",
            channel="email",
            said=words,
            logged_by="priya",
            proof=words,
            **theirs,
        ),
    ]


def _of_a_data_request(
    session: Session, case_id: int | None, now: dt.datetime, words: str
) -> list[Any]:
    on = now.date()
    request = DataRequest(
        case_id=case_id,
        kind="copy",
        what=words,
        received_on=on,
        received_by="priya",
        channel="email",
        logged_by="priya",
        logged_on=on,
        identity_note=words,
        due_on=on,
        more_time_because=words,
        closed_on=on,
    )
    session.add(request)
    session.flush()
    of_it = {"case_id": case_id, "data_request_id": request.id}
    copy = DataCopy(
        **of_it, made_at=now, made_by="priya", size_bytes=6, sha256="0" * 64, case_ids=[case_id]
    )
    session.add(copy)
    session.flush()
    return [
        DataCopyPart(case_id=case_id, data_copy_id=copy.id, number=1, content=words.encode()),
        DataMark(
            **of_it, name=words, decision="keep", reason=words, decided_by="priya", decided_on=on
        ),
    ]
