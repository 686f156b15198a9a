"""Rules on single activities: kinds the engine cannot run, and what an activity must say."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.plain import NotPlain, variable_name
from engine.spiff.profile.drawn import ACTIVITIES, Drawn, Scope, called, refusal, warning
from engine.spiff.reader import DrawnNode, bpmn, child, extension, text_of

_REFUSED = {
    "event_subprocess": (
        "Expected no event subprocess, but {0} is one: it would not interrupt, or hold up the end. "
        "Draw a subprocess with a boundary event."
    ),
    "transaction": (
        "Expected no transaction, but {0} is one. Draw a subprocess with a boundary event."
    ),
    "ad_hoc_subprocess": (
        "Expected an order, but {0} is an ad-hoc subprocess. Draw its steps with flows."
    ),
    "complex_gateway": (
        "Expected another gateway, but {0} is a complex one. Draw an inclusive or exclusive one."
    ),
    "choreography_task": "Expected a task, but {0} belongs to a choreography. Draw a task.",
}


def kinds(drawn: Drawn) -> Iterator[Finding]:
    """Only kinds that the engine runs as the standard says."""
    for process in drawn.processes:
        for each in process.nodes:
            if each.kind in _REFUSED:
                message = _REFUSED[each.kind].format(called(each.node))
                yield refusal(process.document, each.node, each.kind, message)
            if each.node.get("isForCompensation") == "true":
                yield refusal(
                    process.document,
                    each.node,
                    "compensation",
                    f"Expected no compensation, but {called(each.node)} is for it. "
                    "Draw what is to be done as a path of its own.",
                )


def stores(drawn: Drawn) -> Iterator[Finding]:
    """Data stores have no meaning here."""
    for document in drawn.diagrams:
        for node in document.root.iter(bpmn("dataStore")):
            yield refusal(
                document,
                node,
                "data_store",
                f"Expected no data store, but {called(node)} is one. Use an operation instead.",
            )


def inside_subprocesses(drawn: Drawn) -> Iterator[Finding]:
    """A subprocess begins once, by itself, and has an end."""
    for scope in drawn.scopes:
        if scope.node is scope.process.node:
            continue
        starts = scope.starts
        if len(starts) != 1 or starts[0].events:
            yield scope.refuse(
                scope.node,
                "subprocess_start",
                f"Expected one start event without a trigger, but {called(scope.node)} has "
                f"{len(starts)} or another kind. Draw exactly one plain start event.",
            )
        if not any(each.kind == "end_event" for each in scope.nodes.values()):
            yield scope.refuse(
                scope.node,
                "subprocess_end",
                f"Expected an end event, but {called(scope.node)} has none. Draw one.",
            )


def starts(drawn: Drawn) -> Iterator[Finding]:
    """A process has a start event, and at most one without a trigger."""
    for process in drawn.processes:
        found = Scope(process, process.node).starts
        if not found:
            yield refusal(
                process.document,
                process.node,
                "no_start",
                f"Expected a start event, but {called(process.node)} has none. Draw one.",
            )
        plain = [each for each in found if not each.events]
        for each in plain[1:]:
            yield refusal(
                process.document,
                each.node,
                "several_starts",
                f"Expected one start event without a trigger, but {plain[0].id} is one too. "
                "Give one of them a message or remove it.",
            )


def operations(drawn: Drawn) -> Iterator[Finding]:
    """A service task names its operation, and each parameter."""
    for scope, each in drawn.nodes:
        if each.kind != "service_task":
            continue
        operator = extension(each.node, "serviceTaskOperator")
        if operator is None or not operator.get("id"):
            yield scope.refuse(
                each.node,
                "no_operation",
                f"Expected an operation, but {called(each.node)} names none. Choose one.",
            )
        elif not all(part.get("id") for part in operator.iter() if _is_parameter(part)):
            yield scope.refuse(
                each.node,
                "parameter_without_name",
                f"Expected a name for each parameter, but {called(each.node)} has one without. "
                "Name it.",
            )
        problem = name_problem(operator.get("resultVariable") if operator is not None else None)
        if problem:
            yield scope.refuse(each.node, "result_name", f"{called(each.node)}: {problem}")


def name_problem(name: str | None) -> str | None:
    """Say why no variable can be called that, None if one can or none is named."""
    try:
        variable_name(name or "unnamed")
    except NotPlain as problem:
        return str(problem)
    return None


def _is_parameter(node: etree._Element) -> bool:
    return str(node.tag).endswith("}parameter")


def repeated(drawn: Drawn) -> Iterator[Finding]:
    """An activity that runs several times says how often."""
    for scope, each in drawn.nodes:
        if each.kind not in ACTIVITIES:
            continue
        for problem in (*_several_problems(each), *_loop_problems(each)):
            yield scope.refuse(each.node, "repetition", f"{called(each.node)}: {problem}")


def _several_problems(each: DrawnNode) -> Iterator[str]:
    loop = child(each.node, "multiInstanceLoopCharacteristics")
    if loop is None:
        return
    count = text_of(child(loop, "loopCardinality"))
    items = text_of(child(loop, "loopDataInputRef"))
    if bool(count) == bool(items):
        yield "Expected a number or the name of a list, one of them. Give it."
    names = {
        "list": items,
        "item": _id(loop, "inputDataItem"),
        "result": _id(loop, "outputDataItem"),
    }
    names["results"] = text_of(child(loop, "loopDataOutputRef"))
    for what, name in names.items():
        problem = name_problem(name)
        if problem:
            yield f"{what}: {problem}"
    if (names["result"] is None) != (names["results"] is None):
        yield "Expected both a result and the list of results, but one is missing. Give both."
    if child(each.node, "ioSpecification") is not None:
        yield "Expected no input and output sets beside several instances. Remove them."


def _loop_problems(each: DrawnNode) -> Iterator[str]:
    loop = child(each.node, "standardLoopCharacteristics")
    if loop is None:
        return
    maximum = loop.get("loopMaximum")
    if maximum is None and not text_of(child(loop, "loopCondition")):
        yield "Expected a condition or a maximum for the loop. Give one."
    if maximum is not None and not maximum.isdigit():
        yield f"Expected a whole number as the maximum, but got {maximum!r}."
    if child(each.node, "multiInstanceLoopCharacteristics") is not None:
        yield "Expected a loop or several instances, but it is both. Choose one."


def _id(loop: etree._Element, tag: str) -> str | None:
    node = child(loop, tag)
    return None if node is None else node.get("id") or ""


def scripts(drawn: Drawn) -> Iterator[Finding]:
    """Scripts run, but a decision table or an operation is easier to read and to check."""
    for scope, each in drawn.nodes:
        document = scope.process.document
        if each.kind == "script_task":
            if not text_of(child(each.node, "script")):
                yield scope.refuse(
                    each.node,
                    "empty_script",
                    f"Expected a script, but {called(each.node)} has none. Write one.",
                )
            yield warning(
                document,
                each.node,
                "script",
                f"Expected a decision table or an operation, but {called(each.node)} is a script. "
                "Consider replacing it.",
            )
        for tag in ("preScript", "postScript"):
            if text_of(extension(each.node, tag)):
                yield warning(
                    document,
                    each.node,
                    "script",
                    f"Expected no scripts beside a task, but {called(each.node)} has a {tag}. "
                    "Consider a task of its own.",
                )


RULES = (kinds, stores, inside_subprocesses, starts, operations, repeated, scripts)
