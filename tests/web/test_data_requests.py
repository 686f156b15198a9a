"""A request for data through the pages: other people decided on, the copy made, kept and given."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engine import clock
from engine.scenario import Scenario
from engine.tables.casefile import LegalHold
from engine.tables.data_requests import DataCopy, DataCopyPart, DataRequest
from tests.engine.commands.conftest import TAKEN_OVER
from tests.web.test_wrong_dates import NOW
from tests.web.visitor import Visitor

ASKED = {
    "request_kind": "copy",
    "request_words": "Send me all you have.",
    "received_on": "2026-03-31",
    "received_by": "priya",
    "channel": "telephone",
}
ANSWERED = {
    "request_kind": "correction",
    "request_words": "The call of 30 March was not mine.",
    "received_on-day": "1",
    "received_on-month": "4",
    "received_on-year": "2026",
    "received_by": "kit",
    "channel": "telephone",
}
RECORD = {
    "happened_on": "2026-03-30",
    "at_time": "11:00",
    "witness": "Mrs Holt from number 6",
    "channel": "office",
    "what_happened": "Shouted. Mrs Holt from number 6 heard it, and Mr Quill stood beside her.",
    "behaviour_kind": "unreasonable_behaviour",
    "service_withdrawn": "no",
    "evidence_class": "first_hand",
    "attested": ["relevant", "factual", "substantiated", "no_personal_comment"],
}
PAGE = "/data-requests/1"


@pytest.fixture
def story(app: Flask) -> Iterator[Scenario]:
    """A customer with an arrangement who asks for a copy, and a record with two other people."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        told.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        told.act("add_evidence", by="amina", answers=RECORD)
        told.receive("data_request_received", by="priya", answers=ASKED)
        yield told


def rows(story: Scenario, row: Any) -> list[Any]:
    with story.db.reading() as session:
        return list(session.scalars(select(row).order_by(row.id)))


def sent(visitor: Visitor, path: str, **answers: str) -> int:
    return visitor.post(path, {"csrf_token": visitor.get(PAGE).token, **answers}).status


def decided(visitor: Visitor, name: str, decision: str, reason: str) -> int:
    return sent(visitor, f"{PAGE}/decide", name=name, decision=decision, reason=reason)


def test_a_copy_is_made_once_everybody_else_is_decided_on_and_names_nobody_taken_out(
    app: Flask,
    as_: Callable[[str], Visitor],
    story: Scenario,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """R-104: workflow, letters, flags, log and records, without the names of other people."""
    caplog.set_level(logging.DEBUG)
    dorothy = as_("dorothy")
    page = dorothy.get(PAGE)
    assert "Mrs Holt from number 6" in page.text
    assert "Mr Quill" in page.text
    assert sent(dorothy, f"{PAGE}/make") == 409
    assert decided(dorothy, "Mr Quill", "redact", "") == 422
    for name in ("Mrs Holt from number 6", "Mr Quill", "Mrs Holt"):
        assert decided(dorothy, name, "redact", "It is about somebody else.") == 200
    assert sent(dorothy, f"{PAGE}/make") == 200
    (copy,) = rows(story, DataCopy)
    answer = dorothy.client.get(f"/data-requests/copies/{copy.id}")
    assert hashlib.sha256(answer.data).hexdigest() == copy.sha256
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("your-data.json"))
        text = archive.read("your-data.html").decode()
    assert {"customer", "case_file", "submission", "evidence", "flag", "arrangement"} <= {
        one["section"] for one in data
    }
    assert {"audit", "work_item", "decision", "legal_hold", "data_request"} <= {
        one["section"] for one in data
    }
    whole = json.dumps(data) + text
    assert "Quill" not in whole
    assert "Holt" not in whole
    assert "[taken out]" in text
    assert "Send me all you have." in text
    assert "Quill" not in caplog.text
    assert "Holt" not in caplog.text


