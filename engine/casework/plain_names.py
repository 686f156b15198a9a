"""Names as they are compared: however somebody wrote them, the same person is the same."""

from __future__ import annotations


def plain_name(name: str) -> str:
    """Give a name without capitals, with single blanks."""
    return " ".join(name.casefold().split())
