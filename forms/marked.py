"""Reads a YAML file and remembers on which line each thing stands, so that problems can say so."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

#: Longest file that is read, in bytes.
MAX_BYTES = 500_000
#: The C loader where it is installed: it does not slow down on what is nested without end.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YES, _NO = {"true", "yes", "on"}, {"false", "no", "off"}

Problems = list[tuple[int, str]]


class FormFileError(Exception):
    """A form file or letter template cannot be used as it is written."""

    def __init__(self, problems: Problems) -> None:
        """Keep every problem as (line, sentence); line 0 means the file as a whole."""
        self.problems = sorted(problems)
        super().__init__(" ".join(f"Line {line}: {said}" for line, said in self.problems))


@dataclass(frozen=True)
class Marked:
    """One value of the file and its line; text stays text, whatever it looks like."""

    line: int
    value: str | list[Marked] | dict[str, Marked]


@dataclass
class Section:
    """One mapping of the file: asks for its keys by name, and tells which nobody knows."""

    #: What it is, for a sentence: ``this question``.
    what: str
    line: int
    keys: dict[str, Marked]
    problems: Problems
    #: Keys somebody asked for.
    known: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, marked: Marked, what: str, problems: Problems) -> Section:
        """Take a value as a mapping; tells when it is none and goes on with an empty one."""
        if isinstance(marked.value, dict):
            return cls(what, marked.line, marked.value, problems)
        problems.append((marked.line, f"Expected {what} to be written as key: value lines."))
        return cls(what, marked.line, {}, problems)

    def tell(self, sentence: str, key: str = "") -> None:
        """Note a problem at a key of this section, or at its first line."""
        self.problems.append((self.line_of(key), sentence))

    def line_of(self, key: str) -> int:
        """Give the line of a key; the section's own when it is not there."""
        return self.keys[key].line if key in self.keys else self.line

    def text(self, key: str, *, required: bool = False) -> str:
        """Give a text, "" when absent."""
        marked = self._ask(key)
        if marked is None or marked.value == "":
            if required:
                self.tell(f"Expected {self.what} to have a {key}, but it has none. Add it.", key)
            return ""
        if not isinstance(marked.value, str):
            self.tell(f"Expected {key} to be a text.", key)
            return ""
        return marked.value.strip()

    def flag(self, key: str) -> bool:
        """Give a yes or no, no when absent."""
        said = self.text(key).lower()
        if said and said not in _YES | _NO:
            self.tell(f"Expected {key} to be true or false, but it is “{said}”.", key)
        return said in _YES

    def number(self, key: str) -> int | None:
        """Give a whole number, None when absent."""
        said = self.text(key)
        if not said:
            return None
        if not re.fullmatch(r"-?\d{1,9}", said, re.ASCII):
            self.tell(f"Expected {key} to be a whole number, but it is “{said}”.", key)
            return None
        return int(said)

    def texts(self, key: str) -> tuple[str, ...]:
        """Give one text or a list of texts, () when absent."""
        marked = self._ask(key)
        if marked is None:
            return ()
        items = marked.value if isinstance(marked.value, list) else [marked]
        found = [item.value for item in items if isinstance(item.value, str)]
        if len(found) != len(items):
            self.tell(f"Expected {key} to be a text or a list of texts.", key)
        return tuple(found)

    def sections(self, key: str, what: str) -> Iterator[Section]:
        """Give each item of a list as a section of its own."""
        marked = self._ask(key)
        if marked is None:
            return
        if not isinstance(marked.value, list):
            self.tell(f"Expected {key} to be a list, each item starting with a dash.", key)
            return
        for item in marked.value:
            yield Section.of(item, what, self.problems)

    def section(self, key: str) -> Section | None:
        """Give a mapping below a key, None when absent."""
        marked = self._ask(key)
        return None if marked is None else Section.of(marked, key, self.problems)

    def has(self, key: str) -> bool:
        """Tell whether the key is there, whatever it holds."""
        return key in self.keys

    def finish(self) -> None:
        """Tell every key that nobody asked for."""
        for key in self.keys:
            if key in self.known:
                continue
            close = difflib.get_close_matches(key, self.known, n=1)
            hint = (
                f"Did you mean {close[0]}?"
                if close
                else f"Known are: {', '.join(sorted(self.known))}."
            )
            self.tell(f"Expected no “{key}” in {self.what}. {hint}", key)

    def _ask(self, key: str) -> Marked | None:
        self.known.add(key)
        return self.keys.get(key)


def read(content: bytes, problems: Problems, *, first_line: int = 1) -> Marked | None:
    """Read YAML; None, with a problem noted, when it is none or uses anchors.

    first_line: the line of the file on which `content` begins.
    """
    text = _decoded(content, problems)
    if text is None:
        return None
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            problems.append((first_line, "Expected no anchors (&, *) in this file. Write it out."))
            return None
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            return _marked(node, problems, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        said = (
            f"Expected YAML, keys with values such as “title: A letter”, but {error.problem}. "
            "Check this line and the one above it: colons, dashes, blanks and quotes."
        )
        problems.append((line, said))
        return None
    except (yaml.YAMLError, RecursionError, ValueError):
        problems.append((first_line, "Expected YAML, but this cannot be read. Write it anew."))
        return None
    problems.append((first_line, "Expected keys and values, but there are none."))
    return None


def _decoded(content: bytes, problems: Problems) -> str | None:
    if len(content) > MAX_BYTES:
        problems.append((0, f"Expected at most {MAX_BYTES} bytes, but there are {len(content)}."))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append((0, "Expected text in UTF-8. Save the file with that encoding."))
        return None


def _marked(node: yaml.Node, problems: Problems, first_line: int) -> Marked:
    line = node.start_mark.line + first_line
    if isinstance(node, yaml.SequenceNode):
        return Marked(line, [_marked(item, problems, first_line) for item in node.value])
    if not isinstance(node, yaml.MappingNode):
        is_empty = node.tag == "tag:yaml.org,2002:null"
        return Marked(line, "" if is_empty else str(node.value))
    keys: dict[str, Marked] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in keys:
            place = key.start_mark.line + first_line
            problems.append((place, f"Expected {name} once here, but it stands twice."))
        keys[name] = _marked(value, problems, first_line)
    return Marked(line, keys)
