"""The lists that the editors offer: whole for our own files, and not broken by broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.editing.vocabulary import Vocabulary, vocabulary_of
from engine.operations import REGISTRY
from engine.releases import build, read_folder

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return read_folder(ROOT)


@pytest.fixture(scope="module")
def words(files: dict[str, bytes]) -> Vocabulary:
    return vocabulary_of(files)


def test_everything_a_release_has_can_be_chosen(files: dict[str, bytes], words: Vocabulary) -> None:
    bundle = build(files)
    assert {one.value for one in words.forms} == set(bundle.forms)
    assert {one.value for one in words.letters} == set(bundle.letters)
    assert {one.value for one in words.processes} == set(bundle.definitions.process_ids)
    assert {one.id for one in words.decisions} == set(bundle.definitions.decisions)
    assert set(words.variables) == bundle.variables
    for parameter_set, figures in bundle.figures.items():
        said = {one.name: one.values.get(parameter_set) for one in words.figures}
        assert said == {name: figure.text for name, figure in figures.items()}


def test_operations_say_what_they_do_and_what_they_must_be_told(words: Vocabulary) -> None:
    assert {one.name for one in words.operations} == set(REGISTRY.operations)
    assert all(one.documentation for one in words.operations)
    tell = next(one for one in words.operations if one.name == "notices.tell")
    assert [(one.name, one.needed) for one in tell.parameters][:2] == [
        ("role", True),
        ("about", True),
    ]
    assert "person of the case" in tell.parameters[0].documentation


def test_nothing_a_process_owner_reads_is_python(words: Vocabulary) -> None:
    said = [
        *(one.documentation for one in (*words.facts, *words.holders)),
        *(one.documentation for one in words.operations),
        *(one.label for one in (*words.facts, *words.holders)),
    ]
    for sentence in said:
        for word in ("``", "None", "NotFound", "InvalidAnswers", "Raises"):
            assert word not in sentence, sentence


def test_facts_and_holders_are_named_as_things(words: Vocabulary) -> None:
    labels = {one.value: one.label for one in (*words.facts, *words.holders)}
    assert labels["case.appeal_due"] == "The last day for an answer"
    assert labels["case.director"] == "The director this appeal is allocated to"
    assert labels["dmo"] == "Data Management Officer"


def test_a_message_says_who_sends_and_who_receives_it(words: Vocabulary) -> None:
    found = {one.name: one for one in words.messages}
    assert found["case_closed"].sent_by == (
        "Hold an arrangement of the partner: Case was closed",
        "SPOC case: Case was closed",
    )
    assert found["case_closed"].received_by == ("Retention and deletion: Case was closed",)
    assert found["appeal_received"].by_people
    assert not found["case_closed"].by_people


def test_broken_files_only_lack_in_the_lists(files: dict[str, bytes]) -> None:
    broken = {
        **files,
        "bpmn/appeal.bpmn": files["bpmn/appeal.bpmn"][:5000],
        "bpmn/decisions/policy.dmn": b"<definitions",
        "bpmn/decisions/review_letter.dmn": b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>',
        "forms/definitions/decide_appeal.yaml": b"form: [",
        "forms/letters/cease.md": b"nothing of the kind",
    }
    words = vocabulary_of(broken)
    assert "appeal" not in {one.value for one in words.processes}
    assert "arrangement" in {one.value for one in words.processes}
    assert words.decisions == ()
    assert words.figures == ()
    assert "decide_appeal" in {one.value for one in words.forms}
    assert "cease" in {one.value for one in words.letters}


def test_a_draft_in_which_everything_is_broken_still_has_the_words_of_the_engine(
    files: dict[str, bytes],
) -> None:
    words = vocabulary_of(dict.fromkeys(files, b"\xff\x00<"))
    assert words.processes == ()
    assert len(words.facts) == len(REGISTRY.facts)
