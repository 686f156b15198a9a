"""Letter templates of a release: each name in them must have something behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.casework.letter_placeholders import unknown_names
from engine.errors import Finding
from engine.operations import REGISTRY, Registry
from engine.releases import Bundle
from forms import FormFileError, LetterTemplate, with_questions

_FORM = "issue_letter"
#: A text in quotes and nothing else.
_TEXT = re.compile(r"""(["'])(?P<text>[^"']*)\1""")


def check_letters(bundle: Bundle, registry: Registry = REGISTRY) -> list[Finding]:
    """Give a finding for each placeholder, figure, list or question of a letter that cannot be."""
    sets = [set(figures) for figures in bundle.figures.values()]
    figures: set[str] = set.intersection(*sets) if sets else set()
    found: list[Finding] = []
    for name, template in bundle.letters.items():
        known = figures if bundle.knows_figures else figures | template.figures
        said = [*unknown_names(template, known), *_questions(bundle, registry, template)]
        file = f"forms/letters/{name}.md"
        found.extend(Finding(file, name, line, sentence, "letter_name") for line, sentence in said)
    return [*found, *_decided(bundle)]


def _decided(bundle: Bundle) -> Iterator[Finding]:
    """Check the letters that decision tables name, where a process takes its letter from one."""
    taken_from = {
        element.properties.get("letter_from")
        for diagram in bundle.definitions.diagrams.values()
        for element in diagram.elements.values()
    }
    for table in bundle.definitions.decisions.values():
        for column, output in enumerate(table.outputs):
            if output not in taken_from:
                continue
            for row in table.rows:
                name = _written(row.values[column] if column < len(row.values) else None)
                if name and name not in bundle.letter_names:
                    message = (
                        f"Expected the letter “{name}” that the table “{table.name}” chooses to "
                        f"exist, but it does not. Write the file “forms/letters/{name}.md”, or "
                        "choose another letter in this row."
                    )
                    yield Finding(table.file, row.id, row.line, message, "letter_exists")


def _written(cell: str | None) -> str:
    """Give the text a cell says as it stands; "" when it works one out."""
    found = _TEXT.fullmatch(cell or "")
    return found["text"] if found else ""


def _questions(
    bundle: Bundle, registry: Registry, template: LetterTemplate
) -> Iterator[tuple[int, str]]:
    for question in template.asks:
        if question.choices and question.choices not in registry.choices:
            yield question.line, _unknown("list of choices", question.choices, question.label)
        if question.default_from and question.default_from not in registry.facts:
            yield question.line, _unknown("fact", question.default_from, question.label)
    if _FORM not in bundle.forms:
        return
    try:
        with_questions(bundle.forms[_FORM], "letter", template.title, template.asks)
    except FormFileError as clash:
        yield from clash.problems


def _unknown(kind: str, name: str, question: str) -> str:
    return (
        f"Expected the {kind} “{name}” to exist, but it does not. The question “{question}” of "
        "this letter names it. Check the spelling or choose another."
    )
