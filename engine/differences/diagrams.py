"""Compares two versions of a diagram by element."""

from __future__ import annotations

from collections.abc import Iterator

from engine.differences.changes import Detail, ElementChange, What
from engine.differences.facts import DEFAULTS, Facts, label_of
from engine.differences.parts import FILE, Drawing, Part
from engine.spiff import KIND_OF_TAG, KINDS, PROPERTIES, Document

_PROPERTY = "extensionElements/properties/property[{}]/@value"
_OPERATOR = "extensionElements/serviceTaskOperator"
_LOOP = "multiInstanceLoopCharacteristics"
_LABELS = {
    "(inside)": "Stands in",
    "(lane)": "Lane",
    "(lost)[]": "Names a step that is not there: {}",
    "(process)": "Process",
    "(tag)": "Kind",
    "(turns)": "Order in which its answers are asked",
    "@attachedToRef": "At the edge of",
    "@calledElement": "Calls the process",
    "@cancelActivity": "Ends what it is at the edge of",
    "@default": "Way when no condition holds",
    "@errorCode": "Code",
    "@escalationCode": "Code",
    "@isExecutable": "Can run",
    "@messageRef": "Message",
    "@name": "Name",
    "@processRef": "Process",
    "@sourceRef": "From",
    "@targetRef": "To",
    "@triggeredByEvent": "Begins by an event",
    "conditionExpression/text": "Condition",
    "conditionalEventDefinition/condition/text": "Condition",
    "documentation/text": "Documentation",
    "errorEventDefinition/@errorRef": "Error",
    "escalationEventDefinition/@escalationRef": "Escalation",
    "extensionElements/calledDecisionId/text": "Decision",
    "extensionElements/postScript/text": "Script after it",
    "extensionElements/preScript/text": "Script before it",
    "extensionElements/properties/property[]/@value": "Property {}",
    "messageEventDefinition": "Message",
    "messageEventDefinition/@messageRef": "Message",
    "script/text": "Script",
    "signalEventDefinition/@signalRef": "Signal",
    "terminateEventDefinition": "Ends everything",
    "text/text": "Text",
    "timerEventDefinition": "Timer",
    "timerEventDefinition/timeDate/text": "Timer",
    "timerEventDefinition/timeCycle/text": "Timer that repeats",
    "timerEventDefinition/timeDuration/text": "Timer, length of time",
    _LOOP: "Several at once",
    f"{_LOOP}/@isSequential": "One after the other",
    f"{_LOOP}/completionCondition/text": "Several, until",
    f"{_LOOP}/inputDataItem/@id": "Several, each called",
    f"{_LOOP}/inputDataItem/@name": "Several, name of each",
    f"{_LOOP}/loopCardinality/text": "Several, how many",
    f"{_LOOP}/loopDataInputRef/text": "Several, one for each of",
    f"{_LOOP}/loopDataOutputRef/text": "Several, results go to",
    f"{_LOOP}/outputDataItem/@id": "Several, result of each",
    f"{_OPERATOR}/@id": "Operation",
    f"{_OPERATOR}/@resultVariable": "Result goes to",
    f"{_OPERATOR}/parameters/parameter[]/@type": "Type of parameter {}",
    f"{_OPERATOR}/parameters/parameter[]/@value": "Parameter {}",
    **{_PROPERTY.format(name): label for name, label in PROPERTIES.items()},
}
#: Facts that name other elements by id.
_REFERS = ("Ref", "@default", "(inside)", "(lane)", "(turns)", "(process)")
#: Nothing new in a list of what an added or removed element says.
_OF_COURSE = ("(tag)", "(process)", "@name")


def element_changes(old: Document | None, new: Document | None) -> tuple[ElementChange, ...]:
    """Give every element that differs, in the order of the new file, then those that are gone.

    None stands for a file that is not there: all its elements are added or removed.
    """
    return tuple(_Comparison(Drawing(old), Drawing(new)).changes())


