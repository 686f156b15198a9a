"""Hostile files through the running pages: each upload is answered, and the server is unharmed."""

from __future__ import annotations

import time

from tests.engine.spiff.hostile_files import files
from tests.web.conftest import app, as_, database_url, prepared
from tests.web.drafting import start
from tests.web.test_hostile import As, _answered

__all__ = ["app", "as_", "database_url", "prepared"]

CORPUS = files()
#: What the small run uploads.
SAMPLE = (
    "billion_laughs",
    "half_a_file",
    "joins_of_joins",
    "five_megabytes",
    "attributes",
    "question_marks",
)
MOST_SECONDS = 60


def test_whatever_is_uploaded_the_server_answers_and_goes_on(as_: As, full: bool) -> None:
    olive = as_("olive")
    start(olive)
    for name in CORPUS if full else SAMPLE:
        path, content = CORPUS[name]
        file = path.rsplit("/", 1)[1]
        token = olive.get("/drafts/2/upload").token
        began = time.monotonic()
        page = olive.upload("/drafts/2/upload", {"csrf_token": token}, [(file, content)])
        assert page.status < 500, (name, page.text[:300])
        assert len(page.text) > 40, name
        for address in ("/drafts/2", f"/drafts/2/files/{path}", "/tasks"):
            _answered(olive.client.get(address))
        assert time.monotonic() - began < MOST_SECONDS, name
