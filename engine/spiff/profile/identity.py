"""Rules on processes and ids: there is one to run, and everything in it can be named."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.documents import BPMN, Document, line_of, local_name, namespace
from engine.spiff.profile.drawn import Drawn, called, refusal
from engine.spiff.reader import processes

#: Names the library gives to steps of its own in every process.
RESERVED = ("Start", "End", "Root", "StartEventSplit", "StartEventJoin")
RESERVED_ENDS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin", "[child]")
#: Of one process, and of a release; the largest drawn so far has a fifth of it.
MOST_ELEMENTS, MOST_FLOWS, MOST_PROCESSES = 300, 1_000, 500


def a_process(drawn: Drawn) -> Iterator[Finding]:
    """A diagram has a process that can run."""
    for document in drawn.diagrams:
        found = processes(document)
        if not found:
            yield refusal(
                document,
                document.root,
                "no_process",
                "Expected a process, but the diagram has none. Draw one.",
            )
        elif all(process.node.get("isExecutable") in ("false", "0") for process in found):
            yield refusal(
                document,
                found[0].node,
                "not_executable",
                "Expected a process that can run, but none is executable. Set isExecutable.",
            )


def one_of_a_name(drawn: Drawn) -> Iterator[Finding]:
    """Process ids and decision ids are used once in a release."""
    seen: dict[str, str] = {}
    for process in drawn.processes:
        if process.id in seen:
            yield refusal(
                process.document,
                process.node,
                "duplicate_process",
                f"Expected one process {process.id}, but {seen[process.id]} has one too. "
                "Rename one of them.",
            )
        seen.setdefault(process.id, process.document.file)


def ids(drawn: Drawn) -> Iterator[Finding]:
    """Everything of a process has an id, no two the same, none of them the library's."""
    for document in drawn.diagrams:
        seen: dict[str, int] = {}
        for node in document.root.iter():
            id_ = node.get("id")
            if namespace(node) != BPMN or id_ is None:
                continue
            if id_ in seen:
                yield refusal(
                    document,
                    node,
                    "duplicate_id",
                    f"Expected one element {id_}, but line {seen[id_]} has one too. "
                    "Give one of them another id.",
                )
            seen.setdefault(id_, line_of(node))
    for process in drawn.processes:
        for node in (process.node, *(each.node for each in process.nodes), *process.flows):
            yield from _id_of(process.document, node)


def _id_of(document: Document, node: etree._Element) -> Iterator[Finding]:
    id_ = node.get("id")
    if not id_:
        yield refusal(
            document,
            node,
            "missing_id",
            f"Expected an id, but {local_name(node)} {called(node)} has none and would be left "
            "out. Give it one.",
        )
    elif id_ in RESERVED or id_.endswith(RESERVED_ENDS):
        yield refusal(
            document,
            node,
            "reserved_id",
            f"Expected an id of your own, but {id_} is one the engine uses itself. "
            "Give it another id.",
        )


def size(drawn: Drawn) -> Iterator[Finding]:
    """A process is small enough to be read, checked and run."""
    for process in drawn.processes:
        for what, count, most in (
            ("elements", len(process.nodes), MOST_ELEMENTS),
            ("flows", len(process.flows), MOST_FLOWS),
        ):
            if count > most:
                yield refusal(
                    process.document,
                    process.node,
                    "too_large",
                    f"Expected at most {most} {what}, but there are {count}. "
                    "Move a part into a process that is called.",
                )
    if len(drawn.processes) > MOST_PROCESSES:
        yield refusal(
            drawn.processes[MOST_PROCESSES].document,
            drawn.processes[MOST_PROCESSES].node,
            "too_large",
            f"Expected at most {MOST_PROCESSES} processes in a release, but there are "
            f"{len(drawn.processes)}. Take some out.",
        )


RULES = (a_process, one_of_a_name, ids)
