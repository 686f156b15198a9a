"""A browser without scripts: it reads pages, fills in their forms and presses their buttons."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

#: What may name a control in a page.
_LABELLED = ("aria-label", "aria-labelledby", "title")


class Page:
    """One answer as it was read; every page is held to the same rules."""

    def __init__(self, visitor: Visitor, response: TestResponse) -> None:
        self.visitor = visitor
        self.response = response
        self.status = response.status_code
        self.path = response.request.full_path.rstrip("?")
        self.tree: Any = html.fromstring(response.get_data(as_text=True))

    @property
    def title(self) -> str:
        return str(self.tree.findtext(".//title"))

    @property
    def heading(self) -> str:
        return _said(self.tree.find(".//h1"))

    @property
    def text(self) -> str:
        return _said(self.tree.find(".//main"))

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The error summary: (sentence, where it leads, "" for the form as a whole)."""
        lines = self.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]/li")
        return [(_said(line), (line.xpath(".//a/@href") or [""])[0]) for line in lines]

    @property
    def token(self) -> str:
        """The token that makes a post one's own."""
        return str(self.tree.xpath("//input[@name='csrf_token']/@value")[0])

    @property
    def banner(self) -> str:
        found = self.tree.xpath("//*[contains(@class, 'govuk-notification-banner__content')]")
        return _said(found[0]) if found else ""

    def one(self, path: str) -> Any:
        """Give the one element an XPath finds."""
        (found,) = self.tree.xpath(path)
        return found

    def press(self, button: str, **answers: Any) -> Page:
        """Fill in the form that has a button with this text and send it with that button.

        Names may use __ for - and ___ for a dot: ``on__day``, ``owed___0___what``.
        """
        return self.send(
            button,
            {name.replace("___", ".").replace("__", "-"): said for name, said in answers.items()},
        )

    def has(self, field: str) -> bool:
        """Tell whether a field of that name can be filled in here."""
        return bool(self.tree.xpath("//main//*[@name=$name and not(@type='hidden')]", name=field))

    def has_button(self, text: str) -> bool:
        """Tell whether there is a button that begins with this text."""
        return any(_said(one).startswith(text) for one in self.tree.xpath("//main//button"))

    def send(self, button: str, answers: Mapping[str, Any]) -> Page:
        """Fill in and send the form that has this button; fields by the names they have."""
        pressed = next(
            one
            for one in self.tree.xpath("//form//button")
            if _said(one).startswith(button) and "first-button" not in (one.get("class") or "")
        )
        form = next(one for one in pressed.iterancestors("form"))
        sent = MultiDict(_values_of(form))
        for field, value in answers.items():
            if not form.xpath(".//*[@name=$name]", name=field):
                raise LookupError(f"Expected a field {field} on {self.path}, but there is none.")
            sent.setlist(field, value if isinstance(value, list) else [value])
        if pressed.get("name"):
            sent.setlist(pressed.get("name"), [pressed.get("value") or ""])
        action = form.get("action") or self.path
        if (form.get("method") or "get") == "get":
            return self.visitor.get(action, query=sent)
        return self.visitor.post(action, sent)

    def follow(self, link: str) -> Page:
        """Follow the first link with this text."""
        found = next(one for one in self.tree.xpath("//a") if _said(one).startswith(link))
        return self.visitor.get(found.get("href"))

    def check(self) -> None:
        """Hold what every page must hold: one h1, a title, names for all controls, no copy kept."""
        assert len(self.tree.findall(".//h1")) == 1, f"{self.path} has not one h1"
        assert self.title.endswith("Single point of contact"), self.title
        assert self.title.startswith("Error: ") == bool(self.errors), self.title
        assert self.response.headers["Cache-Control"] == "no-store"
        assert "unsafe" not in self.response.headers["Content-Security-Policy"]
        assert not self.tree.xpath("//*[@style or @onclick]"), "the policy forbids inline styles"
        ids = self.tree.xpath("//@id")
        assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
        for control in self.tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
            named = self.tree.xpath("//label[@for=$id]", id=control.get("id"))
            assert named or any(control.get(name) for name in _LABELLED), html.tostring(control)
        for _, href in self.errors:
            if href.startswith("#"):
                assert self.tree.xpath("//*[@id=$id]", id=href[1:]), f"{href} leads nowhere"


class Visitor:
    """One person at one browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str, query: Any = None) -> Page:
        """Open a page, whatever its status; redirects are followed."""
        page = Page(self, self.client.get(path, query_string=query, follow_redirects=True))
        page.check()
        return page

    def get(self, path: str, status: int = 200, query: Any = None) -> Page:
        """Open a page that has this status."""
        page = self.open(path, query)
        assert page.status == status, f"{path}: {page.status} {page.text[:300]}"
        return page

    def post(self, path: str, data: Any, *, follow: bool = True) -> Page:
        """Send a form; redirects are followed."""
        page = Page(self, self.client.post(path, data=data, follow_redirects=follow))
        page.check()
        return page

    def upload(
        self, path: str, data: Mapping[str, str], files: Sequence[tuple[str, bytes]]
    ) -> Page:
        """Send a form with files in its field ``files``, each by its name.

        All of it is kept in memory: the test client leaves a larger form in a file of its own,
        which nobody closes.
        """
        sent: MultiDict[str, Any] = MultiDict(data)
        for name, content in files:
            sent.add("files", FileStorage(io.BytesIO(content), filename=name))
        boundary, body = encode_multipart(sent)
        kind = f'multipart/form-data; boundary="{boundary}"'
        sent_to = self.client.post(path, data=body, content_type=kind, follow_redirects=True)
        page = Page(self, sent_to)
        page.check()
        return page

    def sign_in(self, name: str) -> Visitor:
        """Choose one of the people of the demonstration."""
        page = self.get("/sign-in")
        self.post("/sign-in", {"person": name, "csrf_token": page.token})
        return self


def _values_of(form: Any) -> list[tuple[str, str]]:
    """Give what a form holds; a browser leaves out the line end right after ``<textarea>``."""
    texts = {area.get("name") for area in form.iter("textarea")}
    return [
        (name, value.removeprefix("\n") if name in texts else value)
        for name, value in form.form_values()
    ]


def _said(element: Any) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""
