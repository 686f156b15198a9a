"""The decision tables: every figure of the policy with its unit and source, in both sets."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from tests.bpmn.pictures import DIAGRAMS

DECISIONS = Path(__file__).parent.parent.parent / "bpmn" / "decisions"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
SETS = ("NPH_2022", "LIVEWEST_2020")
UNITS = {
    "calendar days",
    "working days",
    "calendar months",
    "letters",
    "minutes",
    "people",
    "text",
    "list",
    "yes/no",
    "role",
}

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Read the rows of a table as column -> text."""
    (table,) = etree.parse(str(DECISIONS / f"{name}.dmn")).iter(DMN + "decisionTable")
    columns = [
        text.text or "" for text in table.iterfind(f"{DMN}input/{DMN}inputExpression/{DMN}text")
    ]
    columns += [output.get("name", "") for output in table.iterfind(DMN + "output")]
    return [
        dict(zip(columns, map(_text, rule.iter(DMN + "text")), strict=True))
        for rule in table.iterfind(DMN + "rule")
    ]


def _text(cell: etree._Element) -> str:
    value = ast.literal_eval(cell.text) if cell.text else ""
    assert isinstance(value, str)
    return value


POLICY = rows("policy")


def engine_reads(name: str) -> Any:
    parser = SpiffBpmnParser(validator=VALIDATOR)
    parser.add_dmn_str((DECISIONS / f"{name}.dmn").read_bytes(), f"{name}.dmn")
    return parser.get_engine(name, None)


@pytest.mark.parametrize("name", ["policy", "review_letter"])
def test_a_table_is_valid_and_the_engine_reads_it(name: str) -> None:
    assert len(engine_reads(name).decision_table.rules) == len(rows(name))


def test_each_figure_stands_once_in_each_set() -> None:
    names = {s: [row["parameter"] for row in POLICY if row["parameter_set"] == s] for s in SETS}
    assert {row["parameter_set"] for row in POLICY} == set(SETS)
    assert len(names["NPH_2022"]) == len(set(names["NPH_2022"]))
    assert names["NPH_2022"] == names["LIVEWEST_2020"]


@pytest.mark.parametrize(
    "row", POLICY, ids=lambda row: f"{row['parameter_set']}-{row['parameter']}"
)
def test_each_figure_has_its_unit_its_source_and_keeps_its_limits(row: Row) -> None:
    usual = {one["parameter"]: one["value"] for one in POLICY if one["parameter_set"] == SETS[0]}
    # What a landlord has not set takes the value of the first set, and says so.
    assert row["value"] or "NPH value used" in row["source"]
    row = {**row, "value": row["value"] or usual[row["parameter"]]}
    assert row["source"]
    assert row["unit"] in UNITS
    if row["unit"] in {"text", "list", "yes/no", "role"}:
        assert row["minimum"] == row["maximum"] == ""
    else:
        assert int(row["minimum"]) <= int(row["value"]) <= int(row["maximum"])
    if row["unit"] == "yes/no":
        assert row["value"] in {"yes", "no"}


def test_what_the_policy_says_itself_is_not_changed_by_accident() -> None:
    """The figures that stand in the two sources, not our proposals (N§4.1, N§8, N§9, L-P5)."""
    said = {(row["parameter_set"], row["parameter"]): row["value"] for row in POLICY}
    assert said["NPH_2022", "appeal.window"] == "28"
    assert said["NPH_2022", "appeal.sla"] == "5"
    assert said["NPH_2022", "retention.period"] == "6"
    assert said["NPH_2022", "policy.formal"] == "36"
    assert said["LIVEWEST_2020", "appeal.window"] == "15"
    assert said["LIVEWEST_2020", "review.request_sla"] == "10"
    limits = {(r["minimum"], r["maximum"]) for r in POLICY if r["parameter"] == "review.interval"}
    assert limits == {("3", "12")}


def test_each_figure_that_a_diagram_asks_for_is_in_the_table() -> None:
    known = {row["parameter"] for row in POLICY}
    for path in DIAGRAMS:
        said = path.read_text(encoding="utf-8").replace("&#39;", "'")
        assert set(re.findall(r"policy\('([^']+)'\)", said)) <= known, path.name


def test_each_outcome_of_a_review_has_its_letter() -> None:
    letters = {row["review_outcome"]: row["review_letter"] for row in rows("review_letter")}
    assert letters == {"continue": "review", "change": "variation", "end": "cease"}
    assert all(row["source"] for row in rows("review_letter"))
