"""The corpus of hostile files: each is answered with findings, within 5 s and 512 MB."""

from __future__ import annotations

import pytest

from engine.publishing import check_files
from engine.releases import read_folder
from tests.confined import confined
from tests.engine.publishing.conftest import ROOT
from tests.engine.spiff.hostile_files import files

MOST_SECONDS, MOST_MEGABYTES = 5, 512
CORPUS = files()


def test_the_corpus_is_large_and_a_good_file_passes() -> None:
    assert len(CORPUS) > 70
    given = read_folder(ROOT)
    assert [one for one in check_files(given) if one.severity == "error"] == []


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_is_answered_with_findings(name: str) -> None:
    path, content = CORPUS[name]

    def check() -> list[str]:
        found = check_files({path: content})
        return [one.message for one in found if one.file == path and one.severity == "error"][:5]

    took = confined(check, seconds=MOST_SECONDS + 5, megabytes=2 * MOST_MEGABYTES)
    assert took.result, "it would be published"
    assert all(message.strip() for message in took.result)
    assert took.seconds < MOST_SECONDS
    assert took.megabytes < MOST_MEGABYTES
