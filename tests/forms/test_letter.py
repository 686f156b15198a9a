"""A letter template is read whole and checked; what it becomes is escaped, and gaps are marked."""

from __future__ import annotations

import textwrap

import pytest

import forms
from forms import FormFileError, LetterTemplate

GOOD = textwrap.dedent(
    """\
    ---
    letter: note
    title: A short note
    source: R-031
    decision: agreed
    appealable: true
    required_blocks: [decision, reasons, meaning, appeal]
    asks:
      - {id: change, type: textarea, label: What must change, source: R-046}
    ---
    This stands before the first part.

    ## What we decided {#decision source="R-031"}

    We decided on **((decided_on))**.

    ## Why {#reasons source="R-031"}

    ((reasons))

    ## What this means {#meaning source="R-047" when="kind_code:spoc"}

    You write to ((spoc_name)).

    ## What this means {#meaning source="R-047" when="kind_code:other,none"}

    These limits apply:

    ((limits))

    ## {#support source="R-041" when="support"}

    ((support))

    ## What must change {#change source="R-046"}

    ((change))

    ## If you disagree {#appeal source="R-051"}

    You can appeal until ((appeal_until)).
    """
)
FACTS = {
    "decided_on": "Thursday 26 March 2026",
    "reasons": "First reason.\n\nSecond, in\ntwo lines.",
    "kind_code": "spoc",
    "spoc_name": "Priya Nair",
    "change": "Fewer calls",
    "appeal_until": "Friday 24 April 2026",
}


def letter(content: str = GOOD) -> LetterTemplate:
    return forms.load_letter("note", content.encode())


def problems_of(content: str) -> list[tuple[int, str]]:
    with pytest.raises(FormFileError) as error:
        letter(content)
    return error.value.problems


def test_a_template_holds_what_its_file_says() -> None:
    note = letter()
    assert note.decisions == ("agreed",)
    assert note.appealable
    assert [question.id for question in note.asks] == ["change"]
    assert [block.id for block in note.blocks][:3] == ["opening", "decision", "reasons"]
    assert note.required_blocks["meaning"] == "R-047"
    assert {"kind_code", "spoc_name", "support"} <= note.placeholders


def test_a_letter_says_the_facts() -> None:
    written = forms.write_letter(letter(), FACTS)
    assert written.gaps == ()
    assert "<strong>Thursday 26 March 2026</strong>" in written.html
    assert "<p>First reason.</p>\n<p>Second, in<br>\ntwo lines.</p>" in written.html
    assert "You write to Priya Nair." in written.html
    assert "These limits apply" not in written.html
    assert "support" not in written.html


def test_lists_become_lists_and_untitled_parts_have_no_heading() -> None:
    facts = {**FACTS, "kind_code": "other", "limits": ["One call", "No visits"], "support": "Mind"}
    written = forms.write_letter(letter(), facts)
    assert "<ul>\n<li>One call</li>\n<li>No visits</li>\n</ul>" in written.html
    assert '<section class="letter__block" data-block="support">\n<p>Mind</p>' in written.html


def test_what_people_typed_never_becomes_markup() -> None:
    hostile = '<script>alert(1)</script> **bold** [x](javascript:1) & "q"'
    written = forms.write_letter(letter(), {**FACTS, "reasons": hostile, "spoc_name": "<b>P</b>"})
    assert "<script>" not in written.html
    assert "<b>" not in written.html
    assert "<a" not in written.html
    assert "**bold** [x](javascript:1) &amp;" in written.html
    assert "&lt;b&gt;P&lt;/b&gt;" in written.html


def test_html_in_a_template_stays_text() -> None:
    note = letter(GOOD.replace("This stands before", "<img src=x onerror=1> stands before"))
    assert "&lt;img" in forms.write_letter(note, FACTS).html


def test_every_gap_is_named_and_marked() -> None:
    written = forms.write_letter(letter(), {"kind_code": "spoc", "reasons": "  "})
    assert [(gap.block, gap.placeholder) for gap in written.gaps] == [
        ("decision", "decided_on"),
        ("reasons", "reasons"),
        ("meaning", "spoc_name"),
        ("change", "change"),
        ("appeal", "appeal_until"),
    ]
    assert written.html.count('<mark class="letter__missing">') == 5
    assert "Missing: What must change" in written.html


def test_a_required_part_no_condition_lets_in_is_a_gap() -> None:
    written = forms.write_letter(letter(), {**FACTS, "kind_code": "unknown"})
    assert [(gap.block, gap.source) for gap in written.gaps] == [("meaning", "R-047")]
    assert "must have the part “meaning”" in written.html
    waived = forms.write_letter(
        letter(), {**FACTS, "kind_code": "unknown"}, waived=frozenset({"meaning"})
    )
    assert waived.gaps == ()


