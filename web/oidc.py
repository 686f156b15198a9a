"""Signing in at the organisation's OpenID provider: the way there, the way back, what it says.

Authorisation code with PKCE. What is sent out and must come back (state, nonce, verifier) is in
the signed cookie of the browser that was sent, for ten minutes and for one use.
"""

from __future__ import annotations

import datetime as dt
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, session
from joserfc.errors import JoseError

import engine
from web import logout_tokens
from web.sign_in_settings import ProviderSettings

_Answer = TypeVar("_Answer")
_KEY = "on_the_way"
#: Tabs of one browser that may be on the way at once, and for how long, in seconds.
_MOST_TABS, _LONGEST = 3, 600
#: Seconds to wait for the provider; how long what it says of itself is believed.
_TIMEOUT, _FRESH = 8, 3600
#: Seconds by which its clock and ours may differ.
_LEEWAY = 60
#: What may sign a token: keys that only the provider has.
_SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_ALGORITHMS = "id_token_signing_alg_values_supported"
#: Each answer of the provider names it (RFC 9207).
_SAYS_WHO = "authorization_response_iss_parameter_supported"
#: Of the provider's name for somebody, in characters (OpenID Connect Core, 2).
_LONGEST_SUBJECT = 255
#: What reading a token that proves nothing ends with.
_PROVES_NOTHING = (
    *(AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError),
)
#: A longer address is not gone on to: the cookie has to hold it.
_LONGEST_ADDRESS = 500


class ProviderAway(Exception):
    """The provider does not answer, or answers what it must not."""


class NotProven(Exception):
    """What came back does not prove who it is: forged, too late, or of another browser."""


@dataclass(frozen=True)
class Proven:
    """Who signed in, and where they wanted to go."""

    said: engine.sign_in.Said
    next: str


