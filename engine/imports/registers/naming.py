"""Who the names in a register are: people with an account, or a question to whoever imports."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from engine.casework import people
from engine.tables.people import User

#: The columns that name people.
PEOPLE = ("owner", "decided_by", "spoc", "cover")


class Names:
    """Everybody who works here, by each way a register may write them."""

    def __init__(self, session: Session, on: dt.date, chosen: Mapping[str, str]) -> None:
        """Read who works here; chosen: question -> who was chosen for it, by user name."""
        here = people.staff_here(session, on)
        self._users = {user.name: user for user in here}
        self._chosen = chosen
        self._known: dict[str, set[str]] = defaultdict(set)
        for user in here:
            for written in _ways(user):
                self._known[written].add(user.name)

    def find(self, column: str, text: str) -> str | None:
        """Give who is meant, by user name; None when nobody or more than one may be."""
        chosen = self._chosen.get(question_of(column, text), "")
        if chosen in self._users:
            return chosen
        found = self._known.get(plain(text), set()) if text else set()
        return next(iter(found)) if len(found) == 1 else None

    def address_of(self, name: str, method: str) -> str:
        """Give the address or number at which somebody is reached in this way; "" for none."""
        user = self._users[name]
        return {"email": user.email, "telephone": user.phone}.get(method, "")


def question_of(column: str, text: str) -> str:
    """Give the question a name that is not known asks: the name itself, or the empty column."""
    return f"who:{plain(text)}" if text else f"{column}:"


def plain(text: str) -> str:
    """Write a name in its simplest form: no titles, signs or capitals, the surname last."""
    if "@" in text:
        return text.strip().casefold()
    last, comma, first = text.partition(",")
    signs = f"{first} {last}" if comma else last
    words = "".join(sign if sign.isalnum() else " " for sign in signs.casefold()).split()
    return " ".join(word for word in words if word not in ("mr", "mrs", "ms", "miss", "dr", "mx"))


def _ways(user: User) -> Iterator[str]:
    words = plain(user.full_name).split()
    yield " ".join(words)
    yield plain(user.name)
    yield user.email.casefold()
    if len(words) > 1:
        yield f"{words[0][0]} {words[-1]}"
