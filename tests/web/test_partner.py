"""The partner on its pages and by its program: taken once, refused whole, known when it repeats."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from engine import batches, clock, commands, queries
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.ownership import OwnershipChange
from engine.tables.partners import PartnerNotice
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
TOKEN = "t0ken-of-the-partner-0123456789abcdef"
AGREEMENT = {"agreement_reference": "DSA 7", "agreement_from": "2026-01-01"}
NOTICE = {
    "notice_kind": "start",
    "partner_scope": "yes",
    "notice_reference": "NC-1",
    "arrangement_reference": "NC-SPOC-1",
    "received_on": "2026-03-04",
    "effective_on": "2026-03-04",
    "customer_name": "Ashley Moor",
    "address": "9 Tanner Street",
    "tenancy_reference": "NF-131507",
    "partner_contact": "Customer Relations",
    "contact_method": "email",
    "contact_address": "relations@northfield-council.example",
}


@pytest.fixture
def liaison(app: Flask) -> str:
    """An account of the partner with a token, and an agreement that is in date."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(
        settings, partner_tokens=(("petra", TOKEN), ("tom", TOKEN[::-1]))
    )
    database = app.extensions["database"]
    agreed = {**AGREEMENT, "agreement_until": "2026-12-31"}
    commands.receive(database, "agreement_recorded", agreed, by="dorothy", refs={})
    return "petra"


def call(app: Flask, body: Any, token: str = TOKEN, **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().post("/api/partner/notices", json=body, headers=headers, **more)


def counted(app: Flask) -> tuple[int, int]:
    with app.extensions["database"].reading() as session:
        notices = session.scalar(select(func.count(PartnerNotice.id)))
        cases = session.scalar(select(func.count(CaseFile.id)))
        return notices or 0, cases or 0


def test_a_program_sends_a_notice_once_and_the_same_again_does_nothing(
    app: Flask, liaison: str
) -> None:
    first, again = call(app, NOTICE), call(app, NOTICE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == {"notice_reference": "NC-1", "result": "taken"}
    assert again.json == {"notice_reference": "NC-1", "result": "known"}
    assert counted(app) == (1, 1)


def test_two_deliveries_at_one_moment_make_one_case(app: Flask, liaison: str) -> None:
    """R-098: the same notice is one, also when it comes twice at once."""
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(call(app, NOTICE).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(codes) == [200, 200, 200, 201]
    assert counted(app) == (1, 1)


def test_who_proves_nothing_is_told_nothing(app: Flask, liaison: str) -> None:
    """R-098, R-103: a forged call learns nothing."""
    for token in ("", "wrong" * 8):
        answer = call(app, NOTICE, token)
        assert answer.status_code == 401
        assert answer.json is not None
        assert answer.json["error"] == "unauthorized"
    # An account without the role, whatever its token.
    assert call(app, NOTICE, TOKEN[::-1]).status_code == 403
    assert counted(app) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"partner_scope": "no"}, "partner_scope", "council tax"),
        ({"received_on": "2026-02-31"}, "received_on", ""),
        ({"tenancy_reference": "unknown"}, "tenancy_reference", "tenancy reference"),
        ({"reasons": "He shouts."}, "reasons", "none of them"),
        ({"address": ["a"]}, "address", "a text"),
        ({"notice_kind": "begin"}, "notice_kind", ""),
    ],
)
def test_a_notice_that_cannot_be_taken_says_which_field_and_why(
    app: Flask, liaison: str, changed: dict[str, Any], field: str, says: str
) -> None:
    """R-099: a council-tax dispute, and R-097: reasons have no field to be sent in."""
    answer = call(app, {**NOTICE, **changed})
    assert answer.status_code == 422
    assert answer.json is not None
    assert [one["field"] for one in answer.json["fields"]] == [field]
    assert says in answer.json["fields"][0]["message"]
    assert counted(app) == (0, 0)


