"""The documents the policy is read with, and a diagram that follows no version of the policy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from engine import publishing
from engine.casework.policy_documents import web_address
from engine.errors import InvalidAnswers, NotAllowed
from engine.queries import policy_control
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from tests.engine.casework import test_policy_control
from tests.engine.casework.test_policy_control import OLIVE, OSCAR, draft

house = test_policy_control.house
BEHAVIOUR = {
    "title": "Unacceptable Behaviour Policy",
    "owner": "ours",
    "version": "3",
    "dated_on": "2025-02-01",
    "found_at": "https://policies.landlord.example/behaviour",
    "since": "2025-03-01",
}


def kept(house: Scenario, by: str = "olive", **changed: Any) -> None:
    answers = {**BEHAVIOUR, **changed}
    given = {name: answer for name, answer in answers.items() if answer is not None}
    house.receive("policy_document_recorded", by=by, answers=given)


def test_a_diagram_goes_without_a_version_of_the_policy_only_with_a_reason(house: Scenario) -> None:
    """R-012, R-114: refused while no version is on record; its reason stands beside it for good."""
    one = draft(house)
    for reason in ("", "n/a"):
        with pytest.raises(InvalidAnswers, match="there is no version and no exemption"):
            publishing.submit_draft(house.db, one, "Words", OLIVE, exemption=reason)
    reason = "The policy is adopted next month."
    publishing.submit_draft(house.db, one, "Words", OLIVE, exemption=reason)
    number = publishing.approve_draft(house.db, one, OSCAR)
    test_policy_control.recorded(house)
    page = policy_control.control_page(house.db, OLIVE)
    assert page.releases == ((number, "none on record", f"Exempted by Olive: {reason}"),)


def test_a_new_version_stands_beside_the_earlier_ones(house: Scenario) -> None:
    """R-012: the newest by its date, whenever it was recorded; nothing is overwritten."""
    kept(house)
    kept(house, owner="partner", version="1", found_at="Shared drive, folder 7")
    kept(house, version="4", dated_on="2026-01-05", since="2026-01-05")
    kept(house, title=" unacceptable  behaviour policy", version="2", dated_on="2023-01-05")
    ours, theirs = policy_control.control_page(house.db, OLIVE).documents
    assert (ours.title, ours.whose) == (BEHAVIOUR["title"], "Ours")
    assert ours.newest.number == "4"
    assert [(one.number, one.dated_on) for one in ours.earlier] == [
        ("3", dt.date(2025, 2, 1)),
        ("2", dt.date(2023, 1, 5)),
    ]
    assert ours.newest.link == BEHAVIOUR["found_at"]
    assert (theirs.whose, theirs.newest.link, theirs.earlier) == ("The partner's", "", ())


def test_each_version_of_a_document_is_in_the_audit_log(house: Scenario) -> None:
    """R-012, R-111: what was recorded, and by whom."""
    kept(house)
    with house.db.reading() as session:
        wanted = (
            select(AuditDetail)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "policy_document_recorded")
        )
        entry = session.scalars(wanted).one()
        said = {**BEHAVIOUR, "number": BEHAVIOUR["version"]}
        said.pop("version")
        assert (entry.actor, entry.new) == ("olive", said)


@pytest.mark.parametrize(
    ("changed", "about", "says"),
    [
        ({"version": None}, "version", "Enter the version of the document"),
        ({"version": "n/a"}, "version", "Expected the version, such as 3"),
        ({"title": "See above"}, "title", "says nothing"),
        ({"dated_on": "2030-01-01"}, "dated_on", "cannot be in the future"),
        ({"since": "2030-01-01"}, "since", "cannot be in the future"),
        ({"since": "2025-01-31"}, "since", "Expected a date from Sat 1 Feb 2025 on"),
        ({"found_at": "javascript:alert(1)"}, "found_at", "begins with https"),
        ({"found_at": "ftp://files.landlord.example/3"}, "found_at", "begins with https"),
        ({"found_at": "www.landlord.example/3"}, "found_at", "begins with https"),
        ({"found_at": "https://one@landlord.example/3"}, "found_at", "begins with https"),
        ({"found_at": "https://[landlord/3"}, "found_at", "begins with https"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(
    house: Scenario, changed: dict[str, Any], about: str, says: str
) -> None:
    """R-012: no version, a date to come, an address no browser should follow."""
    with pytest.raises(InvalidAnswers) as refused:
        kept(house, **changed)
    assert [(one.question, says in one.message) for one in refused.value.problems] == [
        (about, True)
    ]
    assert policy_control.control_page(house.db, OLIVE).documents == ()


def test_the_same_version_is_not_recorded_twice(house: Scenario) -> None:
    """R-012: however its title is typed; the partner's of the same name is another document."""
    kept(house, version="3a")
    with pytest.raises(InvalidAnswers, match="which is on record already"):
        kept(house, title="unacceptable behaviour  POLICY", version="3A ")
    kept(house, owner="partner", version="3a")
    assert len(policy_control.control_page(house.db, OLIVE).documents) == 2


def test_only_process_owners_record_a_document(house: Scenario) -> None:
    """R-012: a manager sees the page and changes nothing there."""
    with pytest.raises(NotAllowed):
        kept(house, by="mo")


@pytest.mark.parametrize("words", ["Archive: number 14", "Shared drive, folder 7", "DR-104"])
def test_words_are_kept_as_they_are_and_are_no_link(house: Scenario, words: str) -> None:
    kept(house, found_at=words)
    (document,) = policy_control.control_page(house.db, OLIVE).documents
    assert (document.newest.found_at, document.newest.link) == (words, "")


@pytest.mark.parametrize(
    ("found_at", "is_link"),
    [("http://a.example", True), ("https://a.example/b c", False), ("https:///b", False)],
)
def test_only_an_http_address_is_a_link(found_at: str, is_link: bool) -> None:
    assert bool(web_address(found_at)) is is_link