class Provider:
    """One organisation's provider."""

    def __init__(self, app: Flask, settings: ProviderSettings, back: str) -> None:
        """Prepare; nothing is asked yet.

        back: our address to which the provider sends people, as it is registered there.
        """
        self.settings, self._back, self._app = settings, back, app
        self._client = self._anew()

    def way_there(self, onward: str) -> str:
        """Give the provider's address to send this browser to, and remember that it went.

        Raises ProviderAway.
        """
        client = self._ready()
        made = _asked(lambda: client.create_authorization_url(self._back))
        sent = {
            "state": made["state"],
            "nonce": made["nonce"],
            "verifier": made["code_verifier"],
            "next": onward if len(onward) < _LONGEST_ADDRESS else "",
            "at": int(time.time()),
        }
        session[_KEY] = [*_on_the_way(), sent][-_MOST_TABS:]
        return str(made["url"])

    def way_back(self, came: Mapping[str, str]) -> Proven:
        """Read what a browser brings back; raises NotProven, ProviderAway."""
        sent = _sent_with(came.get("state", ""))
        if sent is None:
            raise NotProven("it was not sent from this browser, or too long ago")
        if "error" in came:
            raise NotProven("the provider refused, or the person turned back")
        client = self._ready()
        says_who = client.server_metadata.get(_SAYS_WHO) is True
        if came.get("iss", "" if says_who else self.settings.issuer) != self.settings.issuer:
            raise NotProven("another provider answered")
        try:
            return Proven(self._said(client, came.get("code", ""), sent), str(sent["next"]))
        except _PROVES_NOTHING as wrong:
            raise NotProven(type(wrong).__name__) from wrong

    def signed_out(self, token: str) -> logout_tokens.SignedOut:
        """Read what the provider sends when somebody signed out there.

        Raises NotProven, ProviderAway.
        """
        client = self._ready()
        algorithms = client.server_metadata[_ALGORITHMS]
        now = dt.datetime.now(dt.UTC)
        try:
            return _asked(
                lambda: logout_tokens.signed_out(client, token, algorithms=algorithms, now=now)
            )
        except _PROVES_NOTHING as wrong:
            raise NotProven(type(wrong).__name__) from wrong

    def sign_out_page(self) -> str:
        """Give the provider's own page for signing out; "" if it has none or is away."""
        try:
            return str(self._ready().server_metadata.get("end_session_endpoint", ""))
        except ProviderAway:
            return ""

    def _anew(self) -> Any:
        issuer = self.settings.issuer.rstrip("/")
        return OAuth(self._app).register(
            "organisation",
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "default_timeout": _TIMEOUT,
            },
        )

    def _ready(self) -> Any:
        """Give a client that knows what the provider says of itself, not longer than an hour ago.

        It is held to the issuer we were told of, and to tokens signed with a key of its own.
        """
        client = self._client
        if time.time() - client.server_metadata.get("_loaded_at", time.time()) > _FRESH:
            client = self._anew()
        found = _asked(client.load_server_metadata)
        if found.get("issuer") != self.settings.issuer:
            self._client = self._anew()
            raise ProviderAway("it calls itself by another name than SPOC_OIDC_ISSUER")
        offered = found.get(_ALGORITHMS) or ["RS256"]
        found[_ALGORITHMS] = [one for one in offered if one in _SIGNED_WITH]
        if not found[_ALGORITHMS]:
            # Nothing chosen would mean anything the library knows.
            self._client = self._anew()
            raise ProviderAway("it signs its tokens in none of the ways we take")
        self._client = client
        return client

    def _said(self, client: Any, code: str, sent: Mapping[str, Any]) -> engine.sign_in.Said:
        token = _asked(
            lambda: client.fetch_access_token(
                redirect_uri=self._back,
                code=code,
                code_verifier=sent["verifier"],
                allow_redirects=False,
            )
        )
        claims = _asked(lambda: client.parse_id_token(token, sent["nonce"], leeway=_LEEWAY))
        if claims is None:
            raise ValueError("no ID token")
        self._check(claims)
        more = self._more(client, token, claims)
        if "email" in claims and more.get("email") != claims["email"]:
            # What it says of another address says nothing of this one.
            more.pop("email_verified", None)
        return said_of(self.settings, {**more, **claims})

    def _check(self, claims: Mapping[str, Any]) -> None:
        """Raise ValueError for a token of another application, or of nobody in particular."""
        audience = claims["aud"]
        if self.settings.client_id not in ([audience] if isinstance(audience, str) else audience):
            raise ValueError("meant for another application")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise ValueError("it names nobody")

    def _more(self, client: Any, token: Any, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for what the ID token leaves out, such as roles; about the same person only."""
        wanted = (_claim(claims, self.settings.roles_claim), claims.get("name"))
        if None not in wanted or "userinfo_endpoint" not in client.server_metadata:
            return {}
        more = dict(_asked(lambda: client.userinfo(token=token)))
        if more.get("sub") != claims["sub"]:
            raise ValueError("of somebody else")
        return more


def said_of(settings: ProviderSettings, claims: Mapping[str, Any]) -> engine.sign_in.Said:
    """Translate claims that were proven into what the engine needs to know.

    Raises ValueError when roles come as anything but a name or a list of names.
    """
    email = str(claims.get("email") or "")
    short = str(claims.get("preferred_username") or email or claims["sub"])
    listed = _claim(claims, settings.roles_claim)
    theirs = [listed] if isinstance(listed, str) else listed or []
    if not isinstance(theirs, list) or not all(isinstance(one, str) for one in theirs):
        raise ValueError("roles are no list of names")
    ours = [settings.roles.get(one, frozenset()) for one in theirs]
    return engine.sign_in.Said(
        issuer=settings.issuer,
        subject=str(claims["sub"]),
        full_name=str(claims.get("name") or short),
        email=email,
        email_is_sure=claims.get("email_verified") is True or settings.trusts_email,
        short_name=short,
        roles=frozenset[str]().union(*ours),
    )


def provider() -> Provider | None:
    """Give the provider of this installation, None where there is none."""
    found: Provider | None = current_app.extensions.get("provider")
    return found


def _asked(ask: Callable[[], _Answer]) -> _Answer:
    try:
        return ask()
    except (requests.RequestException, RuntimeError) as away:
        raise ProviderAway(type(away).__name__) from away


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Give a claim by its name, else by the way a dot leads: ``realm_access.roles``."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _on_the_way() -> list[dict[str, Any]]:
    oldest = time.time() - _LONGEST
    return [one for one in session.get(_KEY, []) if one["at"] > oldest]


def _sent_with(state: str) -> dict[str, Any] | None:
    """Give what was sent with this state, once."""
    waiting = _on_the_way()
    mine = next(
        (one for one in waiting if hmac.compare_digest(one["state"].encode(), state.encode())), None
    )
    session[_KEY] = [one for one in waiting if one is not mine]
    return mine
