"""A release as a zip: the same bytes each time, and nothing a hostile one holds gets out of it."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from engine.errors import InvalidRelease
from engine.publishing import archive, open_archive, release_archive
from engine.publishing.archive import LARGEST_ARCHIVE, MOST_MEMBERS
from tests.engine.publishing.conftest import FILES, FORM

Pack = Callable[[zipfile.ZipFile], object]


def _zip(pack: Pack) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        pack(opened)
    return packed.getvalue()


def _refused(data: bytes) -> str:
    with pytest.raises(InvalidRelease) as refused:
        open_archive(data)
    (finding,) = refused.value.findings
    assert finding.rule == "archive"
    return f"{finding.file}: {finding.message}"


def _flipped(data: bytes, at: int) -> bytes:
    """Give the same bytes, but one of them damaged."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def test_what_is_packed_comes_out_and_the_same_files_make_the_same_bytes() -> None:
    packed = release_archive(FILES)
    assert open_archive(packed) == FILES
    assert release_archive(dict(reversed(FILES.items()))) == packed
    assert len(packed) < LARGEST_ARCHIVE


def test_a_folder_around_everything_and_what_systems_add_are_taken_off() -> None:
    def pack(opened: zipfile.ZipFile) -> None:
        opened.mkdir("release 3/bpmn")
        for path, content in FILES.items():
            opened.writestr(f"release 3/{path}", content)
        opened.writestr("__MACOSX/release 3/bpmn/._appeal.bpmn", b"litter")
        opened.writestr("release 3/bpmn/.DS_Store", b"litter")

    assert open_archive(_zip(pack)) == FILES


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip",
        release_archive(FILES)[:5000],
        release_archive(FILES)[4000:],
        _flipped(release_archive({"bpmn/a.bpmn": b"0123456789"}), 45),
        FILES[FORM],
    ],
    ids=["empty", "text", "first half", "second half", "tampered", "a file"],
)
def test_what_is_no_whole_zip_says_so(data: bytes) -> None:
    assert "Expected a whole zip file" in _refused(data)


@pytest.mark.parametrize("cut", range(1, 400, 23))
def test_half_a_zip_is_never_taken(cut: int) -> None:
    packed = release_archive({"bpmn/a.bpmn": b"<a/>" * 50, "bpmn/b.bpmn": b"<b/>"})
    _refused(packed[: max(len(packed) - cut, 0)])


@pytest.mark.parametrize(
    "name",
    ["../etc/passwd", "/etc/passwd", "bpmn/../../x.bpmn", "bpmn\\..\\x.bpmn", "C:/x.bpmn"],
)
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    said = _refused(_zip(lambda opened: opened.writestr(name, b"x")))
    assert "leads out of it" in said


def test_a_link_a_password_and_the_same_name_twice_are_refused() -> None:
    link = zipfile.ZipInfo("bpmn/appeal.bpmn")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "a link" in _refused(_zip(lambda opened: opened.writestr(link, b"/etc/passwd")))

    locked = bytearray(release_archive({"bpmn/appeal.bpmn": b"x"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "without a password" in _refused(bytes(locked))

    def twice(opened: zipfile.ZipFile) -> None:
        opened.writestr("bpmn/appeal.bpmn", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            opened.writestr("bpmn/appeal.bpmn", b"two")

    assert "in it twice" in _refused(_zip(twice))


def test_a_zip_that_grows_without_end_is_refused_before_it_does() -> None:
    bomb = _zip(lambda opened: opened.writestr("bpmn/a.bpmn", b"\0" * 1_900_000))
    assert "grows at most 100 times" in _refused(bomb)
    larger = _zip(lambda opened: opened.writestr("bpmn/a.bpmn", b"\0" * 30_000_000))
    assert "at most 2 MB" in _refused(larger)


def test_a_member_that_lies_about_its_size_is_not_read_beyond_what_is_allowed() -> None:
    packed = bytearray(_zip(lambda opened: opened.writestr("bpmn/a.bpmn", b"ab" * 2_000_000)))
    at = packed.index(b"PK\x01\x02") + 24
    packed[at : at + 4] = (10).to_bytes(4, "little")
    _refused(bytes(packed))


def test_all_files_together_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_CONTENT", 1_000)
    said = _refused(release_archive({f"bpmn/{name}.bpmn": b"0123456789" * 60 for name in "ab"}))
    assert said.startswith("bpmn/b.bpmn: ")


def test_too_many_files_are_refused() -> None:
    names = {f"bpmn/a{number}.bpmn": b"" for number in range(MOST_MEMBERS + 1)}
    assert f"at most {MOST_MEMBERS} files" in _refused(release_archive(names))


def test_a_zip_that_is_too_large_is_not_opened() -> None:
    assert "at most 5 MB" in _refused(b"PK" + b"\0" * LARGEST_ARCHIVE)
