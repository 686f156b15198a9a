"""Letters to post: who sees them, one list, one PDF, posted once (R-045, R-057)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from threading import Thread

import pypdf
import pytest
from sqlalchemy import select

import engine
from engine.casework.audit import Chain
from engine.casework.issued_letters import fingerprint
from engine.outbox import print_packs
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, ThirdParty
from engine.tables.database import Database
from engine.tables.leaving import PrintPack, Sending
from tests.engine.queries.landlord import Pen
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def put(app_database: Database, *names: str, day: int = 4) -> list[int]:
    """Issue a letter for each customer that waits to be printed; gives the sendings."""
    made = []
    with app_database.writing() as session:
        for name in names:
            pen = Pen(session)
            case = pen.case(name)
            html = f'<article class="letter"><p class="letter__address">{name}</p></article>'
            letter = pen.letter(case, html=html, sha256=fingerprint(html))
            sending = Sending(
                case_id=case.id,
                letter_id=letter.id,
                to_name=name,
                channel="letter",
                way="print_pack",
                sent_to=f"{name}\n4 Elm Court",
                asked_on=dt.date(2026, 3, day),
                asked_by="dorothy",
            )
            session.add(sending)
            session.flush()
            made.append(sending.id)
    return made


def rows(app_database: Database) -> list[Sending]:
    with app_database.reading() as session:
        return list(session.scalars(select(Sending).order_by(Sending.id)))


def test_with_nothing_to_print_it_says_so(as_: As) -> None:
    page = as_("dorothy").get("/letters-to-post")
    assert "There is nothing to print" in page.text
    assert as_("dorothy").get("/cases").follow("Letters to print and post").heading == page.heading


@pytest.mark.parametrize("name", ["kit", "sam", "olive"])
def test_it_does_not_exist_for_those_who_send_no_letters(as_: As, name: str) -> None:
    as_(name).get("/letters-to-post", 404)


def test_a_list_is_printed_and_posted_once(as_: As, app_database: Database) -> None:
    put(app_database, "Robin Ashe", "Sam Hill", day=3)
    dorothy = as_("dorothy")
    page = dorothy.get("/letters-to-post")
    assert "2 letters to print" in page.text
    assert page.text.count("Late: it was to leave that day") == 2
    page = page.press("Make one list of them to print")
    assert page.heading == "List 1: 2 letters"
    answer = dorothy.client.get("/letters-to-post/1.pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    pdf = pypdf.PdfReader(io.BytesIO(answer.data))
    assert ["Robin" in one.extract_text() for one in pdf.pages] == [True, False, False]
    assert ["Sam Hill" in one.extract_text() for one in pdf.pages] == [False, False, True]
    page = page.press("They were posted")
    assert page.status == 422
    assert page.errors == [("Enter what proves that the letters were posted", "#proof")]
    page = page.press("They were posted", proof="Certificate 7")
    assert "2 letters posted" in page.banner
    assert [(one.left_on, one.pack_id) for one in rows(app_database)] == [
        (dt.date(2026, 3, 4), 1)
    ] * 2
    assert "There is nothing to print" in page.text
    with app_database.reading() as session:
        actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
        assert actions[-4:].count("letter_posted") == 2
        for case in session.scalars(select(CaseFile)):
            assert Chain.of_case(session, case).broken_at() is None


def test_what_went_wrong_is_printed_again_and_the_rest_is_not(
    as_: As, app_database: Database
) -> None:
    _first, second = put(app_database, "Robin Ashe", "Sam Hill")
    page = as_("dorothy").get("/letters-to-post").press("Make one list of them to print")
    page = page.press("They were posted", proof="Certificate 7", not_posted=str(second))
    assert "1 letter posted" in page.banner
    assert "Sam Hill" in page.text
    assert "Robin Ashe" not in page.text
    assert as_("dorothy").get("/letters-to-post/1").heading == "List 1: 1 letter"


@pytest.mark.parametrize("day", ["3", "5", "31", ""])
def test_a_day_that_cannot_be_is_refused(as_: As, app_database: Database, day: str) -> None:
    put(app_database, "Robin Ashe")
    page = as_("dorothy").get("/letters-to-post").press("Make one list of them to print")
    page = page.press("They were posted", proof="Certificate 7", **{"posted_on-day": day})
    assert page.status == 422
    assert [where for _sentence, where in page.errors] == ["#posted_on-day"]
    assert rows(app_database)[0].left_on is None


def test_whoever_has_moved_or_may_not_have_it_is_pointed_at(
    as_: As, app_database: Database
) -> None:
    put(app_database, "Robin Ashe", "Sam Hill")
    with app_database.writing() as session:
        third_party = ThirdParty(
            case_id=rows(app_database)[1].case_id,
            name="Sam Hill",
            relationship="Sister",
            contact="sam@post.example",
            scope="Letters",
            authority_given_on=dt.date(2026, 1, 10),
            started_on=dt.date(2026, 1, 10),
        )
        session.add(third_party)
        session.flush()
        session.get_one(Sending, 2).third_party_id = third_party.id
    page = as_("dorothy").get("/letters-to-post").press("Make one list of them to print")
    assert page.text.count("post it in another envelope") == 1
    with app_database.writing() as session:
        session.get_one(ThirdParty, 1).ended_on = dt.date(2026, 3, 4)
    page = as_("dorothy").get("/letters-to-post/1")
    assert page.text.count("Do not post it: they no longer speak for the customer.") == 1
    page = page.press("They were posted", proof="Certificate 7", not_posted="2")
    assert "There is nothing to print" in page.text


def test_a_list_that_is_not_posted_yet_stays_in_sight(as_: As, app_database: Database) -> None:
    dorothy = engine.person(app_database, "dorothy")
    put(app_database, "Robin Ashe")
    forgotten = print_packs.make_pack(app_database, dorothy)
    for number in range(21):
        put(app_database, f"Customer {number}")
        made = print_packs.make_pack(app_database, dorothy)
        day = dt.date(2026, 3, 4)
        print_packs.post(app_database, made, dorothy, on=day, proof="7", not_posted=[])
    packs = print_packs.to_post(app_database, dorothy).packs
    assert [pack.id for pack in packs if pack.posted_on is None] == [forgotten]


def test_a_list_said_to_be_posted_is_not_posted_again(as_: As, app_database: Database) -> None:
    put(app_database, "Robin Ashe")
    dorothy = engine.person(app_database, "dorothy")
    made = print_packs.make_pack(app_database, dorothy)
    day = dt.date(2026, 3, 4)
    assert print_packs.post(app_database, made, dorothy, on=day, proof="7", not_posted=[]) == 1
    with pytest.raises(engine.Rejected, match="was posted on"):
        print_packs.post(app_database, made, dorothy, on=day, proof="8", not_posted=[])
    with pytest.raises(engine.Rejected, match="there are none"):
        print_packs.make_pack(app_database, dorothy)


def test_two_who_make_a_list_at_once_share_no_letter(as_: As, app_database: Database) -> None:
    put(app_database, *(f"Customer {number}" for number in range(6)))
    person = engine.person(app_database, "dorothy")
    made: list[int] = []

    def make() -> None:
        try:
            made.append(print_packs.make_pack(app_database, person))
        except engine.Rejected:
            made.append(0)

    both = [Thread(target=make), Thread(target=make)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert sorted(made) == [0, 1]
    with app_database.reading() as session:
        assert len(session.scalars(select(PrintPack)).all()) == 1
    assert {one.pack_id for one in rows(app_database)} == {1}


def test_a_team_leader_prints_the_letters_of_their_own_cases_alone(
    as_: As, app_database: Database
) -> None:
    put(app_database, "Robin Ashe", "Sam Hill")
    with app_database.writing() as session:
        first = session.scalars(select(CaseFile).order_by(CaseFile.id)).first()
        assert first is not None
        first.owner = "amina"
        for other in session.scalars(select(CaseFile).where(CaseFile.id != first.id)):
            other.owner, other.opened_by = "mo", "mo"
    page = as_("amina").get("/letters-to-post")
    assert "Robin Ashe" in page.text
    assert "Sam Hill" not in page.text
    as_("dorothy").get("/letters-to-post").press("Make one list of them to print")
    as_("amina").get("/letters-to-post/1", 404)
    assert as_("amina").client.get("/letters-to-post/1.pdf").status_code == 404