def renamed_processes(changes: tuple[ElementChange, ...]) -> tuple[list[str], list[str]]:
    """Give the ids of processes that are gone and of those that are new."""
    found: dict[str, list[str]] = {"added": [], "removed": []}
    for change in changes:
        if change.kind == "Process" and change.what in found:
            found[change.what].append(change.element_id)
    return found["removed"], found["added"]


class _Comparison:
    def __init__(self, old: Drawing, new: Drawing) -> None:
        self.old, self.new = old, new

    def changes(self) -> Iterator[ElementChange]:
        before = dict(self.old.parts)
        for key, part in self.new.parts.items():
            if key == FILE and key not in before:
                continue
            change = self._change(before.pop(key, None), part)
            if change is not None:
                yield change
        for key, part in before.items():
            if key == FILE:
                continue
            yield self._said("removed", part, self.old, self._details(part.facts, {}))

    def _change(self, old: Part | None, new: Part) -> ElementChange | None:
        if old is None:
            return self._said("added", new, self.new, self._details({}, new.facts))
        details = self._details(old.facts, new.facts)
        places = tuple(_places(old.place, new.place))
        if details:
            also = (("Place in the drawing", "", "changed too"),) if places else ()
            return self._said("changed", new, self.new, (*details, *also))
        return self._said("moved", new, self.new, places) if places else None

    def _said(
        self, what: What, part: Part, drawing: Drawing, details: tuple[Detail, ...]
    ) -> ElementChange:
        return ElementChange(
            element_id=part.id,
            name=drawing.called(part),
            kind=part.kind,
            what=what,
            details=details,
            process_id=part.process_id,
        )

    def _details(self, old: Facts, new: Facts) -> tuple[Detail, ...]:
        paths = (*new, *(path for path in old if path not in new))
        return tuple(
            self._detail(path, old, new) for path in paths if self._differs(path, old, new)
        )

    def _detail(self, path: str, old: Facts, new: Facts) -> Detail:
        label = label_of(path, _LABELS)
        was, is_ = self._value(path, old, self.old, new), self._value(path, new, self.new, old)
        if was == is_:  # two of the same name: only their ids tell them apart
            was, is_ = (", ".join(facts.get(path, "").split("\n")) for facts in (old, new))
        return label, was, is_

    def _differs(self, path: str, old: Facts, new: Facts) -> bool:
        if not old or not new:
            return path not in _OF_COURSE
        if path == "(process)" and self._is_renamed(old.get(path), new.get(path)):
            return False
        if path == "(turns)":
            return _in_another_order(old.get(path, ""), new.get(path, ""))
        return old.get(path) != new.get(path)

    def _is_renamed(self, old: str | None, new: str | None) -> bool:
        return old not in self.new.parts and new not in self.old.parts

    def _value(self, path: str, facts: Facts, drawing: Drawing, other: Facts) -> str:
        value = facts.get(path)
        if value is None:
            default = DEFAULTS.get(path.rpartition("@")[2]) if facts and path in other else None
            return _WORDS.get(default or "", default or "")
        if path == "(tag)":
            return KINDS.get(KIND_OF_TAG.get(value, ""), value)
        if path.endswith(_REFERS):
            return ", ".join(drawing.names.get(each, each) for each in value.split("\n"))
        return _WORDS.get(value, value) if "@" in path else value


_WORDS = {"true": "yes", "false": "no"}


def _in_another_order(old: str, new: str) -> bool:
    """Tell whether what stands in both lists stands in another order."""
    before, after = old.split("\n"), new.split("\n")
    return [each for each in before if each in after] != [each for each in after if each in before]


def _places(old: Facts, new: Facts) -> Iterator[Detail]:
    for label in (*new, *(label for label in old if label not in new)):
        if old.get(label) != new.get(label):
            yield label, old.get(label, ""), new.get(label, "")