def test_what_is_no_notice_at_all_is_refused_in_json(app: Flask, liaison: str) -> None:
    assert call(app, [NOTICE]).status_code == 400
    client, proof = app.test_client(), {"Authorization": f"Bearer {TOKEN}"}
    path = "/api/partner/notices"
    kind = "application/json"
    assert client.post(path, data="{", content_type=kind, headers=proof).status_code == 400
    assert client.post(path, data="[" * 9000, content_type=kind, headers=proof).status_code == 400
    assert client.post(path, data="a=1", headers=proof).status_code == 415
    large = client.post(path, json={"address": "x" * 40_000}, headers=proof)
    assert large.status_code == 413
    assert large.json is not None


def send(visitor: Visitor, content: bytes, path: str = "/partner/file") -> Page:
    page = visitor.get(path)
    sent: MultiDict[str, object] = MultiDict({"csrf_token": page.token})
    sent.add("file", FileStorage(io.BytesIO(content), filename="notices.csv"))
    boundary, body = encode_multipart(sent)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = visitor.client.post(path, data=body, content_type=kind)
    found = Page(visitor, answer)
    found.check()
    return found


def as_file(*rows: dict[str, str]) -> bytes:
    names = list(NOTICE)
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    return "\n".join(lines).encode()


def test_a_file_is_shown_first_and_taken_as_a_whole(app: Flask, as_: As, liaison: str) -> None:
    dorothy = as_("dorothy")
    change = {
        **NOTICE,
        **dict.fromkeys(("customer_name", "address", "tenancy_reference"), ""),
        "notice_kind": "change",
        "notice_reference": "NC-2",
        "partner_contact": "Housing Advice",
    }
    wrong = send(dorothy, as_file(NOTICE, change, {**NOTICE, "notice_reference": "NC-3"}))
    assert "1 of 3 rows cannot be taken, so nothing of the file is" in wrong.text
    assert "has begun already" in wrong.text
    assert counted(app) == (0, 0)
    page = send(dorothy, as_file(NOTICE, change))
    assert "Nothing is kept yet" in page.text
    assert counted(app) == (0, 0)
    page = page.press("Take in 2 notices")
    assert page.path == "/partner"
    assert counted(app) == (2, 1)
    assert "NC-2" in page.text
    assert "We have it already" in send(dorothy, as_file(NOTICE, change)).text


def test_a_notice_to_answer_says_by_when_why_and_leads_to_its_task(
    app: Flask, as_: As, liaison: str
) -> None:
    """R-098."""
    assert call(app, NOTICE).status_code == 201
    commands.deliver_messages(app.extensions["database"])
    page = as_("dorothy").get("/partner")
    [cell] = page.tree.xpath("//td[@data-label='Waits']")
    # The task is opened by whoever holds its role; ours is the officer's.
    [task] = cell.xpath(".//a[contains(., 'Open the task')]/@href")
    assert as_("dorothy").get(task).heading == "Answer the notice"
    said = " ".join(cell.text_content().split())
    assert "working days from Wed 4 Mar 2026" in said
    assert "Since Wed 4 Mar 2026" in said
    assert not cell.xpath(".//*[contains(@class, 'due--late')]")
    with clock.frozen(dt.datetime(2026, 3, 30, 10)):
        [late] = as_("dorothy").get("/partner").tree.xpath("//td//*[contains(@class, 'due--late')]")
    assert late.text_content().startswith("Late by")


