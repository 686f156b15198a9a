"""Laws of a process: a draft that breaks one is refused, with the way around it (C)."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.checks import check_laws, check_release
from engine.checks.laws import LAWS
from engine.checks.ways import carrying
from engine.errors import Finding
from engine.releases import read_folder, survey
from tests.engine.checks.plainly import said_plainly

FILES = read_folder(Path(__file__).parents[3])
REFUSAL = "bpmn/contact_refusal.bpmn"


def broken(*changes: tuple[str, str]) -> list[Finding]:
    """Give what the laws say of the process after these texts were exchanged."""
    text = FILES[REFUSAL].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return said_plainly(check_laws(survey({**FILES, REFUSAL: text.encode()})[0]))


def flow(source: str, target: str, other: str) -> tuple[tuple[str, str], ...]:
    """Lead a flow to another element."""
    return (
        (f'sourceRef="{source}" targetRef="{target}"', f'sourceRef="{source}" targetRef="{other}"'),
    )


def test_our_own_diagrams_keep_every_law() -> None:
    assert check_release(survey(FILES)[0]) == []


def test_nobody_decides_to_refuse_contact_without_legal_advice() -> None:
    (finding, *_) = broken(*flow("considering_began", "record_legal_advice", "decide_refusal"))
    assert finding.element_id == "decide_refusal"
    assert "Legal advises before anybody decides to refuse contact (R-091)" in finding.message
    assert "by “Refusal was proposed”, “" in finding.message
    assert finding.severity == "error"


def test_nothing_is_refused_without_a_person_who_decides() -> None:
    found = broken(*flow("record_legal_advice", "decide_refusal", "issue_cease_and_desist"))
    assert any("A person decides before the customer is told" in one.message for one in found)


@pytest.mark.parametrize(
    ("source", "target", "other", "sentence"),
    [
        (
            "is_contact_refused",
            "issue_cease_and_desist",
            "issue_end_of_correspondence",
            "only after the cease and desist letter (R-092)",
        ),
        (
            "issue_cease_and_desist",
            "issue_end_of_correspondence",
            "let_refusal_take_effect",
            "only after the letter with the five statements (R-094)",
        ),
    ],
)
def test_nothing_is_refused_before_both_letters(
    source: str, target: str, other: str, sentence: str
) -> None:
    found = broken(*flow(source, target, other))
    assert any(sentence in one.message for one in found), found


def test_whoever_advises_does_not_decide() -> None:
    (finding,) = broken(
        ('name="held_by" value="complaints_manager"', 'name="held_by" value="legal"')
    )
    assert "Whoever advises does not decide" in finding.message


@pytest.mark.parametrize(
    ("letter", "title"),
    [
        ("cease_and_desist", "We will not answer further messages about these matters"),
        ("end_of_correspondence", "Our correspondence about these matters is at an end"),
    ],
)
def test_another_letter_does_not_take_the_place_of_these(letter: str, title: str) -> None:
    (finding,) = broken((f'name="letter" value="{letter}"', 'name="letter" value="refusal_ended"'))
    said = f"issues the letter “We answer your messages again”, not the letter “{title}”. Choose"
    assert said in finding.message


def test_a_policy_tag_that_is_gone_does_not_take_its_law_with_it() -> None:
    found = broken(('name="policy_tag" value="contact_refused"', 'name="about" value="nothing"'))
    assert found
    assert all("no step carries the policy tag “Contact refused”" in one.message for one in found)


def test_a_refusal_always_runs_out() -> None:
    found = broken(('name="policy_tag" value="refusal_last_day"', 'name="about" value="nothing"'))
    assert "runs out on a day that was decided (R-096)" in found[0].message


def test_every_law_can_be_broken() -> None:
    """A law whose tags nothing carries would say nothing; each names steps of a process drawn."""
    bundle = survey(FILES)[0]
    for law in LAWS:
        diagram = bundle.definitions.diagram(law.process)
        for mark in law.rule.tags:
            assert all(carrying(diagram, one) for one in mark.split("|")), (law.sentence, mark)


@pytest.mark.parametrize(
    "part", ["how_to_appeal", "correspondence_ends", "emergency", "still_read", "how_long"]
)
def test_the_parts_of_the_letters_cannot_be_taken_out(part: str) -> None:
    """R-094 to R-096: the line that messages are confirmed but not answered, and the rest."""
    path = "forms/letters/end_of_correspondence.md"
    text = FILES[path].decode().replace(f"{{#{part} ", "{#other_part ")
    found = survey({**FILES, path: text.encode()})[1]
    assert any(f"the part “{part}”" in one.message for one in found), found
