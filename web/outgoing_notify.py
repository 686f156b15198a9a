"""Whether letters leave by GOV.UK Notify, as the environment says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import engine

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: A name, then the ids of the service and of the secret.
_KEY = re.compile(rf".*-?{_UUID}-{_UUID}")
_TAKES = frozenset({"email", "letter"})
_POSTAGE = ("second", "first")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def notify_of(given: Mapping[str, str], wrong: list[str]) -> engine.outbox.NotifySettings | None:
    """Read the service at GOV.UK Notify; None without a key. What cannot be used goes to `wrong`.

    The key is never repeated in what is said.
    """
    key = given.get("SPOC_NOTIFY_KEY", "").strip()
    if not key:
        return None
    takes = frozenset(given.get("SPOC_NOTIFY_SENDS", "email letter").replace(",", " ").split())
    template = given.get("SPOC_NOTIFY_TEMPLATE", "").strip()
    postage = (given.get("SPOC_NOTIFY_POSTAGE") or "second").strip()
    url = (given.get("SPOC_NOTIFY_URL") or engine.outbox.NOTIFY_URL).strip().rstrip("/")
    if not _KEY.fullmatch(key):
        wrong.append(
            "Expected a key of GOV.UK Notify in SPOC_NOTIFY_KEY, a name and two ids with hyphens, "
            "but it is not one. Copy it from Notify."
        )
    if not takes or takes - _TAKES:
        wrong.append("Expected email, letter or both in SPOC_NOTIFY_SENDS. Mend or unset it.")
    if "email" in takes and not re.fullmatch(_UUID, template):
        wrong.append(
            "Expected the id of the e-mail template at GOV.UK Notify in SPOC_NOTIFY_TEMPLATE, but "
            f"it is {template!r}. Copy it, or set SPOC_NOTIFY_SENDS=letter."
        )
    if postage not in _POSTAGE:
        wrong.append(f"Expected first or second in SPOC_NOTIFY_POSTAGE, but it is {postage!r}.")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        wrong.append("Expected https in SPOC_NOTIFY_URL, but it is not. Mend or unset it.")
    return engine.outbox.NotifySettings(key, takes & _TAKES, template, postage, url)