def test_a_file_that_is_none_is_refused(app: Flask, as_: As, liaison: str) -> None:
    dorothy = as_("dorothy")
    for content, said in (
        (b"", "at least one row"),
        (b"notice_kind\n", "at least one row"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a,a\n1,2\n", "comes again"),
        (b"a,b\n1\n", "2 cells in row 2"),
        (b'a,b\n"1,2\n', "cannot be read"),
        (b"notice_kind\n" + b"start\n" * 501, "at most 500 rows"),
    ):
        assert said in send(dorothy, content).text
    assert as_("priya").client.get("/partner/file").status_code == 404


def test_without_an_agreement_the_page_says_what_to_do(app: Flask, as_: As) -> None:
    """R-099: nothing is shared or taken while no agreement is in date."""
    assert "No sharing agreement is in date" in as_("dorothy").get("/partner").text
    assert as_("priya").client.get("/partner").status_code == 404


def test_arrangements_go_to_another_organisation_with_their_history(
    app: Flask, as_: As, liaison: str
) -> None:
    """R-101: whose it was, from when it is another's, on what basis; nothing else changes."""
    assert call(app, NOTICE).status_code == 201
    dorothy = as_("dorothy")
    page = dorothy.get("/partner/owners")
    empty = page.press("Show which ones go")
    assert "Say on what legal basis" in empty.text
    later = {
        "owner": "Northfield Council",
        "which": "all",
        "to": "Westshire Council",
        "basis": "Transfer agreement of 1 March 2026",
        "day__day": "5",
        "day__month": "3",
        "day__year": "2026",
    }
    assert "lies ahead" in page.press("Show which ones go", **later).text
    shown = page.press("Show which ones go", **{**later, "day__day": "4"})
    assert shown.path.startswith("/batches/")
    database = app.extensions["database"]
    batches.work(database)
    with database.reading() as session:
        assert session.scalar(select(func.count(OwnershipChange.id))) == 0
    batch = int(shown.path.rpartition("/")[2])
    person = queries.person(database, "dorothy")
    batches.begin(database, batch, person)
    batches.work(database)
    with database.reading() as session:
        change = session.scalars(select(OwnershipChange)).one()
        assert (change.was, change.becomes) == ("Northfield Council", "Westshire Council")
        assert change.legal_basis == "Transfer agreement of 1 March 2026"
        arrangement = session.get_one(Arrangement, change.arrangement_id)
        assert arrangement.owner_organisation == "Westshire Council"
        assert arrangement.partner_contact == "Customer Relations"
        assert session.scalar(select(func.count(PartnerNotice.id))) == 1
    assert "Westshire Council, since Wed 4 Mar 2026" in dorothy.get("/cases/1").text
    assert as_("priya").client.get("/partner/owners").status_code == 404


def test_what_only_one_of_the_two_holds_is_found(app: Flask, as_: As, liaison: str) -> None:
    """R-098: arrangements each side holds that the other lacks (Q14)."""
    assert call(app, NOTICE).status_code == 201
    dorothy = as_("dorothy")
    both = b"customer_name,tenancy_reference\nashley  MOOR,nf-131507\n"
    assert "1 arrangement held by both, 0 by the partner alone, 0 by us" in _compared(dorothy, both)
    other = b"customer_name,tenancy_reference\nRobin Hay,NF-1\n"
    text = _compared(dorothy, other)
    assert "0 arrangements held by both, 1 by the partner alone, 1 by us alone" in text
    assert "Robin Hay" in text
    assert "Ashley Moor" in text
    assert "cannot be found" in _compared(dorothy, b"name\nRobin\n")
    # The figures of each stay, and who wants them finds them with the exceptions; nobody is named.
    again = dorothy.get("/partner/compare")
    rows = [
        [cell.text_content() for cell in row.xpath("td")[1:]]
        for row in again.tree.xpath("//tr[td]")
    ]
    assert rows == [["0", "1", "1"], ["1", "0", "0"]]
    assert "Robin Hay" not in again.text
    listed = dorothy.get("/exceptions?number=R-098&past_due=yes")
    assert "1 held by the partner alone, 1 by us alone" in listed.text
    assert listed.tree.xpath("//td//a[@href='/partner/compare']")
    as_file = dorothy.client.get("/exceptions.csv?number=R-098").text
    assert "1 held by the partner alone, 1 by us alone" in as_file
    mo = as_("mo")
    assert mo.client.get("/partner/compare").status_code == 404
    assert not mo.get("/exceptions?number=R-098").tree.xpath("//td//a[@href='/partner/compare']")


def _compared(visitor: Visitor, content: bytes) -> str:
    return send(visitor, content, "/partner/compare").text
