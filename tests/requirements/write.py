"""Writes docs/requirements.md: ``python -m tests.requirements.write``."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from tests.requirements import harvest, proofs

PAGE = proofs.ROOT / "docs" / "requirements.md"
#: Heading -> the numbers below it, in their order.
PARTS = {
    "Requirements": [f"R-{number:03d}" for number in range(1, 130)],
    "The calendar": [f"K-{number}" for number in range(1, 11)],
    "What the Ombudsman found": [f"C-{number:02d}" for number in range(1, 23)],
    "Gaps in the sources": [f"X-{number}" for number in range(1, 16)],
}
#: As few as say it: a page that changes with every new test would be old every day.
_MOST_PLACES, _MOST_TESTS = 2, 1
_HEAD = """# Where each requirement is answered

What the numbers mean stands in [sources](sources.md). This page is written by
`python -m tests.requirements.write` from diagrams, forms, figures, letters, modules and tests
that name a number, and shows the first of them. `tests/requirements` fails when it is old, or when
a number has neither a place and a test nor a reason why it is not done yet. A test named here tries
the number; it need not try every side of it. Each case of bad input stands in
`tests/requirements/bad_input.yaml`.
"""


@cache
def said() -> dict[str, Any]:
    """Give what where.yaml says: ``not_yet``, ``places`` and ``tests``, each by number."""
    text = (proofs.HERE / "where.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def places_of(number: str) -> list[str]:
    """Give where a number is answered, what names it first."""
    more = [f"`{name}`" for name in said()["places"].get(number, [])]
    return [*harvest.places().get(number, []), *more]


def tests_of(number: str) -> list[str]:
    """Give the tests that prove a number, those of bad input first."""
    return [*harvest.proved().get(number, []), *said()["tests"].get(number, [])]


def page() -> str:
    """Give the whole page."""
    parts = [_HEAD]
    for heading, numbers in PARTS.items():
        rows = ["| number | where it is answered | proved by |", "|---|---|---|"]
        rows += [_row(number) for number in numbers]
        parts.append(f"## {heading}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(number: str) -> str:
    reason = said()["not_yet"].get(number)
    if reason:
        return f"| {number} | not yet | {reason} |"
    proved = [f"`{_short(test)}`" for test in tests_of(number)]
    places = "; ".join(places_of(number)[:_MOST_PLACES]).replace("|", "/")
    return f"| {number} | {places} | {'; '.join(proved[:_MOST_TESTS])} |"


def _short(proof: str) -> str:
    if proof.startswith(proofs.SCENARIOS):
        return f"scenario: {proof.partition('[')[2].removesuffix(']')}"
    return proof.rpartition("::")[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
