"""A release as the engine uses it: every file parsed once and shared by all its instances."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from engine import spiff
from engine.errors import Finding, InvalidRelease
from engine.releases.figures import POLICY_FILE, Figure, read_figures
from forms import Form, FormFileError, LetterTemplate, load_form, load_letter

#: The folders a process owner edits, and what kind of file belongs there.
EDITED = {
    "bpmn": (".bpmn",),
    "bpmn/decisions": (".dmn",),
    "bpmn/scenarios": (".yaml",),
    "forms/definitions": (".yaml",),
    "forms/letters": (".md", ".yaml"),
}
#: Folder and ending of what is loaded by name.
_FORMS = ("forms/definitions/", ".yaml")
_LETTERS = ("forms/letters/", ".md")


@dataclass(frozen=True)
class Bundle:
    """One release, parsed: shared between threads and never changed."""

    release_id: int
    files: Mapping[str, bytes]
    definitions: spiff.Definitions
    forms: Mapping[str, Form]
    letters: Mapping[str, LetterTemplate]
    #: Parameter set -> name -> figure.
    figures: Mapping[str, Mapping[str, Figure]]
    #: Control variables some form, service task, decision or message of this release sets.
    variables: frozenset[str]
    #: Files of which something could not be read; none in a release that runs.
    unread: frozenset[str] = frozenset()

    @property
    def form_names(self) -> frozenset[str]:
        """Name the forms there are, those that cannot be read included."""
        return frozenset(_names_of(self.files, _FORMS))

    @property
    def letter_names(self) -> frozenset[str]:
        """Name the letters there are, those that cannot be read included."""
        return frozenset(_names_of(self.files, _LETTERS))

    @property
    def knows_figures(self) -> bool:
        """Tell whether every figure of the policy was read."""
        return POLICY_FILE not in self.unread

    @property
    def knows_variables(self) -> bool:
        """Tell whether everything was read that sets a control variable."""
        return all(path == POLICY_FILE or path.startswith(_LETTERS[0]) for path in self.unread)

    def starts(self, message: str) -> tuple[str, str] | None:
        """Give the process and start event a message starts; None when it starts none."""
        for process_id in self.definitions.process_ids:
            element_id = self.definitions.diagram(process_id).start_messages.get(message)
            if element_id:
                return process_id, element_id
        return None


def read_folder(source: Path) -> dict[str, bytes]:
    """Read every file a process owner edits below `source`, by its path from there."""
    return {
        path.relative_to(source).as_posix(): path.read_bytes()
        for folder, endings in EDITED.items()
        for path in sorted((source / folder).glob("*"))
        if path.suffix in endings and path.is_file()
    }


def build(files: Mapping[str, bytes], release_id: int = 0) -> Bundle:
    """Parse the files of one release; InvalidRelease with every finding when one cannot be read."""
    bundle, findings = survey(files, release_id)
    if any(finding.severity == "error" for finding in findings):
        raise InvalidRelease(findings)
    return bundle


def survey(files: Mapping[str, bytes], release_id: int = 0) -> tuple[Bundle, list[Finding]]:
    """Parse what can be parsed of one release, and give every finding.

    A bundle with errors is there to be checked further, never to run: what cannot be read is
    missing from it and named in ``unread``. The same files again are not parsed again: what is
    checked, then published and then run has been read once.
    """
    bundle, findings = _surveyed(tuple(sorted(files.items())))
    return replace(bundle, release_id=release_id), list(findings)


@lru_cache(maxsize=4)
def _surveyed(content: tuple[tuple[str, bytes], ...]) -> tuple[Bundle, tuple[Finding, ...]]:
    files = dict(content)
    problems: list[Finding] = []
    forms = dict(_load(files, _FORMS, load_form, problems))
    letters = dict(_load(files, _LETTERS, load_letter, problems))
    figures: list[Figure] = []
    if POLICY_FILE in files:
        figures, wrong = read_figures(files[POLICY_FILE])
        problems.extend(wrong)
    definitions, findings = spiff.survey(_drawn(files))
    by_set: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_set.setdefault(figure.parameter_set, {})[figure.name] = figure
    bundle = Bundle(
        release_id=0,
        files=files,
        definitions=definitions,
        forms=forms,
        letters=letters,
        figures=by_set,
        variables=frozenset(_variables(forms, definitions)),
        unread=_unread(files, definitions, problems),
    )
    return bundle, (*findings, *problems)


def _unread(
    files: Mapping[str, bytes], definitions: spiff.Definitions, problems: list[Finding]
) -> frozenset[str]:
    """Name the files from which something is missing in what was parsed."""
    read = {diagram.file for diagram in definitions.diagrams.values()}
    read |= {table.file for table in definitions.decisions.values()}
    return frozenset({*_drawn(files)} - read) | {finding.file for finding in problems}


def _drawn(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        path: content
        for path, content in files.items()
        if PurePosixPath(path).suffix in (".bpmn", ".dmn") and path != POLICY_FILE
    }


def _load(
    files: Mapping[str, bytes], place: tuple[str, str], load: Any, findings: list[Finding]
) -> Iterator[tuple[str, Any]]:
    for name in _names_of(files, place):
        path = name.join(place)
        try:
            yield name, load(name, files[path])
        except FormFileError as error:
            findings.extend(
                Finding(path, name, line, sentence, "form_file")
                for line, sentence in error.problems
            )


def _names_of(files: Mapping[str, bytes], place: tuple[str, str]) -> Iterator[str]:
    """Give the names of the files of one folder and ending."""
    folder, ending = place
    for path in files:
        if path.startswith(folder) and path.endswith(ending):
            yield path.removeprefix(folder).removesuffix(ending)


def set_by_form(form: Form) -> Iterator[str]:
    """Name the control variables that the answers of a form set."""
    yield from (question.variable for question in form.questions if question.variable)


def set_by_diagram(diagram: spiff.Diagram) -> Iterator[str]:
    """Name the control variables that service tasks, repeated steps and messages set."""
    for element in diagram.elements.values():
        if element.result:
            yield element.result
        if element.multiple is not None and element.multiple.item:
            yield element.multiple.item
        yield from _payload_names(element.properties.get("payload", ""))


def _variables(forms: Mapping[str, Form], definitions: spiff.Definitions) -> Iterator[str]:
    for form in forms.values():
        yield from set_by_form(form)
    for diagram in definitions.diagrams.values():
        yield from set_by_diagram(diagram)
    for table in definitions.decisions.values():
        yield from table.outputs


def _payload_names(payload: str) -> Iterator[str]:
    if not payload:
        return
    try:
        tree = ast.parse(payload.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return  # the gate of the diagrams says so
    if isinstance(tree, ast.Dict):
        keys = (key.value for key in tree.keys if isinstance(key, ast.Constant))
        yield from (key for key in keys if isinstance(key, str))
