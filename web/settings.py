"""What an installation may set, read once from the environment; docs/operating.md lists it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

import engine
from web.outgoing import senders_of
from web.partner_tokens import tokens_of
from web.sign_in_settings import SignInSettings, sign_in_of

#: The checkout this application runs from: bpmn/ and forms/ lie here.
ROOT = Path(__file__).resolve().parent.parent
#: The engine reads the keys of restricted fields from here (R-109).
DATA_KEYS = "SPOC_DATA_KEYS"
_LOCAL_HOSTS = ("localhost", "127.0.0.1")
_OWNER_ONLY = 0o600
_OWNERS_FOLDER = 0o700
#: Setting that is a number -> what it is unless set, and the most it may be.
_NUMBERS = {
    "SPOC_THREADS": (8, 64),
    "SPOC_FILE_MB": (10, 50),
    "SPOC_FILES_PER_RECORD": (20, 200),
}
#: Where timers run: in the process that serves, or in processes of their own.
_EMBEDDED, _APART = "embedded", "apart"


class SettingMissing(RuntimeError):
    """A setting without which the application must not serve is empty or cannot be used."""


@dataclass(frozen=True)
class Settings:
    """One installation; every field is set by the environment variable named beside it."""

    #: DATABASE_URL: ``sqlite:///FILE`` or ``postgresql://...``.
    database_url: str
    #: SPOC_SECRET_KEY: signs the session cookie.
    secret_key: str = field(repr=False)
    #: SPOC_DEMO: demo people sign in without a password and the clock can be put forward.
    demo: bool = False
    #: SPOC_HOSTS: the host names this installation answers to.
    hosts: tuple[str, ...] = _LOCAL_HOSTS
    #: SPOC_HTTPS: pages are reached by https, so cookies travel no other way.
    https: bool = False
    #: SPOC_ADDRESS: where ``serve`` listens, ``host:port``.
    address: str = "127.0.0.1:8000"
    #: SPOC_VAR: the folder for what the installation keeps beside its database.
    var: Path = ROOT / "var"
    #: SPOC_THREADS: how many requests a process answers, or jobs a worker does, at a time.
    threads: int = 8
    #: SPOC_SMTP_HOST, SPOC_WEBHOOKS and those beside them in web/outgoing.py.
    senders: engine.outbox.Senders = field(default_factory=engine.outbox.Senders)
    #: SPOC_FILE_MB, SPOC_FILES_PER_RECORD: how large a file of evidence, and how many of them.
    files: engine.files.Limits = field(default_factory=engine.files.Limits)
    #: SPOC_KEYS_LOST: keys of restricted values are lost for good, and it is served all the same.
    keys_lost: bool = False
    #: SPOC_WORKERS=apart: processes of their own run timers and send, this one serves only.
    workers_apart: bool = False
    #: SPOC_PAGES: where people reach the pages, without a slash at its end.
    pages: str = "http://127.0.0.1:8000"
    #: SPOC_OIDC_ISSUER, SPOC_IDLE_MINUTES and those beside them in web/sign_in_settings.py.
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    #: SPOC_PARTNER_TOKENS: accounts of the partner and the tokens their programs send.
    partner_tokens: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: What is not in the environment or cannot be used, each with what to do; empty when all is.
    missing: tuple[str, ...] = ()

    def require(self) -> None:
        """Raise SettingMissing with every setting that is missing or wrong, or return."""
        if self.missing:
            raise SettingMissing("\n".join(self.missing))


def from_environment(environment: MutableMapping[str, str] | None = None) -> Settings:
    """Read the settings; in demo mode the keys are made at first start and kept in var/.

    Raises ValueError when a setting that should be a number is not one.
    """
    given = os.environ if environment is None else environment
    demo = _is_on(given, "SPOC_DEMO", default=False)
    var = Path(given.get("SPOC_VAR") or ROOT / "var").resolve()
    if demo:
        _make_keys(given, var)
    hosts = _listed(given.get("SPOC_HOSTS", "")) or _LOCAL_HOSTS
    https = _is_on(given, "SPOC_HTTPS", default=not demo)
    address = given.get("SPOC_ADDRESS") or "127.0.0.1:8000"
    pages = (given.get("SPOC_PAGES") or _pages(hosts, address, https=https)).rstrip("/")
    outgoing = senders_of(given, pages=pages, demo=demo)
    sign_in, wrong_sign_in = sign_in_of(given, demo=demo)
    tokens, wrong_tokens = tokens_of(given)
    return Settings(
        database_url=given.get("DATABASE_URL") or f"sqlite:///{var / 'spoc.sqlite'}",
        secret_key=given.get("SPOC_SECRET_KEY", ""),
        demo=demo,
        hosts=hosts,
        https=https,
        var=var,
        address=address,
        threads=_whole_number(given, "SPOC_THREADS", default=8),
        senders=outgoing.senders,
        files=engine.files.Limits(
            _whole_number(given, "SPOC_FILE_MB", default=10),
            _whole_number(given, "SPOC_FILES_PER_RECORD", default=20),
        ),
        keys_lost=_is_on(given, "SPOC_KEYS_LOST", default=False),
        workers_apart=given.get("SPOC_WORKERS", "").strip() == _APART,
        pages=pages,
        sign_in=sign_in,
        partner_tokens=tokens,
        missing=(
            *_missing(given, demo=demo),
            *_wrong(given),
            *outgoing.wrong,
            *wrong_sign_in,
            *wrong_tokens,
        ),
    )


def _pages(hosts: tuple[str, ...], address: str, *, https: bool) -> str:
    """Give where our pages are, as far as the other settings say it; SPOC_PAGES says it better."""
    return f"https://{hosts[0]}" if https else f"http://{address}"


def _make_keys(given: MutableMapping[str, str], var: Path) -> None:
    if not given.get(DATA_KEYS):
        given[DATA_KEYS] = _made_once(var / "keys", lambda: Fernet.generate_key().decode())
    if not given.get("SPOC_SECRET_KEY"):
        given["SPOC_SECRET_KEY"] = _made_once(var / "secret", secrets.token_urlsafe)


def _made_once(file: Path, make: Callable[[], str]) -> str:
    """Give the file's content; of two processes that start at once, one makes it."""
    file.parent.mkdir(_OWNERS_FOLDER, parents=True, exist_ok=True)
    if not file.exists():
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(_OWNER_ONLY)
        fresh.write_text(make())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text().strip()


