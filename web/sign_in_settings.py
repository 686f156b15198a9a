"""How people sign in here, as the environment says it: the provider, its roles, for how long."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import engine

_ON = frozenset({"1", "yes", "true", "on"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_IDLE, _MOST_HOURS, _MOST_PROXIES = 12 * 60, 24, 5
_CLAIM = re.compile(r"[!-~]{1,200}", re.ASCII)
#: An emergency lasts no longer than this without signing in again.
EMERGENCY_LONGEST = dt.timedelta(hours=4)


@dataclass(frozen=True)
class ProviderSettings:
    """The organisation's OpenID provider and what it calls our roles."""

    #: SPOC_OIDC_ISSUER: exactly as its tokens name it.
    issuer: str
    #: SPOC_OIDC_CLIENT_ID, SPOC_OIDC_CLIENT_SECRET: how it knows this application.
    client_id: str
    client_secret: str = field(repr=False)
    #: SPOC_OIDC_ROLES: the provider's name of a role -> ours.
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: SPOC_OIDC_ROLES_CLAIM: the claim that lists them; a dot leads into it.
    roles_claim: str = "roles"
    #: SPOC_OIDC_TRUST_EMAIL: its e-mail addresses are given out by the organisation alone.
    trusts_email: bool = False
    #: SPOC_OIDC_NAME: what the button says, such as your Homes account.
    called: str = "your work account"


@dataclass(frozen=True)
class SignInSettings:
    """Everything an installation may set about signing in."""

    provider: ProviderSettings | None = None
    #: SPOC_IDLE_MINUTES: whoever asks for nothing for so long is signed out.
    idle: dt.timedelta = dt.timedelta(hours=2)
    #: SPOC_SESSION_HOURS: so long a sign-in lasts at most.
    longest: dt.timedelta = dt.timedelta(hours=12)
    #: SPOC_PROXIES: how many web servers before this one say who asks.
    proxies: int = 0


def sign_in_of(given: Mapping[str, str], *, demo: bool) -> tuple[SignInSettings, tuple[str, ...]]:
    """Read how people sign in, and what of it cannot be used, each with what to do.

    demo: http is allowed to a provider anywhere. No secret is repeated in what is said.
    """
    wrong: list[str] = []
    found = SignInSettings(
        provider=_provider(given, wrong, demo=demo),
        idle=dt.timedelta(minutes=_number(given, "SPOC_IDLE_MINUTES", 120, _MOST_IDLE, wrong)),
        longest=dt.timedelta(hours=_number(given, "SPOC_SESSION_HOURS", 12, _MOST_HOURS, wrong)),
        proxies=_number(given, "SPOC_PROXIES", 0, _MOST_PROXIES, wrong, least=0),
    )
    return found, tuple(wrong)


def _provider(given: Mapping[str, str], wrong: list[str], *, demo: bool) -> ProviderSettings | None:
    issuer = given.get("SPOC_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    if not _is_address(issuer, demo=demo):
        wrong.append(
            "Expected https://HOST/PATH, as its tokens name it, in SPOC_OIDC_ISSUER, but it is "
            f"{issuer!r}."
        )
    for name in ("SPOC_OIDC_CLIENT_ID", "SPOC_OIDC_CLIENT_SECRET"):
        if not given.get(name, "").strip():
            wrong.append(
                f"Expected a value in {name}, because SPOC_OIDC_ISSUER is set, but it is empty. "
                "Register this application with the provider; it gives you one."
            )
    claim = given.get("SPOC_OIDC_ROLES_CLAIM", "").strip() or "roles"
    if not _CLAIM.fullmatch(claim):
        wrong.append(f"Expected the name of a claim in SPOC_OIDC_ROLES_CLAIM, but it is {claim!r}.")
    return ProviderSettings(
        issuer=issuer,
        client_id=given.get("SPOC_OIDC_CLIENT_ID", "").strip(),
        client_secret=given.get("SPOC_OIDC_CLIENT_SECRET", "").strip(),
        roles=_roles(given, wrong),
        roles_claim=claim,
        trusts_email=given.get("SPOC_OIDC_TRUST_EMAIL", "").strip().lower() in _ON,
        called=given.get("SPOC_OIDC_NAME", "").strip() or "your work account",
    )


def _roles(given: Mapping[str, str], wrong: list[str]) -> dict[str, frozenset[str]]:
    """Read ``THEIRS=ours THEIRS=ours``; a name that comes twice gives two roles."""
    found: dict[str, frozenset[str]] = {}
    for part in given.get("SPOC_OIDC_ROLES", "").split():
        theirs, _, ours = part.rpartition("=")
        if not theirs or ours not in engine.ROLE_NAMES:
            wrong.append(
                "Expected THEIRS=ours, separated by blanks, in SPOC_OIDC_ROLES, ours among "
                f"{', '.join(sorted(engine.ROLE_NAMES))}, but {part!r} is not that."
            )
            continue
        found[theirs] = found.get(theirs, frozenset()) | {ours}
    if not found and not given.get("SPOC_OIDC_ROLES", "").strip():
        wrong.append(
            "Expected what the provider calls our roles in SPOC_OIDC_ROLES, such as "
            "Spoc.Manager=manager, but it is empty: nobody could do anything."
        )
    return found


def _is_address(url: str, *, demo: bool) -> bool:
    parts = urlsplit(url)
    try:
        reads = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = parts.scheme == "http" and (demo or parts.hostname in _LOCAL)
    extra = parts.username or parts.query or parts.fragment
    return reads and not extra and (parts.scheme == "https" or plain)


def _number(
    given: Mapping[str, str], name: str, default: int, most: int, wrong: list[str], least: int = 1
) -> int:
    said = given.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or not least <= int(said[:6]) <= most:
        wrong.append(f"Expected {least} to {most} in {name}, but it is {said!r}. Mend or unset it.")
        return default
    return int(said)
