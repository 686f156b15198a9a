"""What can be read of the files of a draft, some of which may be broken: the rest is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from engine import spiff
from engine.errors import Finding
from engine.releases.bundle import set_by_diagram, set_by_form
from engine.releases.figures import POLICY_FILE, Figure, read_figures
from forms import Form, FormFileError, LetterTemplate, load_form, load_letter

_Read = TypeVar("_Read")
_FORMS = "forms/definitions/"
_LETTERS = "forms/letters/"


def forms_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, Form | None]]:
    """Give each form by name, in alphabetical order; None for one with something to mend."""
    for name, content in _named(files, _FORMS, ".yaml"):
        try:
            yield name, load_form(name, content)
        except FormFileError:
            yield name, None


def letters_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, LetterTemplate | None]]:
    """Give each letter by name, in alphabetical order; None for one with something to mend."""
    for name, content in _named(files, _LETTERS, ".md"):
        try:
            yield name, load_letter(name, content)
        except FormFileError:
            yield name, None


def diagrams_of(files: Mapping[str, bytes]) -> tuple[spiff.Diagram, ...]:
    """Give every process that is drawn, in the order of the files."""
    return tuple(
        diagram
        for path, content in sorted(files.items())
        if path.endswith(".bpmn")
        for diagram in _read(spiff.read_diagrams(path, content))
    )


def tables_of(files: Mapping[str, bytes]) -> tuple[spiff.DecisionTable, ...]:
    """Give every decision table but that of the policy's figures, in the order of the files."""
    return tuple(
        table
        for path, content in sorted(files.items())
        if path.endswith(".dmn") and path != POLICY_FILE
        for table in _read(spiff.read_tables(path, content))
    )


def figures_of(files: Mapping[str, bytes]) -> dict[str, dict[str, Figure]]:
    """Give the figures of the policy: parameter set -> name -> figure."""
    figures, _ = read_figures(files[POLICY_FILE]) if POLICY_FILE in files else ([], [])
    found: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        found.setdefault(figure.parameter_set, {})[figure.name] = figure
    return found


def variables_of(files: Mapping[str, bytes]) -> frozenset[str]:
    """Name the control variables that something in the files sets."""
    found: set[str] = set()
    for _, form in forms_of(files):
        found.update(set_by_form(form) if form else ())
    for diagram in diagrams_of(files):
        found.update(set_by_diagram(diagram))
    for table in tables_of(files):
        found.update(table.outputs)
    return frozenset(found)


def _named(files: Mapping[str, bytes], folder: str, ending: str) -> Iterator[tuple[str, bytes]]:
    for path, content in sorted(files.items()):
        if path.startswith(folder) and path.endswith(ending):
            yield PurePosixPath(path).stem, content


def _read(found: tuple[_Read, ...] | Finding) -> tuple[_Read, ...]:
    return found if isinstance(found, tuple) else ()