def _missing(given: Mapping[str, str], *, demo: bool) -> tuple[str, ...]:
    wanted = {
        "SPOC_SECRET_KEY": "Set it to a long random text that nobody else knows.",
        DATA_KEYS: "Make one with: flask --app web new-key",
    }
    if not demo:
        wanted["SPOC_HOSTS"] = "Set it to the host name people use, such as spoc.example.org."
    return tuple(
        f"Expected a value in the environment variable {name}, but it is empty. {what}"
        for name, what in wanted.items()
        if not given.get(name)
    )


def _wrong(given: Mapping[str, str]) -> tuple[str, ...]:
    """Say what is there but cannot be used; a key is never repeated in what is said."""
    said = []
    keys = _listed(given.get(DATA_KEYS, ""))
    for place, key in enumerate(keys, start=1):
        if not _is_key(key):
            said.append(
                f"Expected keys separated by commas in {DATA_KEYS}, but number {place} of "
                f"{len(keys)} is not one. Make one with: flask --app web new-key"
            )
    for name, (default, most) in _NUMBERS.items():
        number = _whole_number(given, name, default=default)
        if not 1 <= number <= most:
            said.append(f"Expected 1 to {most} in {name}, but it is {number}. Mend or unset it.")
    logo = given.get(engine.files.LOGO, "").strip()
    if fault := engine.files.fault_of_logo(logo) if logo else "":
        said.append(f"{engine.files.LOGO}: {fault}")
    return (*said, *_wrong_workers(given))


def _wrong_workers(given: Mapping[str, str]) -> tuple[str, ...]:
    workers = given.get("SPOC_WORKERS", "").strip()
    if workers not in {"", _EMBEDDED, _APART}:
        said = f"Expected {_EMBEDDED} or {_APART} in SPOC_WORKERS, but it is {workers!r}."
        return (f"{said} Mend or unset it.",)
    if workers == _APART and not given.get("DATABASE_URL", "").startswith("postgres"):
        return (
            "Expected DATABASE_URL to name PostgreSQL, because SPOC_WORKERS is apart, but it does "
            "not. Set it, or unset SPOC_WORKERS.",
        )
    return ()


def _is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def _is_on(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    said = given.get(name, "").strip().lower()
    return default if not said else said in {"1", "yes", "true", "on"}


def _whole_number(given: Mapping[str, str], name: str, *, default: int) -> int:
    said = given.get(name, "").strip()
    if said and not said.isdecimal():
        raise ValueError(
            f"Expected a whole number in {name}, but it is {said!r}. Mend or unset it."
        )
    return int(said) if said else default


def _listed(said: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in said.split(",") if part.strip())
