"""What the browser gets: built files, free of other people's brands, and a viewer that shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

STATIC = Path("web/static")
DIAGRAM = Path("bpmn/appeal.bpmn")
#: What the pages of the product are sent with.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'"
)
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())
    return found


@pytest.fixture(scope="module")
def site(manifest: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with one page that holds a diagram, as strict as our own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").symlink_to(STATIC.resolve())
    (folder / "appeal.bpmn").symlink_to(DIAGRAM.resolve())
    (folder / "index.html").write_text(_page(manifest, "appeal.bpmn"))
    (folder / "missing.html").write_text(_page(manifest, "missing.bpmn"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Strict, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Strict(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


def _page(manifest: dict[str, str], diagram: str) -> str:
    state = {
        "appeal_was_received": {"state": "done"},
        "decide_appeal": {"state": "late", "text": "due 10 April"},
        "drawn_nowhere": {"state": "now", "text": "<b>nobody</b>"},
    }
    escaped = json.dumps(state).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A diagram</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="static/images/mark.svg">
<link rel="stylesheet" href="static/{manifest["app.css"]}">
<link rel="stylesheet" href="static/{manifest["viewer.css"]}">
</head><body class="govuk-template__body"><main class="govuk-width-container">
<h1 class="govuk-heading-l">Where this case is</h1>
<div class="diagram diagram--wide" data-diagram="{diagram}" data-state="{escaped}"></div>
</main>
<script type="module" src="static/{manifest["app.js"]}"></script>
<script type="module" src="static/{manifest["viewer.js"]}"></script>
</body></html>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.add_init_script(
        "window.refused = [];"
        "addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective))"
    )
    yield page
    assert page.evaluate("window.refused") == []
    page.close()


def test_each_built_file_carries_its_hash(manifest: dict[str, str]) -> None:
    scripts = ("app", "compare", "decision", "modeler", "steps", "text_editor", "viewer")
    styles = ("app", "compare", "decision", "modeler", "viewer")
    assert set(manifest) == {f"{name}.js" for name in scripts} | {f"{name}.css" for name in styles}
    assert all((STATIC / built).is_file() for built in manifest.values())
    assert all("-" in built for built in manifest.values())


def test_the_styles_name_no_font_that_is_not_ours_to_use(manifest: dict[str, str]) -> None:
    styles = (STATIC / manifest["app.css"]).read_text()
    assert "GDS Transport" not in styles
    assert "@font-face" not in styles


def test_everybody_whose_work_is_shipped_is_named() -> None:
    licences = (STATIC / "licences.txt").read_text()
    names = ("bpmn-js", "diagram-js", "dmn-js", "dmn-js-decision-table", "govuk-frontend", "preact")
    assert [name for name in names if f"\n{name} " not in f"\n{licences}"] == []


@pytest.mark.parametrize(
    ("entry", "most"),
    [
        *(("app.js", 20), ("viewer.js", 75), ("text_editor.js", 20), ("steps.js", 20)),
        *(("compare.js", 75), ("app.css", 25)),
        *(("modeler.js", 200), ("decision.js", 250), ("modeler.css", 10), ("decision.css", 10)),
    ],
)
def test_each_page_loads_no_more_than_it_needs(entry: str, most: int) -> None:
    """KiB, compressed, with every part it shares; what only the editors need is on their pages."""
    sizes: dict[str, int] = json.loads((STATIC / "sizes.json").read_text())
    assert sizes[entry] / 1024 <= most


def test_there_is_one_preact_for_all_that_draws_menus() -> None:
    """With two, the change menu opens with no entries and without an error."""
    found = Path("web/assets/node_modules").glob("**/preact/package.json")
    packages = [json.loads(path.read_text()) for path in found]
    versions = [one["version"] for one in packages if one.get("name") == "preact"]
    assert versions == ["10.29.8"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_viewer_marks_where_the_case_is(page: Page, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/index.html")
    page.wait_for_selector(".diagram__badge--late")
    assert page.locator(".diagram__badge").all_inner_texts() == ["due 10 April"]
    assert page.locator(".diagram-late").count() == 1
    assert page.locator(".diagram-done").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
def test_the_mark_of_the_viewers_makers_stays_in_sight(page: Page, site: str) -> None:
    page.goto(f"{site}/index.html")
    mark = page.locator(".bjs-powered-by")
    mark.wait_for()
    assert mark.evaluate(
        "link => { const box = link.getBoundingClientRect();"
        " const x = box.x + box.width / 2, y = box.y + box.height / 2;"
        " return link.contains(document.elementFromPoint(x, y)); }"
    )


@pytest.mark.browser
def test_the_viewer_can_be_used_by_everybody(page: Page, site: str) -> None:
    page.goto(f"{site}/index.html")
    page.wait_for_selector(".diagram__badge--late")
    page.get_by_role("button", name="Larger").click()
    page.get_by_role("button", name="Smaller").click()
    page.get_by_role("button", name="Whole diagram").click()
    page.evaluate(Path("web/assets/node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", WCAG)
    assert [violation["id"] for violation in found["violations"]] == []


@pytest.mark.browser
def test_a_diagram_that_cannot_be_had_is_said_in_words(page: Page, site: str) -> None:
    page.goto(f"{site}/missing.html")
    page.get_by_text("The diagram could not be shown.").wait_for()