@pytest.mark.parametrize(
    "value",
    [
        "XX",
        "contact xxxxx by phone",
        "a review on....",
        "until ______",
        "call 1234567",
        "0300 0000000",
        "TBC",
        "n/a",
        "the date to be confirmed",
        "[insert name]",
        "Lorem ipsum",
        "why???",
        "((spoc))",
        "Write to {{ name }} first",
        "Named_staff: through Priya only.",
        "One reason.\nlook_again",
        "building_access.",
    ],
)
def test_words_that_only_hold_a_place_are_a_gap(value: str) -> None:
    written = forms.write_letter(letter(), {**FACTS, "reasons": value})
    assert [gap.block for gap in written.gaps] == ["reasons"]
    assert forms.dummy_in([value])


@pytest.mark.parametrize(
    "value",
    [
        "Size XXL boots, Xerox, Max",
        "call 0300 330 7003",
        "He said “I am waiting...” and left.",
        "It is to be paid on 1 May.",
        "Why? Because.",
        "Write to priya_nair@example.org or see our_site.example.",
        "He writes as jo_carter in the group.",
        "Calls (nine in all (two at night)) go on.",
    ],
)
def test_ordinary_words_are_no_gap(value: str) -> None:
    assert forms.dummy_in(value) == ""


@pytest.mark.parametrize("value", [".", "- -", "\u200b", "\u3164", "?!", ["", " . "]])
def test_what_holds_no_letter_and_no_digit_is_missing(value: str | list[str]) -> None:
    written = forms.write_letter(letter(), {**FACTS, "reasons": value})
    assert [gap.sentence for gap in written.gaps] == ["Missing: reasons"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("---\nletter", "letter", "between two lines of three dashes"),
        ("letter: note", "letter: other", "Expected letter to be note"),
        ("source: R-031\n", "", "Expected this letter to have a source"),
        ("appealable: true", "appealible: true", "Did you mean appealable?"),
        ('## Why {#reasons source="R-031"}', "## Why", "Expected a heading such as"),
        ('## Why {#reasons source="R-031"}', "## Why {#reasons}", "Expected a source for the part"),
        ('{#reasons source="R-031"}', '{#reasons source="R-031" if="x"}', "source or when"),
        ('{#reasons source="R-031"}', '{#Reasons source="R-031"}', "in small letters"),
        ("((reasons))\n", "\n", "Expected text in the part reasons"),
        ("((reasons))\n", "((reasons)\n", "Expected double brackets to hold a name"),
        ("((reasons))\n", "((Reasons))\n", "Expected double brackets to hold a name"),
        ("((reasons))\n", "Call XX on 1234567\n", "“XX” stands in it"),
        ("((reasons))\n", "Dear {{name}}\n", "“{{name}}” stands in it"),
        (
            '{#change source="R-046"}',
            '{#decision source="R-046"}',
            "Expected the part decision once",
        ),
        (
            "reasons, meaning, appeal]",
            "reasons, meaning]",
            "Expected “appeal” under “required_blocks”",
        ),
        ("reasons, meaning, appeal]", "reasons, meaning, appeal, x]", "Expected the part “x”"),
        ("type: textarea,", "type: textarea, restricted: true,", "no restricted answer"),
        ("decision: agreed", "decision: {kind: agreed}", "Expected decision to have a new"),
    ],
)
def test_a_mistake_is_told(old: str, new: str, words: str) -> None:
    assert old in GOOD
    told = problems_of(GOOD.replace(old, new, 1))
    assert any(words in said for _, said in told), told


def test_problems_in_the_text_name_their_line() -> None:
    told = problems_of(GOOD.replace("((reasons))", "((reasons)").replace("source: R-031\n", "", 1))
    lines = GOOD.replace("source: R-031\n", "", 1).splitlines()
    assert lines.index('## Why {#reasons source="R-031"}') + 1 in [line for line, _ in told]


@pytest.mark.parametrize("block", ["decision", "reasons", "meaning", "appeal"])
def test_no_edit_takes_out_a_part_the_rules_ask_for(block: str) -> None:
    """R-047, R-054, R-074, R-085: nor the part on how to appeal."""
    told = problems_of(GOOD.replace(f"{{#{block} ", "{#other ").replace(f"{block}, ", ""))
    assert any(f"Expected the part “{block}”, because" in said for _, said in told), told
