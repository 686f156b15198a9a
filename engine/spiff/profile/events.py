"""Rules on events: which kinds may stand where, and what each must say."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.spiff.documents import local_name
from engine.spiff.profile.drawn import ACTIVITIES, Drawn, Scope, called
from engine.spiff.reader import DrawnNode, child, declared, text_of

#: What the engine runs as drawn. It takes any other for a plain event, without a word.
_ALLOWED = {
    "start_event": ("none", "message", "timer", "signal"),
    "end_event": ("none", "message", "terminate", "error", "escalation"),
    "catch_event": ("message", "timer", "signal"),
    "throw_event": ("none", "message", "signal", "escalation"),
    "boundary_event": ("message", "timer", "signal", "error", "escalation"),
}
_PLACES = {
    "start_event": "a start event",
    "end_event": "an end event",
    "catch_event": "a catching event",
    "throw_event": "a throwing event",
    "boundary_event": "a boundary event",
}
_DECLARED = {
    "message": ("messageRef", "message"),
    "signal": ("signalRef", "signal"),
    "error": ("errorRef", "error"),
    "escalation": ("escalationRef", "escalation"),
}


def event_kinds(drawn: Drawn) -> Iterator[Finding]:
    """Each event is of a kind the engine runs in that place."""
    for scope, each in drawn.nodes:
        allowed = _ALLOWED.get(each.kind)
        if allowed is None:
            continue
        kind = kind_of(each)
        if len(each.events) > 1 or each.node.get("parallelMultiple") == "true":
            yield scope.refuse(
                each.node,
                "several_events",
                f"Expected one trigger, but {called(each.node)} has several. "
                "Draw an event of its own for each.",
            )
        elif kind not in allowed:
            what = "no trigger" if kind == "none" else f"the trigger {kind}"
            yield scope.refuse(
                each.node,
                "event_kind",
                f"Expected {_PLACES[each.kind]} to be one of {', '.join(allowed)}, but "
                f"{called(each.node)} has {what}, which the engine would pass over. "
                "Choose another kind.",
            )


def kind_of(each: DrawnNode) -> str:
    """Give the kind of an event: none, message, timer and so on."""
    if each.kind in ("send_task", "receive_task"):
        return "message"
    return local_name(each.events[0]).removesuffix("EventDefinition") if each.events else "none"


def timers(drawn: Drawn) -> Iterator[Finding]:
    """A timer says when, once."""
    for scope, each in drawn.nodes:
        for event in each.events:
            if local_name(event) != "timerEventDefinition":
                continue
            if child(event, "timeCycle") is not None:
                yield scope.refuse(
                    each.node,
                    "time_cycle",
                    f"Expected a date or a duration, but {called(each.node)} repeats. "
                    "Draw a loop with a timer.",
                )
            elif not (text_of(child(event, "timeDate")) or text_of(child(event, "timeDuration"))):
                yield scope.refuse(
                    each.node,
                    "no_time",
                    f"Expected a date or a duration, but {called(each.node)} has none. "
                    "Write one, such as on(case.review_on).",
                )


def declarations(drawn: Drawn) -> Iterator[Finding]:
    """A message, signal, error or escalation is named and declared."""
    for scope, each in drawn.nodes:
        kind = kind_of(each)
        if kind not in _DECLARED:
            continue
        attribute, tag = _DECLARED[kind]
        holders = [each.node, *each.events]
        wanted = next((node.get(attribute) for node in holders if node.get(attribute)), None)
        known = declared(scope.process.document, tag)
        if wanted is None:
            yield scope.refuse(
                each.node,
                f"no_{tag}",
                f"Expected {called(each.node)} to name its {tag}, but it names none. Choose one.",
            )
        elif wanted not in known:
            yield scope.refuse(
                each.node,
                f"unknown_{tag}",
                f"Expected the {tag} {wanted} in this file, but it is not there. "
                "Choose one that is.",
            )
        elif not known[wanted].get("name") and kind in ("message", "signal"):
            yield scope.refuse(
                known[wanted], f"{tag}_without_name", f"Expected a name for the {tag} {wanted}."
            )


def attachments(drawn: Drawn) -> Iterator[Finding]:
    """A boundary event stands on an activity of the same scope, and errors interrupt."""
    for scope, each in drawn.nodes:
        if each.kind != "boundary_event":
            continue
        on = scope.nodes.get(each.node.get("attachedToRef") or "")
        if on is None or on.kind not in ACTIVITIES:
            yield scope.refuse(
                each.node,
                "not_attached",
                f"Expected {called(each.node)} to stand on an activity, but it does not. "
                "Attach it to one.",
            )
        if kind_of(each) == "error" and each.node.get("cancelActivity") == "false":
            yield scope.refuse(
                each.node,
                "error_goes_on",
                f"Expected an error to interrupt, but {called(each.node)} does not. "
                "Make it interrupting or use an escalation.",
            )


def choices(drawn: Drawn) -> Iterator[Finding]:
    """Behind an event gateway stand events to wait for, each reached from it alone."""
    for scope, each in drawn.nodes:
        if each.kind == "event_gateway":
            for name in scope.targets(each.id):
                yield from _behind(scope, scope.nodes[name])


def _behind(scope: Scope, event: DrawnNode) -> Iterator[Finding]:
    if event.kind not in ("catch_event", "receive_task"):
        yield scope.refuse(
            event.node,
            "choice_of_events",
            f"Expected an event to wait for behind an event gateway, but {called(event.node)} is "
            "none. Draw a catching event.",
        )
    if len(scope.incoming[event.id]) > 1:
        yield scope.refuse(
            event.node,
            "choice_of_events",
            f"Expected {called(event.node)} to be reached from its gateway alone, but another flow "
            "leads to it. Draw an event of its own.",
        )
    if scope.boundaries[event.id]:
        yield scope.refuse(
            event.node,
            "choice_of_events",
            f"Expected no boundary event on {called(event.node)}, which stands behind an event "
            "gateway. Draw it as a branch of the gateway.",
        )


RULES = (event_kinds, timers, declarations, attachments, choices)
