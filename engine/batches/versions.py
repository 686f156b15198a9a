"""What differs between two versions for a run, by where it stands: steps ahead, rules, figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.releases import Bundle
from engine.spiff import Definitions, Element

#: Process id -> old element id -> new one.
Renames = Mapping[str, Mapping[str, str]]
#: Process id and element id.
Step = tuple[str, str]

#: Kinds of steps that people know by name.
_TOLD = frozenset(
    {
        *("user_task", "manual_task", "service_task", "business_rule_task", "call_activity"),
        *("subprocess", "catch_event", "boundary_event", "receive_task", "throw_event"),
        *("send_task", "script_task"),
    }
)

#: Pairs of versions that are kept.
_MOST_KNOWN = 32


@dataclass(frozen=True)
class Ahead:
    """What differs ahead of where a run stands."""

    #: Steps that are only drawn in the new version, and only in the old one.
    new: tuple[Element, ...]
    gone: tuple[Element, ...]
    #: Steps drawn in both, with what differs: form, date, holder, letter, rule, operation.
    changed: tuple[tuple[Element, tuple[str, ...]], ...]


class Between:
    """Two versions held against each other, with what a process owner says is called otherwise."""

    def __init__(self, old: Bundle, new: Bundle, renames: Renames) -> None:
        """Compare nothing yet; what is asked for is kept."""
        self.old = old
        self.new = new
        self.renames = renames
        self._ahead: dict[frozenset[Step], Ahead] = {}

    def now(self, step: Step) -> Step:
        """Give a step of the old version as it is called in the new one."""
        process_id, element_id = step
        return process_id, self.renames.get(process_id, {}).get(element_id, element_id)

    def ahead(self, standing: frozenset[Step]) -> Ahead:
        """Give what differs ahead of a run that stands at these steps of the old version."""
        if standing not in self._ahead:
            self._ahead[standing] = self._work_out(standing)
        return self._ahead[standing]

    def _work_out(self, standing: frozenset[Step]) -> Ahead:
        before = {self.now(step): step for step in _reach(self.old.definitions, standing)}
        after = _reach(self.new.definitions, {self.now(step) for step in standing})
        here = {self.now(step) for step in standing}
        new = [step for step in after if step not in before and step not in here]
        gone = [step for name, step in before.items() if name not in after and name not in here]
        changed = [
            (element, parts)
            for step in after
            if step in before and step not in here
            for element in [_element(self.new.definitions, step)]
            for parts in [self.differing(_element(self.old.definitions, before[step]), element)]
            if parts
        ]
        return Ahead(
            tuple(_told(self.new.definitions, new)),
            tuple(_told(self.old.definitions, gone)),
            tuple((element, parts) for element, parts in changed if _is_told(element)),
        )

    def differing(self, was: Element, now: Element) -> tuple[str, ...]:
        """Name what differs of a step: form, date, holder, letter, rule, operation, message."""
        form, letter = ("forms/definitions", "form", ".yaml"), ("forms/letters", "letter", ".md")
        date = (was.timer, was.properties.get("due")) != (now.timer, now.properties.get("due"))
        found = {
            "form": self._file(self.old, was, form) != self._file(self.new, now, form),
            "date": date,
            "holder": was.held_by != now.held_by,
            "letter": self._file(self.old, was, letter) != self._file(self.new, now, letter),
            "rule": _rule(self.old, was.decision) != _rule(self.new, now.decision),
            "operation": (was.operation, was.parameters, was.script)
            != (now.operation, now.parameters, now.script),
            "message": was.message != now.message,
        }
        return tuple(name for name, differs in found.items() if differs)

    def figures(self, parameter_set: str) -> Iterator[tuple[str, str, str, str]]:
        """Give each figure of a set that differs: name, old value, new value, unit."""
        old = self.old.figures.get(parameter_set, {})
        new = self.new.figures.get(parameter_set, {})
        for name in sorted({*old, *new}):
            was, now = old.get(name), new.get(name)
            if was is None or now is None or was.text != now.text:
                units = [figure.unit for figure in (now, was) if figure]
                yield name, was.text if was else "", now.text if now else "", units[0]

    @staticmethod
    def _file(bundle: Bundle, element: Element, kind: tuple[str, str, str]) -> bytes | None:
        folder, of_property, ending = kind
        name = element.properties.get(of_property)
        return bundle.files.get(f"{folder}/{name}{ending}", name.encode()) if name else None


def between(old: Bundle, new: Bundle, renames: Renames) -> Between:
    """Give two versions held against each other; what was worked out once is kept."""
    key = (id(old), id(new), json.dumps(renames, sort_keys=True))
    found = _known.get(key)
    if found is None or found.old is not old or found.new is not new:
        while len(_known) >= _MOST_KNOWN:
            _known.pop(next(iter(_known)), None)
        found = _known[key] = Between(old, new, renames)
    return found


_known: dict[tuple[int, int, str], Between] = {}


def _reach(definitions: Definitions, standing: Iterable[Step]) -> dict[Step, None]:
    """Give every step that may be come to from where a run stands, in the order of the way."""
    drawn = _Drawn(definitions)
    seen: dict[Step, None] = {}
    stack = [after for step in sorted(standing) for after in drawn.after(step)]
    while stack:
        step = stack.pop()
        if step not in seen:
            seen[step] = None
            stack.extend([*drawn.after(step), *drawn.inside(step)])
    return seen


class _Drawn:
    """The ways through the diagrams of one version."""

    def __init__(self, definitions: Definitions) -> None:
        self._diagrams = definitions.diagrams

    def after(self, step: Step) -> Iterator[Step]:
        """Give what follows a step, or may happen at its edge."""
        process_id, element_id = step
        diagram = self._diagrams.get(process_id)
        if diagram is None:
            return
        yield from (
            (process_id, flow.target) for flow in diagram.flows if flow.source == element_id
        )
        for element in diagram.elements.values():
            if element.attached_to == element_id:
                yield process_id, element.id

    def inside(self, step: Step) -> Iterator[Step]:
        """Give where what stands inside a step begins."""
        process_id, element_id = step
        diagram = self._diagrams.get(process_id)
        element = diagram.elements.get(element_id) if diagram else None
        if element is None or diagram is None:
            return
        called = self._diagrams.get(element.called or "")
        for within, parent in ((diagram, element_id), (called, None)):
            for one in within.elements.values() if within else ():
                is_there = one.kind == "start_event" and one.parent == parent
                if is_there and (parent is None or element.kind == "subprocess"):
                    yield one.process_id, one.id


def _element(definitions: Definitions, step: Step) -> Element:
    process_id, element_id = step
    return definitions.diagram(process_id).elements[element_id]


def _told(definitions: Definitions, steps: list[Step]) -> Iterator[Element]:
    found = (_element(definitions, step) for step in steps)
    return (element for element in found if _is_told(element))


def _is_told(element: Element) -> bool:
    return element.kind in _TOLD


def _rule(bundle: Bundle, decision: str | None) -> bytes | None:
    table = bundle.definitions.decisions.get(decision or "")
    return bundle.files.get(table.file) if table else None