def test_the_letter_with_a_copy_says_on_which_basis_we_keep_it_and_where_to_complain(
    as_: Callable[[str], Visitor], story: Scenario
) -> None:
    """R-104, R-109: what health is kept for, in law, and that it can be objected to."""
    known = {"request": ["read"], "identity_clear": "yes", "identity_note": "Known by voice."}
    story.complete("check_request", by="dorothy", answers=known)
    left: dict[str, Any] = {"channel": "letter", "sent_to": TAKEN_OVER["address"]}
    left |= {"sent_on": "2026-04-02", "proof": "Certificate of posting 1"}
    story.complete("issue_letter", by="dorothy", answers=left, about="have your request")
    dorothy = as_("dorothy")
    for name in ("Mr Quill", "Mrs Holt from number 6", "Mrs Holt"):
        assert decided(dorothy, name, "redact", "It is about somebody else.") == 200
    assert sent(dorothy, f"{PAGE}/make") == 200
    answered = {"request": ["read"], "request_step": "answer", "copy_made": "first"}
    story.complete("give_copy", by="dorothy", answers=answered)
    story.complete("issue_letter", by="dorothy", answers=left, about="copy of what we hold")
    story.expect_letter(
        {
            "template": "data_request_copy",
            "contains": [
                "a task carried out in the public interest (Article 6(1)(e) of the UK GDPR)",
                "reasons of substantial public interest (Article 9(2)(g) of the UK GDPR)",
                "object to how we use it",
                "It is about somebody else.",
                "www.ico.org.uk or 0303 123 1113",
            ],
        }
    )


def test_whoever_answers_the_telephone_logs_a_request_and_sees_nothing_of_the_case(
    as_: Callable[[str], Visitor], story: Scenario
) -> None:
    """R-104, R-106: any member of staff takes it in, from where they found the customer."""
    kit = as_("kit")
    card = kit.get(f"/callers?search={TAKEN_OVER['tenancy_reference']}")
    form = card.follow("Somebody asks for their data")
    checked = form.press("Continue", **ANSWERED)
    sent_in = checked.press("Confirm and record")
    assert not sent_in.errors
    assert len(rows(story, DataRequest)) == 2
    kit.get("/cases/1", 404)
    found = kit.get(f"/doors/the-customer-disagrees?search={TAKEN_OVER['tenancy_reference']}")
    assert "Somebody asks for their data" in found.follow("They ask for their data").title


def test_the_copy_is_made_on_a_page_opened_from_the_task(
    as_: Callable[[str], Visitor], story: Scenario
) -> None:
    """R-104: the officer need not know where the list of requests is."""
    task = as_("dorothy").get("/tasks?view=all").follow("Look at the request")
    page = task.follow("Who else is in the data")
    assert page.path == PAGE
    assert page.follow("The task in which it is answered").title == task.title


@pytest.mark.parametrize("name", ["amina", "priya", "claire", "mo", "kit", "olive"])
def test_nobody_but_the_data_management_officer_finds_a_copy(
    as_: Callable[[str], Visitor], story: Scenario, name: str
) -> None:
    """R-102, A.11: what somebody may not see does not exist."""
    visitor = as_(name)
    assert visitor.client.get(PAGE).status_code == 404
    assert visitor.client.get("/data-requests/copies/1").status_code == 404


def test_managers_read_figures_and_the_rest_read_nothing(
    as_: Callable[[str], Visitor], story: Scenario
) -> None:
    """Q12, A.11: open and late requests, holds with their review."""
    page = as_("mo").get("/data-requests").text
    assert "Holds in place" in page
    assert "Carter" not in page
    page = as_("claire").get("/data-requests").text
    assert "Thu 30 Apr 2026" in page
    assert "Request for a copy or a correction" in page
    assert as_("amina").client.get("/data-requests").status_code == 404


def test_a_request_holds_every_case_of_the_person_and_says_when_that_is_reviewed(
    story: Scenario,
) -> None:
    """R-107, R-108: nothing is deleted under an open request, and no hold is endless."""
    (request,) = rows(story, DataRequest)
    (hold,) = rows(story, LegalHold)
    assert (hold.data_request_id, hold.lifted_on) == (request.id, None)
    assert hold.review_on is not None
    assert hold.review_on > hold.opened_on


def test_a_copy_is_kept_sealed_and_never_changes(
    as_: Callable[[str], Visitor], story: Scenario
) -> None:
    """R-104: each copy made is another one; what was made stays as it was."""
    dorothy = as_("dorothy")
    for name in ("Mrs Holt from number 6", "Mr Quill", "Mrs Holt"):
        decided(dorothy, name, "keep", "The person knows it already.")
    sent(dorothy, f"{PAGE}/make")
    before = [one.sha256 for one in rows(story, DataCopy)]
    decided(dorothy, "Mr Quill", "redact", "It is about somebody else.")
    sent(dorothy, f"{PAGE}/make")
    after = [one.sha256 for one in rows(story, DataCopy)]
    assert after[:1] == before
    assert len(set(after)) == 2
    with story.db.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT content FROM data_copy_part").scalars()
        assert all(not bytes(part).startswith(b"PK") for part in raw)
        assert session.scalars(select(DataCopyPart.number)).all() == [1, 1]
