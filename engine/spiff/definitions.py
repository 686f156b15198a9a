"""All diagrams and decision tables of a release, parsed once and shared by every instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.errors import Finding, InvalidDiagram, NotFound
from engine.spiff.decisions import DecisionTable, decision_nodes, read_table
from engine.spiff.diagram import Diagram
from engine.spiff.documents import Document, line_of, open_document
from engine.spiff.instance import Instance
from engine.spiff.parser import build_specs
from engine.spiff.profile import Drawn, findings
from engine.spiff.reader import DrawnProcess, processes


@dataclass(frozen=True, eq=False)
class Definitions:
    """What the instances of a release run on; immutable, shared between threads."""

    diagrams: Mapping[str, Diagram]
    decisions: Mapping[str, DecisionTable]
    #: What is allowed but not advised.
    warnings: tuple[Finding, ...]
    #: Process id -> what the library runs; nobody outside this package looks inside.
    specs: Mapping[str, Any]

    @property
    def process_ids(self) -> tuple[str, ...]:
        """Give the ids of all processes, in the order of their files."""
        return tuple(self.diagrams)

    def diagram(self, process_id: str) -> Diagram:
        """Give one diagram. Raises NotFound."""
        if process_id not in self.diagrams:
            raise NotFound(f"Expected a process of this release, but got {process_id}.")
        return self.diagrams[process_id]


def parse(files: Mapping[str, bytes]) -> Definitions:
    """Read diagrams (``.bpmn``) and decision tables (``.dmn``) by path; other files are left out.

    Raises InvalidDiagram with every finding at once, each with file, element and line. Nothing
    else is raised, whatever the files hold.
    """
    definitions, found = survey(files)
    _raise_errors(found)
    return definitions


def survey(files: Mapping[str, bytes]) -> tuple[Definitions, list[Finding]]:
    """Read what can be read of diagrams and decision tables, and give every finding.

    What merely follows from a file that cannot be read at all is not told: what it draws would
    be called unknown. Without errors it is what ``parse`` gives; with errors nothing runs on it.
    """
    found: list[Finding] = []
    documents: list[Document] = []
    for file, data in files.items():
        if file.endswith((".bpmn", ".dmn")):
            opened = open_document(file, data)
            if isinstance(opened, Finding):
                found.append(opened)
            else:
                documents.append(opened)
    drawn = Drawn(tuple(documents), _tables(documents))
    follows = _follows_from(found)
    found.extend(finding for finding in findings(drawn) if finding.rule not in follows)
    specs = {} if _has_errors(found) else _specs(drawn, found)
    definitions = Definitions(
        diagrams={process.id: process.diagram for process in drawn.processes},
        decisions=drawn.tables,
        warnings=tuple(found),
        specs=specs,
    )
    return definitions, found


def _follows_from(unread: list[Finding]) -> set[str]:
    """Name the rules that ask for something the files that cannot be read may hold."""
    endings = {PurePosixPath(finding.file).suffix for finding in unread}
    follows = {"unknown_process", "uncaught_error"} if ".bpmn" in endings else set()
    return follows | ({"unknown_decision"} if ".dmn" in endings else set())


def read_diagrams(file: str, data: bytes) -> tuple[Diagram, ...] | Finding:
    """Read the diagrams of one file without judging them; the finding when it is no BPMN at all.

    Every process of the file, in the order they are written; what is wrong in them stays wrong.
    """
    opened = open_document(file, data)
    if isinstance(opened, Finding):
        return opened
    return tuple(process.diagram for process in processes(opened))


def read_tables(file: str, data: bytes) -> tuple[DecisionTable, ...] | Finding:
    """Read the decision tables of one file, those that can be; the finding when it is no DMN."""
    opened = open_document(file, data)
    if isinstance(opened, Finding):
        return opened
    found = (read_table(opened, node) for node in decision_nodes(opened))
    return tuple(table for table in found if table is not None)


def _raise_errors(found: list[Finding]) -> None:
    if _has_errors(found):
        raise InvalidDiagram(found)


def _has_errors(found: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in found)


def _tables(documents: list[Document]) -> dict[str, DecisionTable]:
    """Give the tables that can be read; what is wrong with the others is a finding."""
    found: dict[str, DecisionTable] = {}
    for document in documents:
        if document.file.endswith(".dmn"):
            for node in decision_nodes(document):
                table = read_table(document, node)
                if table is not None:
                    found.setdefault(table.id, table)
    return found


def _specs(drawn: Drawn, found: list[Finding]) -> Mapping[str, Any]:
    """Build what the library runs and put one instance of each together, without running it."""
    specs: dict[str, Any] = {}
    at = None
    try:
        specs = build_specs(drawn.processes, drawn.tables)
        for process in drawn.processes:
            at = process
            Instance(specs[process.id])
    except Exception as error:  # whatever the library raises is a finding, never a crash
        found.append(_not_built(drawn, at, error))
    return specs


def _not_built(drawn: Drawn, at: DrawnProcess | None, error: Exception) -> Finding:
    element_id = getattr(error, "id", "") or (at.id if at else "")
    file = getattr(error, "file_name", "") or (at.document.file if at else "")
    line = 0
    for document in drawn.diagrams:
        for node in document.root.iter():
            if document.file == file and element_id and node.get("id") == element_id:
                line = line_of(node)
                break
    said = str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, RecursionError):
        said = "it is nested too deeply"
    return Finding(
        file,
        element_id,
        line,
        f"Expected a diagram the engine can run, but it cannot: {said}. Draw it more simply.",
        "not_runnable",
        "SpiffWorkflow 3.2.0",
    )
