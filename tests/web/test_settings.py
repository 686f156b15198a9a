"""Settings: read from the environment, made once in a demonstration, missing ones named."""

from __future__ import annotations

import stat
import threading
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from web import create_app
from web.settings import SettingMissing, Settings, from_environment


def test_a_demonstration_makes_its_keys_once_and_keeps_them(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first: dict[str, str] = {"SPOC_DEMO": "1", "SPOC_VAR": str(var)}
    second = dict(first)
    settings = from_environment(first)
    assert settings.demo
    assert not settings.https
    assert settings.database_url == f"sqlite:///{var / 'spoc.sqlite'}"
    from_environment(second)
    assert second == first
    Fernet(first["SPOC_DATA_KEYS"])
    assert stat.S_IMODE((var / "keys").stat().st_mode) == 0o600
    assert stat.S_IMODE(var.stat().st_mode) == 0o700


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    environments = [{"SPOC_DEMO": "1", "SPOC_VAR": str(tmp_path)} for _ in range(8)]
    threads = [threading.Thread(target=from_environment, args=(one,)) for one in environments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one["SPOC_DATA_KEYS"] for one in environments}) == 1
    assert {file.name for file in tmp_path.iterdir()} == {"keys", "secret"}


def test_outside_a_demonstration_everything_missing_is_named_at_once() -> None:
    settings = from_environment({})
    with pytest.raises(SettingMissing) as missing:
        settings.require()
    for name in ("SPOC_SECRET_KEY", "SPOC_DATA_KEYS", "SPOC_HOSTS"):
        assert name in str(missing.value)
    with pytest.raises(SettingMissing):
        create_app(settings)


def test_an_installation_that_has_everything_serves_by_https() -> None:
    settings = from_environment(
        {
            "SPOC_SECRET_KEY": "long",
            "SPOC_DATA_KEYS": f"{Fernet.generate_key().decode()},{Fernet.generate_key().decode()}",
            "SPOC_HOSTS": "spoc.example.org, spoc",
            "DATABASE_URL": "postgresql://host/name",
            "SPOC_THREADS": "16",
        }
    )
    settings.require()
    assert settings.hosts == ("spoc.example.org", "spoc")
    assert settings.https
    assert settings.threads == 16


#: The same in every process, because it becomes part of a test's name.
A_KEY = urlsafe_b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SPOC_THREADS", "0", "Expected 1 to 64 in SPOC_THREADS, but it is 0."),
        ("SPOC_THREADS", "65", "Expected 1 to 64 in SPOC_THREADS, but it is 65."),
        ("SPOC_DATA_KEYS", "notakey", "number 1 of 1 is not one"),
        ("SPOC_DATA_KEYS", f"{A_KEY},notakey", "number 2 of 2"),
        (
            "SPOC_LETTER_LOGO",
            "/no/such.png",
            "SPOC_LETTER_LOGO: Expected a picture in",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    settings = from_environment({"SPOC_DEMO": "1", "SPOC_VAR": str(tmp_path), name: value})
    with pytest.raises(SettingMissing) as wrong:
        settings.require()
    assert said in str(wrong.value)
    assert "notakey" not in str(wrong.value)


def test_a_number_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="SPOC_THREADS"):
        from_environment({"SPOC_THREADS": "many"})


def test_no_key_is_printed_with_the_settings() -> None:
    assert "hidden" not in repr(Settings("sqlite:///x", secret_key="hidden"))
