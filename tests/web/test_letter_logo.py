"""The logo of a letter on a page: shown under the headers of our pages, and never too wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.casework.letter_logo import picture
from engine.files import LOGO, fault_of_logo
from tests.engine.files.test_logos import SVG, png
from web.policy import HEADERS


@pytest.mark.parametrize("content", [png(200, 40), SVG.format(more="").encode()])
def test_a_page_shows_the_logo_of_a_letter_at_any_width(
    browser: Browser, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "logo"
    file.write_bytes(content)
    assert fault_of_logo(str(file)) == ""
    monkeypatch.setenv(LOGO, str(file))
    body = f"<!doctype html><html lang=en><title>A</title><main>{picture('Northfield')}</main>"
    page = browser.new_page(viewport={"width": 320, "height": 400})
    page.route(
        "**/*",
        lambda route: route.fulfill(body=body, headers={**HEADERS, "content-type": "text/html"}),
    )
    page.goto("http://127.0.0.1/letter")
    logo = page.get_by_role("img", name="Northfield")
    assert logo.evaluate("one => one.complete && one.naturalWidth > 0")
    box = logo.bounding_box()
    assert box is not None
    assert box["height"] == 48
    assert box["width"] <= 240
    page.close()
