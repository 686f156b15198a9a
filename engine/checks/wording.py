"""How findings name what a diagram is made of: as people know it, in quotation marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.operations.expression_words import dotted, plain, thing
from engine.releases import Bundle
from engine.spiff import Diagram, Element

#: Kind of a mark -> what a step does that carries it, with the name left open.
_DOES = {
    "": "carries the policy tag “{}”",
    "form": "asks the form “{}”",
    "letter": "issues the letter “{}”",
    "operation": "lets the system do “{}”",
    "tells": "sends the notice “{}”",
    "calls": "calls the process “{}”",
    "decision": "asks the table “{}”",
    "message": "sends or waits for the message “{}”",
    "timer": "waits {}",
    "step": "has the technical name “{}”",
}
#: What is typed, not chosen from a list: how it is written.
_WRITTEN = {
    "tells": "Its “What it is told: about” says “'{}'”.",
    "timer": "Its “When” names “{}”.",
    "step": "Undo what took it away, or give a step this name in the text of the diagram.",
}


@dataclass(frozen=True)
class Wording:
    """What the files of a release call their forms, letters, tables and processes."""

    #: Kind of a mark -> name -> title.
    titles: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, bundle: Bundle) -> Wording:
        """Read the titles of a release."""
        found = bundle.definitions
        return cls(
            {
                "form": {name: form.title for name, form in bundle.forms.items()},
                "letter": {name: one.title for name, one in bundle.letters.items()},
                "decision": {name: one.name for name, one in found.decisions.items()},
                "calls": {name: found.diagram(name).name for name in found.process_ids},
            }
        )

    def doing(self, mark: str) -> str:
        """Say what a step does that carries a mark: ``asks the form “Referral”``."""
        said = list(dict.fromkeys(self._doing(one) for one in mark.split("|")))
        return " or ".join(filter(None, [", ".join(said[:-1]), said[-1]]))

    def lacking(self, mark: str) -> str:
        """Say that no step carries a mark, in plain words."""
        return f"no step {self.doing(mark)}"

    def back(self, mark: str) -> str:
        """Say what to do where no step carries a mark."""
        kind, name = _parted(mark.split("|", maxsplit=1)[0])
        written = _WRITTEN.get(kind, "").format(name)
        return f"Put such a step back. {written}".strip()

    def letter(self, name: str) -> str:
        """Name a letter."""
        return self._titled("letter", name)

    def _doing(self, mark: str) -> str:
        kind, name = _parted(mark)
        said: Mapping[str, Callable[[str], str]] = {
            "operation": dotted,
            "timer": _waited_for,
            "step": str,
        }
        words = said[kind](name) if kind in said else self._titled(kind, name)
        return _DOES[kind].format(words)

    def _titled(self, kind: str, name: str) -> str:
        return self.titles.get(kind, {}).get(name) or plain(name)


def named(diagram: Diagram, step: str) -> str:
    """Name a step of a diagram in quotation marks."""
    return f"“{called(diagram.elements[step])}”"


def called(element: Element) -> str:
    """Give what people call a step: its name, else its technical name in words."""
    return element.name or plain(element.id)


def process(diagram: Diagram) -> str:
    """Name the process of a diagram in quotation marks."""
    return f"“{diagram.name or plain(diagram.process_id)}”"


def steps(names: Iterable[str]) -> str:
    """Name the steps of a way, one behind the other."""
    return ", ".join(f"“{name}”" for name in names)


def _parted(mark: str) -> tuple[str, str]:
    kind, _, name = mark.rpartition(":")
    return kind, name


def _waited_for(name: str) -> str:
    """Say a moment: a date of the case, such a date with ``on`` or ``after``, or a figure."""
    kind, _, inside = name.rpartition("(")
    if not inside.startswith("case."):
        return f"for the days of the figure “{dotted(name)}”"
    day = thing(inside.removeprefix("case.").rstrip(")")) or f"“{name}”"
    return f"until {day} has passed" if kind == "after" else f"for {day}"
