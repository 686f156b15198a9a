"""What a person waits for: the last page of a form is sent, and the redirect comes."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.completing import NOTED, ROUND
from bench.figures import Effort, Measure, Measured
from bench.landlord import Landlord, landlord
from bench.pairs import Side, alternate, percentile
from bench.serving import Browser, served
from engine import commands


def last_page(effort: Effort) -> Iterator[Measured]:
    """Send the last page of a form to the product, and a row to a server that does only that."""
    pairs = effort.of(400, 20)
    with landlord(at=None) as house:
        url = f"sqlite:///{house.folder / 'bare.sqlite'}"
        with served("pages", str(house.db.url)) as pages, served("bare", url) as plain:
            compared = alternate(_sent(house, pages), lambda: plain.post("/", {"row": "1"}), pairs)
    ours, bare = (median(side) * 1000 for side in (compared.first, compared.second))
    ninety_five = [percentile(side, 95) * 1000 for side in (compared.first, compared.second)]
    yield Measured(
        "http_complete_ms",
        ours - bare,
        f"{pairs} pairs in turn, one connection each, waitress; medians, the bare one taken off",
        (
            *compared.lines("POST of the last page", "bare POST"),
            f"95th percentile {ninety_five[0]:.1f} ms, of the bare one {ninety_five[1]:.1f} ms",
        ),
    )


def _sent(house: Landlord, pages: Browser) -> Side:
    """Send the last page of one task after the other of a case that goes round for ever."""
    pages.post("/sign-in", {"person": "dorothy", "csrf_token": pages.token("/sign-in")})
    commands.start(house.db, "neutral", by="dorothy")
    [first] = house.open_items(ROUND[0])
    commands.claim(house.db, first, by="dorothy")
    token = pages.token(f"/tasks/{first}")
    calls = 0

    def side() -> float:
        nonlocal calls
        [item] = house.open_items(ROUND[calls % len(ROUND)])
        calls += 1
        return pages.post(f"/tasks/{item}/check", {**NOTED, "csrf_token": token})

    return side


MEASURES = (Measure(("http_complete_ms",), last_page),)
