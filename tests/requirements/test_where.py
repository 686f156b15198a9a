"""Every number has a place and a test, or a reason why not; the page that says so is up to date."""

from __future__ import annotations

import pytest

from tests.requirements import proofs, write

EVERY = [number for numbers in write.PARTS.values() for number in numbers]
NOT_YET = set(write.said()["not_yet"])


@pytest.mark.parametrize("number", [number for number in EVERY if number not in NOT_YET])
def test_each_number_has_a_place_and_a_test(number: str) -> None:
    assert write.places_of(number), f"{number} is nowhere drawn, asked, decided or enforced"
    assert write.tests_of(number), f"{number} is proved by no test"


def test_what_is_said_by_hand_is_there() -> None:
    said = write.said()
    assert {*said["not_yet"], *said["places"], *said["tests"]} <= set(EVERY)
    assert all(said["not_yet"].values())
    missing = [
        name
        for names in said["places"].values()
        for name in names
        if not (proofs.ROOT / name).is_file()
    ]
    missing += [
        test for tests in said["tests"].values() for test in tests if proofs.cited_by(test) is None
    ]
    assert missing == []


def test_the_page_is_up_to_date() -> None:
    assert write.PAGE.read_text(encoding="utf-8") == write.page(), (
        "docs/requirements.md is old. Write it anew: python -m tests.requirements.write"
    )
