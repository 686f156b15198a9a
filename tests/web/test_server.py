"""The server: a request that has begun is answered although the server is told to stop."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from web.server import Server

SLOW = """
import sys, time
from web.server import Server

def slow(environ, start_response):
    print("begun", flush=True)
    time.sleep(1.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"x" * 3_000_000]

server = Server(slow, f"127.0.0.1:{sys.argv[1]}", 4)
print("listening", flush=True)
server.run(before_end=lambda: print("ending", flush=True))
print("ended", flush=True)
"""


def test_what_was_begun_is_answered_after_sigterm() -> None:
    port = _free_port()
    command = [sys.executable, "-c", SLOW, str(port)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        ThreadPoolExecutor() as pool,
    ):
        assert server.stdout is not None
        assert server.stdout.readline() == "listening\n"
        answer = pool.submit(_read, port)
        assert server.stdout.readline() == "begun\n"
        server.send_signal(signal.SIGTERM)
        assert answer.result(timeout=20) == 3_000_000
        assert server.stdout.read() == "ending\nended\n"
        assert server.wait(timeout=20) == 0


def test_an_address_that_is_taken_is_an_error_of_the_system() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            Server(object(), f"127.0.0.1:{taken.getsockname()[1]}", 1)


def _read(port: int) -> int:
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
                return len(answer.read())
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
