"""A real OpenID provider on this machine, and a browser that goes there and back."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

FOLDER = Path(__file__).parent / "provider"
CLIENT_ID, CLIENT_SECRET = "spoc", "a secret of the tests, long enough"
_PATIENCE = 10


@dataclass(frozen=True)
class OpenId:
    """The provider and what a test may do with it."""

    issuer: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it say this of somebody from now on."""
        told = {"sub": subject, "claims": json.dumps(claims)}
        self._tell("accounts", told)

    def spoils(self, how: str) -> None:
        """Let its tokens be spoiled in one way; "" for sound ones."""
        self._tell("spoil", {"how": how})

    def go(self, address: str, subject: str) -> str:
        """Go where the application sends a browser, sign in there, give where it sends it back."""
        with requests.Session() as browser:
            asked = browser.get(address, timeout=_PATIENCE)
            assert asked.text == "Who are you?", asked.text
            answer = browser.get(
                f"{asked.url}?as={subject}", allow_redirects=False, timeout=_PATIENCE
            )
            while urlsplit(answer.headers["Location"]).netloc == urlsplit(self.issuer).netloc:
                answer = browser.get(
                    answer.headers["Location"], allow_redirects=False, timeout=_PATIENCE
                )
            parts = urlsplit(answer.headers["Location"])
            return f"{parts.path}?{parts.query}"

    def signs_out(self, subject: str, how: str = "sound") -> str:
        """Let somebody sign out there; give the token it sends, spoiled in one way if said."""
        return self._tell("sign-out", {"sub": subject, "how": how})

    def _tell(self, what: str, told: dict[str, str]) -> str:
        answer = requests.get(f"{self.issuer}/of-the-tests/{what}", params=told, timeout=_PATIENCE)
        answer.raise_for_status()
        return answer.text


@contextlib.contextmanager
def openid(back: str, *, elsewhere: bool = False) -> Iterator[OpenId]:
    """Run a provider that sends people back to an address of ours.

    elsewhere: its ID tokens hold no roles; they are asked for.
    """
    if not (FOLDER / "node_modules").exists():
        pytest.fail(
            "Expected the packages of tests/provider, but they are not installed. make test does "
            "it; alone: make tests/provider/node_modules/.installed"
        )
    port = free_port()
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), back],
        cwd=FOLDER,
        env={**os.environ, "CLAIMS_ELSEWHERE": "1" if elsewhere else "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield OpenId(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """Give a port nobody listens at just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
