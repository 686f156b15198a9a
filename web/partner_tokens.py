"""Who of the partner may call us by a program: accounts and their tokens (R-098, R-103)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

#: ``NAME=TOKEN NAME=TOKEN``; an account may have two while one replaces the other.
VARIABLE = "SPOC_PARTNER_TOKENS"
_SHORTEST, _LONGEST = 32, 200
_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]+", re.ASCII)


def tokens_of(given: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Give account and token of each, and what is wrong with them; no token is ever repeated."""
    found, wrong = [], []
    for number, part in enumerate(given.get(VARIABLE, "").split(), start=1):
        name, sign, token = part.partition("=")
        if not name or not sign:
            wrong.append(f"Expected NAME=TOKEN in part {number} of {VARIABLE}, but it is not.")
        elif not _SHORTEST <= len(token) <= _LONGEST or not _TOKEN.fullmatch(token):
            wrong.append(
                f"Expected the token of {name} in {VARIABLE} to be {_SHORTEST} to {_LONGEST} "
                "letters, digits and signs, but it is not. Make one with "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'."
            )
        else:
            found.append((name, token))
    return tuple(found), wrong


def account_of(tokens: tuple[tuple[str, str], ...], header: str) -> str | None:
    """Give the account whose token an Authorization header bears; None when it proves nothing."""
    kind, _, sent = header.partition(" ")
    if kind.lower() != "bearer":
        return None
    digest = hashlib.sha256(sent.strip().encode()).digest()
    found = None
    for name, token in tokens:
        # Every one is compared, so that the time taken says nothing.
        if hmac.compare_digest(hashlib.sha256(token.encode()).digest(), digest):
            found = name
    return found
