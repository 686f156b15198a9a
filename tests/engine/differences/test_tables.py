"""Two versions of a decision table are compared by cell, in words."""

from __future__ import annotations

from engine.differences import CellChange
from tests.engine.differences.shipped import POLICY, REVIEW, between, difference, files
from tests.engine.spiff.drawing import table

PATH = "bpmn/decisions/t.dmn"
OLD = table("d", '"a" | 1 => "x"', '"b" | 2 => "y"', inputs="kind | size", outputs="letter")


def cells(old: bytes, new: bytes) -> list[tuple[str, str, str, str, str]]:
    found = between(PATH, old, new).cells
    return [(each.row, each.column, each.old, each.new, each.what) for each in found]


def test_a_figure_is_named_by_itself_and_its_set() -> None:
    found = difference(
        POLICY,
        ('_appeal_sla_value">\n          <text>"5"', '_appeal_sla_value">\n          <text>"6"'),
    )
    assert (found.kind, found.is_layout_only) == ("decision", False)
    sets = {each.row for each in found.cells}
    assert "appeal.sla, NPH_2022" in sets
    assert {each.row.split(",")[0] for each in found.cells} == {"appeal.sla"}
    assert {(each.column, each.old, each.new, each.what) for each in found.cells} == {
        ("Value", "5", "6", "changed")
    }


def test_a_cell_of_another_table_is_named_by_its_row() -> None:
    found = difference(REVIEW, ('<text>"variation"', '<text>"cease"'))
    assert found.cells == (
        CellChange(
            "Letter after a periodic review",
            'row 2: "change"',
            "Letter",
            '"variation"',
            '"cease"',
            "changed",
        ),
    )


def test_quotes_that_change_what_a_cell_means_are_shown() -> None:
    assert cells(OLD, OLD.replace(b">&quot;x&quot;<", b">x<")) == [
        ('row 1: "a" and 1', "letter", '"x"', "x", "changed")
    ]


def test_a_row_more_and_a_row_less() -> None:
    more = table(
        "d",
        '"a" | 1 => "x"',
        '"b" | 2 => "y"',
        '"c" | - => "z"',
        inputs="kind | size",
        outputs="letter",
    )
    assert cells(OLD, more) == [('row 3: "c"', "", "", 'kind "c", letter "z"', "added")]
    assert cells(more, OLD) == [('row 3: "c"', "", 'kind "c", letter "z"', "", "removed")]


def test_a_row_with_another_id_is_found_by_what_it_asks() -> None:
    new = OLD.replace(b'<rule id="r1">', b'<rule id="other">').replace(
        b"&quot;y&quot;", b"&quot;z&quot;"
    )
    assert cells(OLD, new) == [
        ('row 2: "b" and 2', "Id", "r1", "other", "changed"),
        ('row 2: "b" and 2', "letter", '"y"', '"z"', "changed"),
    ]


def test_a_column_more_and_its_heading() -> None:
    new = table(
        "d",
        '"a" | 1 => "x" | 7',
        '"b" | 2 => "y" | 8',
        inputs="kind | size",
        outputs="letter | days",
    )
    assert cells(OLD, new) == [
        ("", "days", "", "days", "added"),
        ('row 1: "a" and 1', "days", "", "7", "added"),
        ('row 2: "b" and 2', "days", "", "8", "added"),
    ]
    assert cells(new, OLD) == [
        ("", "days", "days", "", "removed"),
        ('row 1: "a" and 1', "days", "7", "", "removed"),
        ('row 2: "b" and 2', "days", "8", "", "removed"),
    ]
    renamed = OLD.replace(b"<text>kind", b"<text>sort")
    assert cells(OLD, renamed) == [("", "sort: Asks", "kind", "sort", "changed")]


def test_a_column_that_moved_takes_its_cells_along() -> None:
    new = OLD.replace(b'<input id="i0"', b'<input id="i9"').replace(
        b'<input id="i1"', b'<input id="i0"'
    )
    swapped = new.replace(b'<input id="i9"', b'<input id="i1"')
    labels = {(column, old, to) for _, column, old, to, _ in cells(OLD, swapped)}
    assert ("Order of the columns", "1, 2, 3", "2, 1, 3") in labels


def test_the_hit_policy_and_its_default() -> None:
    new = OLD.replace(b"UNIQUE", b"COLLECT")
    assert cells(OLD, new) == [("", "Hit policy", "UNIQUE", "COLLECT", "changed")]
    assert cells(OLD.replace(b' hitPolicy="UNIQUE"', b""), OLD) == []


def test_the_order_of_rows_counts_where_all_that_fit_are_taken() -> None:
    first, _, rest = OLD.partition(b'<rule id="r0">')
    row, closing, after = rest.partition(b"</rule>")
    other, _, end = after.partition(b"</rule>")
    turned = first + other + closing + b'<rule id="r0">' + row + closing + end
    assert cells(OLD, turned) == [("", "Order of the rows", "1, 2", "2, 1", "moved")]
    assert between(PATH, OLD, turned).is_layout_only
    collect = [each.replace(b"UNIQUE", b"COLLECT") for each in (OLD, turned)]
    assert cells(*collect) == [("", "Order of the rows", "1, 2", "2, 1", "changed")]


def test_a_note_a_description_and_a_foreign_attribute_of_a_row() -> None:
    noted = OLD.replace(b'<rule id="r0">', b'<rule id="r0"><description>Why</description>')
    assert cells(OLD, noted) == [('row 1: "a" and 1', "Note", "", "Why", "changed")]
    foreign = OLD.replace(b'<rule id="r0">', b'<rule id="r0" xmlns:x="urn:x" x:y="1">')
    ((_, column, _, value, _),) = cells(OLD, foreign)
    assert (column, value) == ("Other part of the file: @{urn:x}y", "1")


def test_cells_without_a_column_are_told() -> None:
    entry = b'<outputEntry id="extra"><text>9</text></outputEntry></rule>'
    new = OLD.replace(b"</rule>", entry, 1)
    assert any(column.startswith("Cells without a column") for _, column, *_ in cells(OLD, new))


def test_other_tables_and_inputs_of_the_file() -> None:
    decision = b'<decision id="e" name="Other"/></definitions>'
    assert between(PATH, OLD, OLD.replace(b"</definitions>", decision)).cells == (
        CellChange("Other", "", "", "", "0 rows", "added"),
    )
    data = b'<inputData id="i" name="Kind"/></definitions>'
    assert between(PATH, OLD, OLD.replace(b"</definitions>", data)).cells == (
        CellChange("File", "", "inputData Kind", "", "", "added"),
    )


def test_another_place_in_the_drawing_is_a_move() -> None:
    found = difference(REVIEW, ('width="180"', 'width="200"'))
    assert [each.what for each in found.cells] == ["moved"]
    assert found.is_layout_only


def test_two_rows_of_one_id_are_both_compared() -> None:
    twice = OLD.replace(b'"r1"', b'"r0"')
    assert cells(twice, twice.replace(b"&quot;y&quot;", b"&quot;z&quot;")) == [
        ('row 2: "b" and 2', "letter", '"y"', '"z"', "changed")
    ]


def test_a_new_file_names_its_tables() -> None:
    found = between(POLICY, b"", files()[POLICY])
    assert "cannot be read" in found.note
