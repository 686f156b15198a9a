"""Decision tables: ours, in the language of the diagrams, because the library's take the first."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidDiagram
from engine.spiff import Run, parse
from tests.engine.spiff import stock
from tests.engine.spiff.acting import Play, Stage, definitions
from tests.engine.spiff.drawing import draw, end, rule, start, table, user, xor

ASKS = draw("p", start(), rule("r", "dec"), user("u"), end(), flows="s->r->u->e")
LEVELS = table(
    "dec",
    '"ASB" | > 5 => "high" | case.ref',
    '"ASB" | <= 5 => "low" | n + 1',
    '"noise", "dogs" | - => "other" | true',
    '- | ? in [98, 99] => "odd" |',
    inputs="kind | n",
    outputs="level | more",
)


@pytest.mark.parametrize(
    ("kind", "n", "level", "more"),
    [
        ("ASB", 6, "high", "case:12"),
        ("ASB", 5, "low", 6),
        ("dogs", None, "other", True),
        ("cats", 99, "odd", None),
        ("cats", 3, None, None),
        ("ASB", None, None, None),
    ],
)
def test_a_table_decides(kind: str, n: int | None, level: str | None, more: Any) -> None:
    play = Play(ASKS, LEVELS, kind=kind, n=n)
    decided = play.run.variables
    assert (decided["level"], decided["more"]) == (level, more)


def test_a_table_that_no_longer_fits_forgets_what_it_decided_before() -> None:
    drawn = draw(
        "p",
        start(),
        xor("m"),
        rule("r", "dec"),
        user("u"),
        xor("g"),
        end(),
        flows="s->m->r->u->g; g->m [again]; g=>e",
    )
    play = Play(drawn, LEVELS, kind="ASB", n=9)
    assert play.run.variables["level"] == "high"
    play.do("u", again=True, kind="cats")
    assert play.run.variables["level"] is None


def test_the_library_takes_the_first_of_two_rows_that_fit() -> None:
    both = table("dec", "> 1 => 1", "> 2 => 2", inputs="n", outputs="level")
    workflow = stock.started(ASKS, both, n=5)
    assert workflow.get_next_task(spec_name="u").data["level"] == 1


def test_two_rows_that_fit_are_a_failure_that_names_them() -> None:
    both = table("dec", "> 1 => 1", "> 2 => 2", inputs="n", outputs="level")
    play = Run.start(definitions(ASKS, both), "p", Stage(), variables={"n": 5})
    assert "rows 1 and 2" in play.failed[0].reason


def test_collecting_gives_the_list_of_every_row_and_starts_anew_each_time() -> None:
    drawn = draw(
        "p",
        start(),
        xor("m"),
        rule("r", "dec"),
        user("u"),
        xor("g"),
        end(),
        flows="s->m->r->u->g; g->m [again]; g=>e",
    )
    rows = table("dec", '> 1 => "a"', '> 2 => "b"', inputs="n", outputs="who", policy="COLLECT")
    play = Play(drawn, rows, n=5)
    assert play.run.variables["who"] == ["a", "b"]
    play.do("u", again=True, n=2)
    assert play.run.variables["who"] == ["a"]
    play.do("u", again=True, n=0)
    assert play.run.variables["who"] == []


def test_a_table_can_be_read_without_running_it() -> None:
    read = parse({"a.dmn": LEVELS}).decisions["dec"]
    assert (read.inputs, read.outputs) == (("kind", "n"), ("level", "more"))
    assert read.rows[0].values == ('"high"', "case.ref")
    assert read.rows[3].conditions == (None, "? in [98, 99]")


def test_annotations_and_comments_do_no_harm() -> None:
    noted = (
        LEVELS.replace(b"<rule", b"<!-- why --><rule", 1)
        .replace(b'<output id="o1"', b'<annotation name="source"/><output id="o1"')
        .replace(b"</rule>", b"<annotationEntry><text>R-016</text></annotationEntry></rule>", 1)
    )
    read = parse({"a.dmn": noted}).decisions["dec"]
    assert read.rows[0].note == "R-016"
    assert Play(ASKS, noted, kind="ASB", n=9).run.variables["level"] == "high"


@pytest.mark.parametrize("policy", ["FIRST", "ANY", "RULE ORDER", "PRIORITY", "NONSENSE"])
def test_the_library_accepts_any_hit_policy_and_we_say_what_to_use(policy: str) -> None:
    odd = table("dec", "> 1 => 1", inputs="n", outputs="level", policy=policy)
    stock.started(ASKS, odd, n=5)
    assert rules(odd) == ["hit_policy"]


def rules(data: bytes) -> list[str]:
    """Give the rules that a table breaks."""
    with pytest.raises(InvalidDiagram) as refused:
        parse({"a.dmn": data})
    return [finding.rule for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("row", "rule_name"),
    [
        ("[1..10] => 1", "expression"),
        ("5..10 => 1", "expression"),
        ('not("a") => 1', "expression"),
        ('in ("a", "b") => 1', "expression"),
        ("((( => 1", "expression"),
        ("> 1 => __import__('os')", "expression"),
        ("> 1 => = 3", "expression"),
        ("> 1 | 2 => 1", "expression"),
    ],
)
def test_a_cell_that_is_another_language_is_refused(row: str, rule_name: str) -> None:
    assert rule_name in rules(table("dec", row, inputs="n", outputs="level"))


def test_a_file_holds_one_decision_with_one_table() -> None:
    good = table("dec", "> 1 => 1", inputs="n", outputs="level")
    decision = good[good.index(b"<decision ") : good.index(b"</definitions>")]
    inner = good[good.index(b"<decisionTable") : good.index(b"</decision>")]
    assert "one_decision" in rules(good.replace(decision, decision + decision))
    assert "duplicate_decision" in rules(good.replace(decision, decision + decision))
    assert rules(good.replace(inner, inner + inner)) == ["one_table"]
    assert rules(good.replace(inner, b"")) == ["one_table"]
    assert rules(good.replace(decision, b"")) == ["one_decision"]
    assert rules(good.replace(b'name="level"', b'name="a level"')) == ["output_name"]
    assert rules(good.replace(b'hitPolicy="UNIQUE"', b'hitPolicy="COLLECT" aggregation="SUM"')) == [
        "hit_policy"
    ]
