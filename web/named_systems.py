"""What settings of the environment that name several systems share."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}", re.ASCII)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_SECRET = "whsec_"
#: Bytes a secret may have (Standard Webhooks).
_SECRET_SIZES = range(24, 65)


def named(given: Mapping[str, str], variable: str, wrong: list[str]) -> dict[str, list[str]]:
    """Read ``NAME=VALUE NAME=VALUE``; a name may come more than once. What is wrong is added."""
    found: dict[str, list[str]] = {}
    for part in given.get(variable, "").split():
        name, _, value = part.partition("=")
        if not _NAME.fullmatch(name) or not value:
            # The part itself may be a secret: it is not repeated.
            wrong.append(
                f"Expected NAME=VALUE, separated by blanks, in {variable}, names in small letters, "
                f"but part {len(found) + 1} is not that."
            )
            continue
        found.setdefault(name, []).append(value)
    return found


def wrong_url(name: str, url: str, *, demo: bool, setting: str) -> list[str]:
    """Say what is wrong with where a system listens: https, but on this machine or in a demo."""
    parts = urlsplit(url)
    try:
        reads = bool(parts.hostname) and parts.port != 0
    except ValueError:
        reads = False
    if not reads or parts.username or parts.scheme not in {"http", "https"}:
        return [
            f"Expected https://HOST/PATH for {name} in {setting}, but it is not one. Write it "
            "whole, without a user name or password."
        ]
    if parts.scheme == "http" and not demo and parts.hostname not in _LOCAL:
        return [f"Expected https for {name} in {setting}, but it is http. Use https."]
    return []


def wrong_secrets(name: str, secrets: list[str], *, setting: str) -> list[str]:
    """Say what is wrong with the secrets of an endpoint; none of them is repeated."""
    if not secrets:
        return [
            f"Expected a secret for {name} in {setting}, but there is none. Add "
            f"{name}={_SECRET}... there, 24 to 64 random bytes in base64."
        ]
    return [
        f"Expected secret {number} of {name} in {setting} to be {_SECRET} and 24 to 64 "
        "bytes in base64, but it is not. Make a new one."
        for number, secret in enumerate(secrets, start=1)
        if not _is_secret(secret)
    ]


def _is_secret(text: str) -> bool:
    try:
        decoded = base64.b64decode(text.removeprefix(_SECRET), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(_SECRET) and len(decoded) in _SECRET_SIZES
