"""Which keys open what is sealed in a backup: their fingerprints, never the keys."""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from engine.errors import Rejected
from engine.tables import Row
from engine.tables.columns import KEY_VARIABLE, Sealed

#: Stands for the fingerprint of values that no key opened.
NONE = ""
_SAID = b"SPOC_DATA_KEYS fingerprint: "
_DIGITS = 16


def sealed_columns(table: str) -> list[str]:
    """Name the columns of a table whose values are sealed."""
    known = Row.metadata.tables.get(table)
    if known is None:
        return []
    return [column.name for column in known.columns if isinstance(column.type, Sealed)]


def fingerprints() -> list[str]:
    """Give the fingerprint of each key that is set, the newest first."""
    return [_fingerprint(key) for key in _set_keys()]


class Openers:
    """Counts which key opens each sealed value; the values themselves are not kept."""

    def __init__(self) -> None:
        """Take the keys that are set. ValueError when one of them is no key."""
        self._rings = [(_fingerprint(key), Fernet(key)) for key in _set_keys()]
        self.counts: Counter[str] = Counter()

    def watching(self, rows: Iterable[list[Any]], places: list[int]) -> Iterator[list[Any]]:
        """Give the rows on, having counted the sealed values at these places of each."""
        for row in rows:
            for place in places:
                if row[place] is not None:
                    self.counts[self._opener(row[place])] += 1
            yield row

    def _opener(self, value: str) -> str:
        # The rows hold bytes as base64, and a sealed value is text to begin with.
        sealed = base64.b64decode(value)
        for place, (name, ring) in enumerate(self._rings):
            try:
                ring.decrypt(sealed)
            except InvalidToken:
                continue
            if place:
                # What one key sealed often stands together.
                self._rings.insert(0, self._rings.pop(place))
            return name
        return NONE


def need_keys(wanted: Mapping[str, int]) -> None:
    """Raise Rejected naming each key that opens something and is not set, by its fingerprint."""
    there = set(fingerprints())
    missing = [(name, count) for name, count in wanted.items() if name and name not in there]
    if missing:
        said = ", ".join(f"{name} (opens {count} of them)" for name, count in missing)
        raise Rejected(
            f"Expected the keys that open the restricted answers of this backup in {KEY_VARIABLE},"
            f" but these fingerprints are missing: {said}. Set {KEY_VARIABLE} to the keys kept "
            "with it; nothing was changed."
        )


def _set_keys() -> list[str]:
    return [key.strip() for key in os.environ.get(KEY_VARIABLE, "").split(",") if key.strip()]


def _fingerprint(key: str) -> str:
    return hashlib.sha256(_SAID + key.encode()).hexdigest()[:_DIGITS]
