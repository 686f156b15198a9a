"""What says that two files are the same for the engine can say that they are not."""

from __future__ import annotations

import pytest

from tests.engine.differences.shipped import APPEAL, FLAGS, POLICY, REVIEW, changed, files
from tests.engine.editing.sameness import same_for_engine


def test_each_of_our_files_is_the_same_as_itself() -> None:
    for path, content in files().items():
        if path.endswith((".bpmn", ".dmn")):
            assert same_for_engine(content, b"\n".join(content.split(b"\r\n"))) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        (APPEAL, 'name="Allocate a director"', 'name="Choose"', "elements.allocate_director.name"),
        (APPEAL, 'value="allocate_director"', 'value="other"', "properties.form"),
        (APPEAL, "in_time == 'no'", "in_time == 'yes'", ".flows."),
        (APPEAL, 'value="dmo"', 'value="legal"', "held_by"),
        (FLAGS, "<bpmn:loopDataInputRef>flag_systems", "<bpmn:loopDataInputRef>x", "collection"),
        (POLICY, '"R-013; [P] our proposal"', '"R-014"', ".figures.0.source"),
        (REVIEW, '"variation"', '"cease"', "rows.1.values.0"),
    ],
)
def test_what_the_engine_reads_otherwise_is_named(
    path: str, old: str, new: str, place: str
) -> None:
    found = same_for_engine(files()[path], changed(path, (old, new)))
    assert any(place in each for each in found), found


def test_what_the_engine_does_not_read_is_the_same() -> None:
    moved = changed(APPEAL, ('x="160" y="80"', 'x="170" y="80"'))
    assert same_for_engine(files()[APPEAL], moved) == ()


def test_a_file_that_cannot_be_read_says_so() -> None:
    (said,) = same_for_engine(files()[APPEAL], b"<a>")
    assert "Expected XML" in said
