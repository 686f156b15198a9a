"""The editor of one file of a draft, as a process owner uses it in the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, Request

import engine
from tests.browser.house import House
from tests.browser.screen import Screen

READY = ".editor[data-ready]"
#: Settles when a drawing has not moved for ten frames: it is fitted to the window a moment after
#: it is drawn, and again when a part with a page of its own is opened.
_STANDS_STILL = """() => new Promise(settled => {
    let last, still = 0;
    const look = () => {
        const drawn = document.querySelector('.djs-container .viewport');
        const now = drawn?.getAttribute('transform');
        still = now === last ? still + 1 : 0;
        last = now;
        if (still < 10) requestAnimationFrame(look); else settled();
    };
    look();
})"""
#: Says how often a key or a button of the editor takes effect, in milliseconds.
_TO_SAVE = 20_000


def start_draft(house: House, changes: Mapping[str, bytes] | None = None) -> int:
    """Start a draft of Olive's in which these files are as given; gives its number."""
    olive = engine.person(house.database, "olive")
    draft_id = engine.start_draft(house.database, olive, "Longer time to appeal")
    for path, content in (changes or {}).items():
        engine.save_file(house.database, draft_id, path, content, version=0, person=olive)
    return draft_id


def saved(house: House, draft_id: int, path: str) -> bytes:
    """Give a file as the draft keeps it."""
    olive = engine.person(house.database, "olive")
    return engine.draft_file(house.database, draft_id, path, olive).content


class Editor:
    """A file that is open in its editor."""

    def __init__(self, screen: Screen, draft_id: int, path: str, *, anchor: str = "") -> None:
        """Open the page of the file; what the editor would save unchanged is kept as `opened`."""
        self.screen = screen
        self.page: Page = screen.page
        self.page.on("request", self._sees)
        self.opened = ""
        screen.open(f"/drafts/{draft_id}/files/{path}{anchor and '#' + anchor}")
        self.page.locator(READY).wait_for(timeout=_TO_SAVE)
        self.stand_still()

    def stand_still(self) -> None:
        """Wait until the drawing no longer moves, so that places in it can be measured."""
        self.page.evaluate(_STANDS_STILL)

    @property
    def status(self) -> str:
        """Give what the editor says about saving."""
        return self.page.locator("#saving").inner_text()

    @property
    def notices(self) -> str:
        """Give what stands above the drawing."""
        return self.page.locator("#notices").inner_text()

    @property
    def findings(self) -> str:
        """Give what is to be mended, as it stands below the drawing."""
        return self.page.locator("#findings").inner_text()

    def wait_until(self, words: str) -> None:
        """Wait until the line about saving says this."""
        self.page.locator("#saving", has_text=re.compile(words)).wait_for(timeout=_TO_SAVE)

    def save(self) -> None:
        """Save with the keyboard, wherever the cursor is, and wait until it says so."""
        self.page.keyboard.press("Control+s")
        self.wait_until("^Saved at")

    def shape(self, element_id: str) -> Locator:
        """Give a drawn element."""
        return self.page.locator(f".djs-element[data-element-id={element_id}]").first

    def select(self, element_id: str) -> None:
        """Click an element that is drawn in sight; a second click would edit its name."""
        chosen = self.page.locator(".editor-panel__kind", has_text=re.compile(f": {element_id}$"))
        if not chosen.count():
            self.shape(element_id).locator(".djs-hit").first.click()
            chosen.wait_for()

    def field(self, name: str) -> Locator:
        """Give a field of the panel."""
        return self.page.locator(f"#field-{name}")

    def append_task(self, element_id: str, name: str) -> None:
        """Draw a task behind an element with its pad, and name it."""
        self.select(element_id)
        self.pad("append.append-task").click()
        self.page.locator(".djs-direct-editing-content").wait_for()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        self.page.locator(".editor-panel__heading", has_text=name).wait_for()

    def pad(self, action: str) -> Locator:
        """Give a button of the pad beside what is selected."""
        return self.page.locator(f".djs-context-pad [data-action='{action}']")

    def open_change_menu(self) -> list[str]:
        """Open the menu of the wrench; gives its entries."""
        self.pad("replace").click()
        entries = self.page.locator(".djs-popup .entry[data-id^=replace]")
        entries.first.wait_for()
        return entries.all_inner_texts()

    def choose_kind(self, kind: str) -> None:
        """Make what is selected another kind with the wrench."""
        self.open_change_menu()
        self.page.locator(f".djs-popup [data-id=replace-with-{kind}]").click()

    def undo_all(self) -> None:
        """Take back everything that can be taken back."""
        button = self.page.get_by_role("button", name="Undo", exact=True)
        while button.is_enabled():
            button.click()

    def drop_connection(self) -> None:
        """Have every request of the page fail, as a lost connection does."""
        self.page.context.set_offline(offline=True)

    def restore_connection(self) -> None:
        """Let requests through again."""
        self.page.context.set_offline(offline=False)

    def _sees(self, request: Request) -> None:
        if not self.opened and "/check/" in request.url:
            self.opened = (request.post_data_json or {}).get("content", "")
