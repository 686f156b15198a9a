"""All diagrams and decision tables of a release, parsed once and shared by every instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Finding, InvalidDiagram, NotFound
from engine.spiff.decisions import DecisionTable, decision_nodes, read_table
from engine.spiff.diagram import Diagram
from engine.spiff.documents import Document, open_document
from engine.spiff.parser import build_specs
from engine.spiff.reader import DrawnProcess, processes


@dataclass(frozen=True)
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
    findings: list[Finding] = []
    documents: list[Document] = []
    for file, data in files.items():
        if file.endswith((".bpmn", ".dmn")):
            opened = open_document(file, data)
            if isinstance(opened, Finding):
                findings.append(opened)
            else:
                documents.append(opened)
    drawn = [p for d in documents if d.file.endswith(".bpmn") for p in processes(d)]
    tables: dict[str, DecisionTable] = {}
    for document in documents:
        if document.file.endswith(".dmn"):
            for node in decision_nodes(document):
                table = read_table(document, node)
                if table is not None:
                    tables[table.id] = table
    if findings:
        raise InvalidDiagram(findings)
    return _definitions(drawn, tables, findings)


def _definitions(
    drawn: list[DrawnProcess], tables: dict[str, DecisionTable], findings: list[Finding]
) -> Definitions:
    specs = build_specs(drawn, tables)
    return Definitions(
        diagrams={process.id: process.diagram for process in drawn},
        decisions=tables,
        warnings=tuple(findings),
        specs=specs,
    )
