"""A step taken out of a line: nothing of it is left, and the drawing is as sound as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.editing.step_inserts import insert_after
from engine.editing.step_removals import remove_step
from engine.editing.steps import steps_of
from engine.errors import InvalidAnswers
from tests.bpmn.pictures import planes
from tests.engine.editing.test_lane_moves import faults

BPMN = Path(__file__).parents[3] / "bpmn"
APPEAL = (BPMN / "appeal.bpmn").read_bytes()


@pytest.mark.parametrize("path", sorted(BPMN.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_step_that_stands_in_a_line_goes_whole(path: Path, tmp_path: Path) -> None:
    xml = path.read_bytes()
    steps = steps_of(xml)
    gone = next((one for one in steps if one.can_be_removed and one.kind != "throw_event"), None)
    if gone is None:
        return
    (before,) = [one for one in steps for way in one.onward if way.target_id == gone.element_id]
    changed = remove_step(xml, gone.element_id)
    after = {one.element_id: one for one in steps_of(changed)}
    assert set(after) == {one.element_id for one in steps} - {gone.element_id}
    assert gone.onward[0].target_id in {w.target_id for w in after[before.element_id].onward}
    for quoted in (f'="{gone.element_id}"', f">{gone.element_id}<", gone.onward[0].flow_id):
        kept = changed.replace(f'value="{gone.element_id}"'.encode(), b"")
        assert quoted.encode() not in kept, quoted
    file = tmp_path / "changed.bpmn"
    file.write_bytes(changed)
    for plane in planes(file):
        assert faults(plane) == []


def test_a_step_that_was_added_can_be_taken_out_again() -> None:
    added, new_id = insert_after(APPEAL, "allocate_director", "user_task", "Check the address")
    gone = remove_step(added, new_id)
    assert [one.element_id for one in steps_of(gone)] == [
        one.element_id for one in steps_of(APPEAL)
    ]


def test_a_message_goes_with_the_last_step_that_sends_it() -> None:
    assert b'<bpmn:message id="decision_changed"' in APPEAL
    changed = remove_step(APPEAL, "decision_was_changed")
    assert b'<bpmn:message id="decision_changed"' not in changed


@pytest.mark.parametrize(
    "element_id",
    [
        "was_it_in_time",
        "appeal_was_received",
        "answer_the_appeal",
        "withdrawn",
        "day_three_has_come",
    ],
)
def test_what_does_not_stand_in_a_line_stays(element_id: str) -> None:
    with pytest.raises(InvalidAnswers, match="Take it out in the diagram"):
        remove_step(APPEAL, element_id)
