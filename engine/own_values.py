"""What is this landlord's own, in place of what the release says: its name, address and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import Problem

Kind = Literal["line", "lines", "list", "yes_no", "domain", "email"]
#: A figure as the policy gives it, or the text of something no policy has.
Value = int | str | list[str]

#: Prefix of the settings in which they are kept.
_PREFIX = "own."
_LONGEST_LINE = 200
_MOST_LINES = 6
_MOST_ITEMS = 20
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+", re.ASCII)
_EMAIL = re.compile(rf"[!-?A-~]{{1,64}}@{_LABEL}(\.{_LABEL})+", re.ASCII | re.IGNORECASE)
_THE_CONTACT = re.compile(r"point of contact|\bSPOC\b", re.IGNORECASE)


@dataclass(frozen=True)
class OwnValue:
    """One thing an installation says of itself."""

    #: The name of the figure it stands for; of the setting where the policy has none.
    name: str
    label: str
    hint: str
    kind: Kind = "line"
    #: The policy has a figure of this name, which counts until something else is said here.
    is_figure: bool = True
    may_be_empty: bool = False


#: Part of the pages -> what is said there, in the order of the page.
GROUPS: Mapping[str, tuple[OwnValue, ...]] = {
    "landlord": (
        OwnValue("landlord.name", "Name of the landlord", "As letters and the register say it."),
        OwnValue(
            "landlord.address",
            "Address on letters",
            f"Up to {_MOST_LINES} lines.",
            "lines",
            is_figure=False,
        ),
        OwnValue(
            "landlord.phone",
            "Telephone on letters",
            "The number customers see on every letter.",
            is_figure=False,
        ),
        OwnValue(
            "landlord.email",
            "E-mail on letters",
            "A mailbox that several people read. Leave it empty to show none.",
            "email",
            is_figure=False,
            may_be_empty=True,
        ),
        OwnValue(
            "landlord.email_domain",
            "Domain of your e-mail addresses",
            "The address a customer must use ends in it, such as homes.example (R-060).",
            "domain",
        ),
    ),
    "routes": (
        OwnValue(
            "appeal.addressee",
            "Who appeals are sent to",
            "In letters after “Write to”: who, and how to reach them. Never the single point of "
            "contact, whose arrangement may be appealed.",
        ),
        OwnValue(
            "emergency.route",
            "Emergencies, as letters say it",
            "In letters after “In an emergency, contact”: who answers at any time of day, with the "
            "number (R-048).",
        ),
        OwnValue(
            "emergency.routes",
            "Emergency numbers",
            "One a line: who, and the number.",
            "list",
        ),
    ),
    "systems": (
        OwnValue(
            "flags.systems",
            "Systems that show the arrangement",
            "One a line. When an arrangement begins, changes or ends, the systems team gets a task "
            "for each (R-065).",
            "list",
        ),
    ),
    "partner": (
        OwnValue(
            "partner.share",
            "Is a partner organisation told of arrangements?",
            "Only under an agreement that allows it (R-097, R-099).",
            "yes_no",
        ),
        OwnValue("partner.name", "Name of the partner organisation", "“none” if there is none."),
        OwnValue(
            "partner.agreement",
            "Agreement that allows it",
            "Its title and reference; “none” if there is none.",
        ),
    ),
}
_ALL: Mapping[str, OwnValue] = {one.name: one for group in GROUPS.values() for one in group}


def setting_of(name: str) -> str:
    """Name the setting in which an own value is kept."""
    return f"{_PREFIX}{name}"


def own_text(settings: Mapping[str, str], name: str) -> str:
    """Give what the installation says under a name; "" when it has said nothing."""
    return settings.get(setting_of(name), "")


def figure_here(settings: Mapping[str, str], name: str, of_release: Value) -> Value:
    """Give a figure as it is here: what the installation says, else what the release says."""
    known = _ALL.get(name)
    said = own_text(settings, name) if known is not None else ""
    if known is None or not said:
        return of_release
    return said.splitlines() if known.kind == "list" else said


def as_text(value: Value) -> str:
    """Write a value as a form shows it: the items of a list a line each."""
    return "\n".join(value) if isinstance(value, list) else str(value)


def checked(group: str, raw: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Give what was typed for a group as it is kept, and what is wrong with it.

    raw: name -> text. A value that may be empty and is comes back as "".
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for one in GROUPS[group]:
        lines = [" ".join(line.split()) for line in raw.get(one.name, "").splitlines()]
        lines = [line for line in lines if line]
        values[one.name] = "\n".join(lines)
        said = next(_wrong(one, lines), None)
        if said is not None:
            problems.append(Problem(one.name, said))
    return values, problems or list(_not_together(values))


def _wrong(one: OwnValue, lines: Sequence[str]) -> Iterator[str]:
    """Give what is wrong with one value, the most telling first."""
    if not lines:
        if not one.may_be_empty:
            yield f"Expected something under “{one.label}”, but it is empty. Fill it in."
        return
    most = {"lines": _MOST_LINES, "list": _MOST_ITEMS}.get(one.kind, 1)
    if len(lines) > most:
        yield f"Expected at most {most} lines, but there are {len(lines)}. Shorten it."
    longest = max(len(line) for line in lines)
    if longest > _LONGEST_LINE:
        yield f"Expected at most {_LONGEST_LINE} characters a line, but one has {longest}."
    if not all(line.isprintable() for line in lines):
        yield "Expected plain text, but there are signs in it that do not print. Type it anew."
    yield from _wrong_kind(one, lines)
    yield from _wrong_meaning(one, lines)


def _wrong_kind(one: OwnValue, lines: Sequence[str]) -> Iterator[str]:
    if one.kind == "domain" and not _DOMAIN.fullmatch(lines[0]):
        yield (
            "Expected a domain in small letters without @, such as homes.example, but it is "
            f"“{lines[0]}”."
        )
    if one.kind == "email" and not _EMAIL.fullmatch(lines[0]):
        yield f"Expected an e-mail address, such as team@homes.example, but it is “{lines[0]}”."
    if one.kind == "yes_no" and lines[0] not in ("yes", "no"):
        yield "Choose yes or no."
    if one.kind == "list":
        folded = [line.casefold() for line in lines]
        twice = next((line for line in lines if folded.count(line.casefold()) > 1), None)
        if twice is not None:
            yield f"Expected each line once, but “{twice}” is there twice. Take one out."


def _wrong_meaning(one: OwnValue, lines: Sequence[str]) -> Iterator[str]:
    if one.name == "appeal.addressee" and _THE_CONTACT.search(lines[0]):
        yield (
            "Expected somebody who is not the single point of contact, because their arrangement "
            "may be appealed. Name the officer who passes appeals on."
        )
    if one.name == "emergency.route" and not re.search(r"\d{3}|emergency services", lines[0]):
        yield (
            "Expected a telephone number or the emergency services, but there is neither. Say "
            "which number is answered at any time of day."
        )


def _not_together(values: Mapping[str, str]) -> Iterator[Problem]:
    """Say what does not fit together although each value can be right."""
    if values.get("partner.share") != "yes":
        return
    for name in ("partner.name", "partner.agreement"):
        if values[name].casefold() == "none":
            yield Problem(
                name,
                f"Expected “{_ALL[name].label}”, because the partner is told of arrangements, but "
                "it says none. Name it, or choose no.",
            )
