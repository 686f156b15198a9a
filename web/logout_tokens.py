"""What a provider sends when somebody signed out there, and whether it proves that they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

#: What says that a token is about signing out (OpenID Connect Back-Channel Logout 1.0, 2.4).
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_KINDS = frozenset({"logout+jwt", "jwt"})
#: So old a token may be, since a provider tries again; by so much clocks may differ.
_LONGEST, _LEEWAY = dt.timedelta(minutes=10), dt.timedelta(minutes=1)


@dataclass(frozen=True)
class SignedOut:
    """Somebody who signed out at the provider."""

    subject: str
    #: Browsers that began later than this are not meant, however often the token comes.
    until: dt.datetime


def signed_out(client: Any, token: str, *, algorithms: list[str], now: dt.datetime) -> SignedOut:
    """Read a logout token with the keys of its provider.

    client: knows the provider's keys and issuer. Raises ValueError, KeyError or TypeError for one
    that proves nothing, and what the library raises for a signature that does not hold.
    """
    try:
        read = _read(client, token, algorithms, anew=False)
    except InvalidKeyIdError:
        read = _read(client, token, algorithms, anew=True)
    if str(read.header.get("typ", "jwt")).lower() not in _KINDS:
        raise ValueError("another kind of token")
    return _checked(client, read.claims, now)


def _read(client: Any, token: str, algorithms: list[str], *, anew: bool) -> jwt.Token:
    keys = KeySet.import_key_set(client.fetch_jwk_set(force=anew))
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    return jwt.decode(token, key=keys, registry=registry)


def _checked(client: Any, claims: Mapping[str, Any], now: dt.datetime) -> SignedOut:
    audience = claims["aud"]
    if claims["iss"] != client.server_metadata["issuer"]:
        raise ValueError("of another provider")
    if client.client_id not in ([audience] if isinstance(audience, str) else audience):
        raise ValueError("meant for another application")
    if "nonce" in claims or not isinstance(claims["events"].get(_EVENT), Mapping):
        raise ValueError("not about signing out")
    made = dt.datetime.fromtimestamp(claims["iat"], dt.UTC)
    over = dt.datetime.fromtimestamp(claims.get("exp", claims["iat"] + 600), dt.UTC)
    if not now - _LONGEST <= made <= now + _LEEWAY or over < now - _LEEWAY:
        raise ValueError("too old, or of a time to come")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        # We keep no name of the provider's own sessions: it has to say who it was.
        raise ValueError("it names nobody")
    return SignedOut(subject, made + _LEEWAY)
