"""The matrix as a page to read: made from the table itself, so that it cannot say anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.casework.fields import FIELDS, Shown
from engine.casework.matrix import (
    ANYBODY,
    APART,
    PAGES,
    RELIED_ON,
    ROLES,
    RUNS_APART,
    TABLE,
    Part,
    Tie,
)

_PARTS: Mapping[Part, str] = {
    Part.CARD: "Arrangement card",
    Part.LETTERS: "Letters, promises, what we owe",
    Part.TASKS: "Tasks",
    Part.DECISIONS: "Decisions and their reasons, appeals",
    Part.EVIDENCE: "Evidence",
    Part.EVIDENCE_ADDED: "Adding to the evidence and correcting it",
    Part.CONTACTS: "Contacts",
    Part.TIMELINE: "Timeline and answers",
    Part.DIAGRAMS: "Where it is, on its diagrams",
    Part.RESTRICTED: "Health, addiction and other restricted answers",
    Part.RELIED_ON: "Of these, what a decision relied on",
    Part.READS: "Who read restricted answers",
    Part.RETENTION: "Requests for data, holds and deletion",
    Part.REGISTER: "Its line in the register",
}
_TIES: Mapping[Tie, str] = {
    Tie.ANY: "always",
    Tie.CARRIES: "who opened, carries or referred the case",
    Tie.SERVICE: "whose own service carries it: they stand above its team leader in line",
    Tie.TOOK_PART: "who took part in one of its decisions or meetings and is not its contact now",
    Tie.WORKED: "who has or had a task of it in this role",
    Tie.WAITED_FOR: "while one of its tasks waits for anybody in this role",
    Tie.DIRECTS: "who decides an appeal of it",
    Tie.CONTACT: "who is its single point of contact or cover, or stands in today",
    Tie.SHARED: "while the partner organisation has been told of its arrangement",
    Tie.EMERGENCY: "who has emergency access to it, until that ends",
}
_SHOWN: Mapping[Shown, str] = {
    Shown.OWN: "Only in the form it was typed into, to whoever has that task",
    Shown.NEVER: "To nobody",
    Shown.LOG: "On the log page",
    Shown.IMPORTS: "On the pages of imports of contacts, until a row is logged",
    Shown.REGISTERS: "On the pages of imports of a register, until a row is taken over",
    Shown.FLAGS: "On the page of flags in other systems",
    Shown.BATCHES: "On the pages of changes of many runs",
}
_EVERY, _SOME, _NONE = "✓", "o", "no"
_HEAD = """# Who sees what

Made from the table in `engine/casework/matrix.py` and `engine/casework/fields.py` by
`flask --app web who-sees-what`; a test holds it to them. What is not here is seen by nobody: the
page answers “not found”, never “forbidden”, so that it does not even say that there is something.

✓ every case; o some cases, see “What ties somebody to a case”; no: none.
"""


def who_sees_what() -> str:
    """Give the matrix as Markdown: by role and part, by tie, by page, by field (R-102, A.11)."""
    return "\n".join([_HEAD, *_by_role(), *_by_tie(), *_apart(), *_by_page(), *_by_field()])


def _by_role() -> Iterator[str]:
    roles = list(ROLES)
    yield "## By role\n"
    yield _row(["Part of a case", *ROLES.values()])
    yield _row(["---"] * (len(roles) + 1))
    for part, name in _PARTS.items():
        yield _row([name, *(_mark(role, part) for role in roles)])
    yield (
        "\nWhatever their role, somebody who is tied to a case sees what stands below for "
        "“anybody”, and the author of an answer always reads it again. Restricted answers count "
        f"as relied on by a decision in the forms {_listed(sorted(RELIED_ON))}.\n"
    )


def _mark(role: str, part: Part) -> str:
    ties = {tie for (who, tie), parts in TABLE.items() if who == role and part in parts}
    if Tie.ANY in ties:
        return _EVERY
    return _SOME if ties else _NONE


def _by_tie() -> Iterator[str]:
    yield "## What ties somebody to a case\n"
    yield _row(["Who", "When", "Sees"])
    yield _row(["---"] * 3)
    for (role, tie), parts in TABLE.items():
        who = "Anybody" if role == ANYBODY else ROLES[role]
        yield _row([who, _TIES[tie], "; ".join(_PARTS[one] for one in _PARTS if one in parts)])
    yield ""


def _apart() -> Iterator[str]:
    yield "## Kept apart from the rest of a case\n"
    yield (
        "Who sees a case does not see that its customer asked for their data, or why it is held: "
        "runs of these processes, with their tasks, answers, comments, steps and places, and "
        "these forms, messages and letters, are shown with the part beside them alone, in every "
        "list, search, export and picture. Whoever has one of the tasks, or gave the answers, "
        "sees them.\n"
    )
    yield _row(["Shown with", "Processes", "Forms, messages and letters"])
    yield _row(["---"] * 3)
    for part, name in _PARTS.items():
        runs = [one for one, shown in RUNS_APART.items() if shown is part]
        rest = [one for one, shown in APART.items() if shown is part and one not in runs]
        if runs or rest:
            yield _row([name, _listed(runs), _listed(rest)])
    yield ""


def _by_page() -> Iterator[str]:
    yield "## Pages about no single case\n"
    yield _row(["Page", "Exists for"])
    yield _row(["---"] * 2)
    for page, roles in PAGES.items():
        yield _row([page.capitalize(), ", ".join(ROLES[one] for one in ROLES if one in roles)])
    yield "\nLists of cases and tasks exist for everybody and hold what the tables above open.\n"


def _by_field() -> Iterator[str]:
    yield "## Field by field\n"
    yield _row(["Shown with", "Fields"])
    yield _row(["---"] * 2)
    for where, name in (*_PARTS.items(), *_SHOWN.items()):
        fields = [field for field, shown in FIELDS.items() if shown is where]
        if fields:
            yield _row([name, _listed(fields)])
    yield ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
