"""Rules on texts that are evaluated: each can be read by the one small language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.language import check_expression, check_script
from engine.spiff.profile.drawn import Drawn, Scope, called
from engine.spiff.profile.flows import condition_of
from engine.spiff.reader import DrawnNode, child, extension, properties, text_of
from engine.spiff.timers import literal_timer

#: Properties of ours that are expressions.
EXPRESSIONS = ("message_key", "fallback_key", "payload", "due", "about")

Check = Callable[[str], str | None]


def texts(drawn: Drawn) -> Iterator[Finding]:
    """Every expression and script can be read."""
    for scope, each in drawn.nodes:
        for what, text, check in _texts(each):
            yield from _judged(scope, each.node, what, text, check)
        for flow in scope.outgoing[each.id]:
            condition = condition_of(flow)
            if condition:
                yield from _judged(scope, flow, "condition", condition, check_expression)


def _judged(
    scope: Scope, node: etree._Element, what: str, text: str, check: Check
) -> Iterator[Finding]:
    problem = check(text)
    if problem:
        yield scope.refuse(node, "expression", f"{what} of {called(node)}, {text!r}: {problem}")


def _texts(each: DrawnNode) -> Iterator[tuple[str, str, Check]]:
    """Give each text of an element with what it is and how it is checked."""
    written = properties(each.node)
    for name in EXPRESSIONS:
        if name in written:
            yield name, written[name], check_expression
    for event in each.events:
        for tag in ("timeDate", "timeDuration"):
            when = text_of(child(event, tag))
            if when:
                yield "time", when, _check_timer
    yield from _repetition_texts(each.node)
    yield from _operation_texts(each.node)
    yield from _scripts(each.node)


def _scripts(node: etree._Element) -> Iterator[tuple[str, str, Check]]:
    written = {tag: text_of(extension(node, tag)) for tag in ("preScript", "postScript")}
    written["script"] = text_of(child(node, "script"))
    for what, text in written.items():
        if text:
            yield what, text, check_script


def _check_timer(text: str) -> str | None:
    if literal_timer(text) is not None:
        return None
    if text.lstrip("'\"").upper().startswith("R"):
        inner = text.strip("'\" ").upper().removeprefix("R").lstrip("0123456789")
        if inner.startswith("/"):
            return "Expected a date or a duration, but it repeats. Draw a loop with a timer."
    return check_expression(text)


def _repetition_texts(node: etree._Element) -> Iterator[tuple[str, str, Check]]:
    loop = "multiInstanceLoopCharacteristics"
    paths = {
        "number": (loop, "loopCardinality"),
        "end": (loop, "completionCondition"),
        "loop condition": ("standardLoopCharacteristics", "loopCondition"),
    }
    for what, path in paths.items():
        text = text_of(child(node, *path))
        if text:
            yield what, text, check_expression


def _operation_texts(node: etree._Element) -> Iterator[tuple[str, str, Check]]:
    operator = extension(node, "serviceTaskOperator")
    if operator is None:
        return
    for part in operator.iter():
        if str(part.tag).endswith("}parameter"):
            yield f"parameter {part.get('id')}", part.get("value") or "", check_expression


RULES = (texts,)
