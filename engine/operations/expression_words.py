"""What an expression of a diagram says, in the words people know; never a part of one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.operations.docstrings import thing_of
from engine.operations.drawn import FACTS, HOLDERS
from forms import Form

_BY_WHEN = re.compile(r"^by when ")
_ADDRESS = re.compile(r"^how messages address ")
#: What stands behind the name of a thing and is no part of it.
_MORE = re.compile(
    r",? (?:and why|with (?:why|who)|by user name)\b.*|, (?:counted|from) .*|, and why .*"
)
_UNITS = {
    "working_days": "working days",
    "calendar_days": "calendar days",
    "months": "months",
}
_LENGTH = re.compile(r"P(?P<count>\d+)(?P<unit>[DWMY])")
_LENGTHS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


@dataclass(frozen=True)
class Labels:
    """What the files of a release call the control variables and their values."""

    #: Variable -> the label of the question that sets it.
    variables: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: (Variable, value) -> the label of the answer.
    values: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)


NO_LABELS = Labels()


def labels_of(forms: Iterable[Form]) -> Labels:
    """Give what forms call the variables they set and the answers to them.

    Where two forms call an answer differently it has no label: either would be wrong somewhere.
    """
    variables: dict[str, str] = {}
    values: dict[tuple[str, str], set[str]] = {}
    for question in (one for form in forms for one in form.questions if one.variable):
        variables.setdefault(question.variable, question.label)
        for choice in question.options:
            values.setdefault((question.variable, choice.value), set()).add(choice.label)
    agreed = {value: min(said) for value, said in values.items() if len(said) == 1}
    return Labels(variables, agreed)


def plain(name: str) -> str:
    """Turn a name nobody has put into words into words: ``open_it`` becomes ``Open it``."""
    return name.replace("_", " ").strip().capitalize()


def dotted(name: str) -> str:
    """Say the name of an operation or a figure: ``letters.issue`` becomes ``Letters: issue``."""
    noun, _, rest = name.partition(".")
    return f"{plain(noun)}: {rest.replace('_', ' ')}" if rest else plain(noun)


def thing(name: str) -> str:
    """Name what a fact or a holder of the case gives: ``the day the case was opened``.

    name: without ``case.``. "" for one there is none of.
    """
    found = FACTS.get(name) or HOLDERS.get(f"case.{name}")
    if found is None:
        return ""
    said = _BY_WHEN.sub("the day by which ", _ADDRESS.sub("", thing_of(found)))
    return _MORE.sub("", said)


def literal(text: str) -> str:
    """Say a short name that stands in quotes: a person of the case by what they are to it."""
    found = thing(text.removeprefix("case.")) if text.startswith("case.") else ""
    return plain(found or text.removeprefix("case."))


def in_words(expression: str, labels: Labels = NO_LABELS) -> str:
    """Say a date, a condition or another expression as people would; "" when nobody can.

    ``after(case.appeal_due)`` becomes ``when the last day for an answer has passed``.
    """
    text = expression.strip()
    if length := _LENGTH.fullmatch(text):
        count, unit = length["count"], _LENGTHS[length["unit"]]
        return f"{count} {unit}{'' if count == '1' else 's'} later"
    try:
        return _Sayer(labels).said(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""


class _Cannot(ValueError):
    """There are no words for this part, so there are none for the whole."""


@dataclass(frozen=True)
class _Sayer:
    labels: Labels

    def said(self, node: ast.expr) -> str:
        """Say one part; raises _Cannot when there are no words for it."""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.Attribute | ast.Name):
            return self._named(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Dict):
            return self._carried(node)
        raise _Cannot

    def _named(self, node: ast.Attribute | ast.Name) -> str:
        if isinstance(node, ast.Name):
            return f"“{self.labels.variables.get(node.id) or plain(node.id)}”"
        found = thing(node.attr) if isinstance(node.value, ast.Name) else ""
        if not found:
            raise _Cannot
        return found

    def _call(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _UNITS:
            since, number = _pair(node.args)
            return self._counted(_UNITS[name], since, number)
        if name not in ("on", "after") or len(node.args) != 1:
            raise _Cannot
        inner = node.args[0]
        if name == "after" and (counted := self._counted_on(inner)):
            return counted
        day, is_count = self.said(inner), isinstance(inner, ast.Call)
        if name == "on":
            return day if is_count else f"on {day}"
        return f"the day after this: {day}" if is_count else f"when {day} has passed"

    def _counted_on(self, node: ast.expr) -> str:
        """Say that the days of a figure have passed; "" for anything else."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return ""
        unit = _UNITS.get(node.func.id, "")
        if not unit:
            return ""
        since, number = _pair(node.args)
        if not isinstance(number, ast.Call):
            return ""
        return (
            f"once more {unit} have passed since {self.said(since)} than the figure "
            f"“{_figure(number)}” says"
        )

    def _counted(self, unit: str, since: ast.expr, number: ast.expr) -> str:
        where = "after"
        if isinstance(number, ast.UnaryOp) and isinstance(number.op, ast.USub):
            where, number = "before", number.operand
        day = self.said(since)
        if isinstance(number, ast.Constant) and isinstance(number.value, int):
            one = unit.removesuffix("s") if number.value == 1 else unit
            return f"{number.value} {one} {where} {day}"
        return f"{unit} {where} {day}, as many as the figure “{_figure(number)}” says"

    def _compare(self, node: ast.Compare) -> str:
        if len(node.ops) != 1:
            raise _Cannot
        relation, other = node.ops[0], node.comparators[0]
        left = self.said(node.left)
        if isinstance(relation, ast.Eq | ast.NotEq):
            no = "not " if isinstance(relation, ast.NotEq) else ""
            joined = " is " if isinstance(node.left, ast.Name) else ": "
            return f"{left}{joined}{no}{self._value(node.left, other)}"
        if isinstance(relation, ast.In) and isinstance(other, ast.List | ast.Tuple) and other.elts:
            parts = [self._value(node.left, one) for one in other.elts]
            return f"{left} is {' or '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))}"
        more = {ast.Gt: "more than", ast.Lt: "less than", ast.GtE: "at least", ast.LtE: "at most"}
        if type(relation) not in more:
            raise _Cannot
        return f"{left} is {more[type(relation)]} {self.said(other)}"

    def _value(self, of: ast.expr, node: ast.expr) -> str:
        """Say a value of a variable by the label of its answer."""
        name = of.id if isinstance(of, ast.Name) else ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return f"“{self.labels.values.get((name, node.value)) or plain(node.value)}”"
        return self.said(node)

    def _carried(self, node: ast.Dict) -> str:
        said = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise _Cannot
            name = self._named(ast.Name(key.value))
            is_itself = isinstance(value, ast.Name) and value.id == key.value
            said.append(name if is_itself else f"{name}: {self._value(ast.Name(key.value), value)}")
        return "; ".join(said)


def _pair(given: list[ast.expr]) -> tuple[ast.expr, ast.expr]:
    """Take the two things a function counts with."""
    try:
        since, number = given
    except ValueError:
        raise _Cannot from None
    return since, number


def _constant(value: object) -> str:
    if isinstance(value, str):
        return f"“{literal(value)}”"
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Cannot
    return str(value)


def _figure(node: ast.expr) -> str:
    """Name the figure that a call of ``policy`` asks for."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "policy"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ):
        return dotted(node.args[0].value)
    raise _Cannot
