"""A step added behind another: in the process, in its lane, and in a drawing still sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.editing.step_inserts import insert_after
from engine.editing.steps import steps_of
from engine.errors import InvalidAnswers, NotFound
from engine.publishing import findings_of
from engine.releases import read_folder
from tests.bpmn.pictures import planes
from tests.engine.editing.test_lane_moves import faults

ROOT = Path(__file__).parents[3]
APPEAL = (ROOT / "bpmn" / "appeal.bpmn").read_bytes()
PLACES = [
    ("appeal", "allocate_director"),
    ("appeal", "acknowledge_appeal"),
    ("appeal", "day_three_has_come"),
    ("appeal", "answer_the_appeal"),
    ("arrangement", "acknowledge_request"),
    ("formal_stage", "record_meeting"),
    ("issue_letter", "issue_letter"),
    ("flags", "confirm_flag"),
    ("spoc_case", "case_was_closed"),
]


@pytest.mark.parametrize(("name", "element_id"), PLACES)
def test_a_step_is_added_in_the_process_and_in_the_drawing(
    name: str, element_id: str, tmp_path: Path
) -> None:
    files = read_folder(ROOT)
    path = f"bpmn/{name}.bpmn"
    before = {one.element_id: one for one in steps_of(files[path])}
    if not before[element_id].can_be_followed:
        with pytest.raises(InvalidAnswers, match="leads on one way"):
            insert_after(files[path], element_id, "user_task", "Check the address")
        return
    changed, new_id = insert_after(files[path], element_id, "user_task", "Check the address")
    after = {one.element_id: one for one in steps_of(changed)}
    assert new_id == "check_the_address"
    assert set(after) == {*before, new_id}
    assert after[element_id].onward[0].target_id == new_id
    assert after[new_id].onward[0].target_id == before[element_id].onward[0].target_id
    assert after[new_id].lane_id == before[element_id].lane_id
    assert after[new_id].depth == before[element_id].depth
    file = tmp_path / "changed.bpmn"
    file.write_bytes(changed)
    for plane in planes(file):
        assert faults(plane) == []
    errors = {one.rule for one in findings_of({**files, path: changed}) if one.severity == "error"}
    nobody = set() if before[element_id].held_by else {"task_has_role"}
    assert errors == {"task_has_form"} | nobody


def test_a_second_step_of_one_name_has_an_id_of_its_own() -> None:
    once, first = insert_after(APPEAL, "allocate_director", "user_task", "Decide the appeal!")
    assert first == "decide_the_appeal"
    twice, second = insert_after(once, first, "service_task", "Decide the appeal!")
    assert second == "decide_the_appeal_2"
    kinds = {one.element_id: one.kind for one in steps_of(twice)}
    assert kinds[second] == "service_task"


@pytest.mark.parametrize("name", ["<b>\"&' ]]>", "1. Go", "Ünï", "end", "start"])
def test_any_name_gives_a_sound_id(name: str) -> None:
    changed, new_id = insert_after(APPEAL, "allocate_director", "user_task", name)
    found = next(one for one in steps_of(changed) if one.element_id == new_id)
    assert found.name == name
    assert new_id[0].isalpha()
    assert new_id not in ("start", "end")


@pytest.mark.parametrize(
    ("element_id", "kind", "name", "field"),
    [
        ("allocate_director", "user_task", " ", "name"),
        ("allocate_director", "user_task", "x" * 10_000, "name"),
        ("allocate_director", "user_task", "a\0b", ""),
        ("allocate_director", "subProcess", "Check", "kind"),
        ("was_it_in_time", "user_task", "Check", ""),
        ("appeal_was_answered", "user_task", "Check", ""),
    ],
)
def test_what_cannot_be_added_is_said(element_id: str, kind: str, name: str, field: str) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        insert_after(APPEAL, element_id, kind, name)
    assert [one.question for one in refused.value.problems] == [field]


def test_a_step_behind_nothing_is_not_found() -> None:
    with pytest.raises(NotFound):
        insert_after(APPEAL, "nowhere", "user_task", "Check")
