"""Two process owners at the same moment: one wins, the other is told, and the record holds."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from engine import clock, publishing
from engine.errors import EngineError, NotAllowed, Overtaken, Rejected
from engine.tables.database import Database
from tests.engine.publishing.conftest import (
    FILES,
    FORM,
    LETTER,
    NOW,
    OLIVE,
    OSCAR,
    OTTO,
    audited,
    edited,
    waiting,
)

_ROUNDS = 4


def _at_once(*works: Callable[[], object]) -> list[EngineError | None]:
    """Do everything at the same time, each on a thread of its own; gives what each raised."""
    raised: list[EngineError | None] = [None] * len(works)
    broken: list[BaseException] = []
    ready = threading.Barrier(len(works))

    def run(number: int, work: Callable[[], object]) -> None:
        clock.hold(NOW)
        ready.wait()
        try:
            work()
        except EngineError as error:
            raised[number] = error
        except BaseException as error:  # a fault, which no thread may swallow
            broken.append(error)

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return raised


def test_of_two_who_save_one_file_at_once_one_is_told_and_neither_loses_anything(
    house: Database,
) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    for version in range(_ROUNDS):
        texts = {who.name: edited(FORM, f"{who.name} {version}") for who in (OLIVE, OSCAR)}
        raised = _at_once(
            *[
                lambda who=who, version=version, texts=texts: publishing.save_file(
                    house, draft_id, FORM, texts[who.name], version=version, person=who
                )
                for who in (OLIVE, OSCAR)
            ]
        )
        (lost,) = (error for error in raised if error)
        winner = OLIVE if raised[0] is None else OSCAR
        assert isinstance(lost, Overtaken)
        assert (lost.saved_by, lost.version) == (winner.full_name, version + 1)
        kept = publishing.draft_file(house, draft_id, FORM, OLIVE)
        assert (kept.content, kept.version) == (texts[winner.name], version + 1)


def test_two_who_save_two_files_at_once_both_win(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    raised = _at_once(
        lambda: publishing.save_file(house, draft_id, FORM, edited(FORM), version=0, person=OLIVE),
        lambda: publishing.save_file(
            house, draft_id, LETTER, edited(LETTER), version=0, person=OSCAR
        ),
    )
    assert raised == [None, None]
    files = {**FILES, FORM: edited(FORM), LETTER: edited(LETTER)}
    assert publishing.draft_files(house, draft_id, OLIVE) == files
    assert sorted(publishing.draft_brief(house, draft_id, OLIVE).editors) == ["Olive", "Oscar"]
    assert sorted(audited(house)[1:]) == ["draft_changed olive", "draft_changed oscar"]


def test_of_two_who_approve_at_once_one_publishes(house: Database) -> None:
    for number in range(2, 2 + _ROUNDS):
        draft_id = waiting(house, words=f"Round {number}")
        raised = _at_once(
            lambda draft_id=draft_id: publishing.approve_draft(house, draft_id, OSCAR),  # type: ignore[misc]
            lambda draft_id=draft_id: publishing.approve_draft(house, draft_id, OTTO),  # type: ignore[misc]
        )
        (lost,) = (error for error in raised if error)
        assert isinstance(lost, Rejected)
        assert publishing.published_versions(house, OLIVE)[0].number == number


def test_of_two_drafts_approved_at_once_one_is_published_and_one_is_behind(
    house: Database,
) -> None:
    first, second = waiting(house), waiting(house, path=LETTER)
    raised = _at_once(
        lambda: publishing.approve_draft(house, first, OSCAR),
        lambda: publishing.approve_draft(house, second, OTTO),
    )
    (lost,) = (error for error in raised if error)
    assert "version 2 was published" in str(lost)
    assert [one.number for one in publishing.published_versions(house, OLIVE)] == [2, 1]
    states = sorted(brief.state for brief in publishing.drafts(house, OLIVE))
    assert states == ["published", "waiting"]


def test_taken_back_or_published_but_never_both(house: Database) -> None:
    for _ in range(_ROUNDS):
        newest = publishing.published_versions(house, OLIVE)[0].number
        draft_id = waiting(house, words=f"After {newest} {dt.datetime.now(dt.UTC)}")
        raised = _at_once(
            lambda draft_id=draft_id: publishing.take_back(house, draft_id, OLIVE),  # type: ignore[misc]
            lambda draft_id=draft_id: publishing.approve_draft(house, draft_id, OSCAR),  # type: ignore[misc]
        )
        (lost,) = (error for error in raised if error)
        assert isinstance(lost, Rejected)
        state = publishing.draft_brief(house, draft_id, OLIVE).state
        assert state == ("open" if raised[0] is None else "published")
        number = publishing.published_versions(house, OLIVE)[0].number
        assert number == newest + (state == "published")


def test_what_is_saved_while_it_is_handed_in_is_in_it_or_refused(house: Database) -> None:
    draft_id = publishing.start_draft(house, OLIVE, "Words")
    publishing.save_file(house, draft_id, FORM, edited(FORM, "Olive"), version=0, person=OLIVE)
    raised = _at_once(
        lambda: publishing.submit_draft(
            house, draft_id, "Note", OLIVE, exemption="A small change."
        ),
        lambda: publishing.save_file(
            house, draft_id, FORM, edited(FORM, "Oscar"), version=1, person=OSCAR
        ),
    )
    brief = publishing.draft_brief(house, draft_id, OLIVE)
    assert len([error for error in raised if error]) <= 1
    assert all(isinstance(error, Rejected) for error in raised if error)
    assert brief.state == ("waiting" if raised[0] is None else "open")
    saved = publishing.draft_file(house, draft_id, FORM, OLIVE).content
    assert saved == edited(FORM, "Oscar" if raised[1] is None else "Olive")


def test_who_saves_while_they_approve_has_not_approved_their_own_change(house: Database) -> None:
    """Oscar takes part in the same moment in which he would be the second person."""
    draft_id = waiting(house)
    publishing.take_back(house, draft_id, OLIVE)

    def hand_in_and_wait() -> None:
        publishing.submit_draft(house, draft_id, "Note", OLIVE, exemption="A small change.")

    def save_then_approve() -> None:
        content = edited(FORM, "Oscar")
        publishing.save_file(house, draft_id, FORM, content, version=1, person=OSCAR)
        publishing.approve_draft(house, draft_id, OSCAR)

    raised = _at_once(hand_in_and_wait, save_then_approve)
    assert isinstance(raised[1], Rejected | NotAllowed)
    assert [one.number for one in publishing.published_versions(house, OLIVE)] == [1]
