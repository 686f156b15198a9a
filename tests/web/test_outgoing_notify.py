"""GOV.UK Notify: read from the environment; what cannot be used is named, the key never said."""

from __future__ import annotations

import pytest

from web.outgoing_notify import notify_of

_ID = "26785a09-ab16-4eb0-8407-a37497a57506"
KEY = f"letters-{_ID}-3d844edf-8d35-48ac-975b-e847b4f122b0"
GIVEN = {"SPOC_NOTIFY_KEY": KEY, "SPOC_NOTIFY_TEMPLATE": _ID}


def test_without_a_key_no_letter_leaves_by_notify() -> None:
    wrong: list[str] = []
    assert notify_of({"SPOC_NOTIFY_SENDS": "letter", "SPOC_NOTIFY_KEY": " "}, wrong) is None
    assert wrong == []


def test_a_key_and_a_template_send_both_kinds_by_second_class_post() -> None:
    wrong: list[str] = []
    found = notify_of({**GIVEN, "SPOC_NOTIFY_URL": ""}, wrong)
    assert wrong == []
    assert found is not None
    assert (found.key, found.template, found.postage) == (KEY, _ID, "second")
    assert found.takes == {"email", "letter"}
    assert found.url.startswith("https://")
    assert KEY not in repr(found)


def test_letters_alone_need_no_template() -> None:
    wrong: list[str] = []
    given = {"SPOC_NOTIFY_KEY": KEY, "SPOC_NOTIFY_SENDS": "letter", "SPOC_NOTIFY_POSTAGE": "first"}
    found = notify_of(given, wrong)
    assert wrong == []
    assert found is not None
    assert found.takes == {"letter"}
    assert found.postage == "first"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SPOC_NOTIFY_KEY": "my secret"}, "SPOC_NOTIFY_KEY"),
        ({"SPOC_NOTIFY_TEMPLATE": "letter"}, "SPOC_NOTIFY_TEMPLATE"),
        ({"SPOC_NOTIFY_SENDS": "fax, letter"}, "SPOC_NOTIFY_SENDS"),
        ({"SPOC_NOTIFY_SENDS": ","}, "SPOC_NOTIFY_SENDS"),
        ({"SPOC_NOTIFY_POSTAGE": "third"}, "SPOC_NOTIFY_POSTAGE"),
        ({"SPOC_NOTIFY_URL": "http://notify.homes.example"}, "SPOC_NOTIFY_URL"),
    ],
)
def test_what_cannot_be_used_is_named_alone(more: dict[str, str], said: str) -> None:
    wrong: list[str] = []
    notify_of({**GIVEN, **more}, wrong)
    assert len(wrong) == 1
    assert said in wrong[0]
    assert KEY not in wrong[0]
    assert "my secret" not in wrong[0]


def test_a_counterpart_on_this_machine_needs_no_https() -> None:
    wrong: list[str] = []
    found = notify_of({**GIVEN, "SPOC_NOTIFY_URL": "http://127.0.0.1:6011/"}, wrong)
    assert wrong == []
    assert found is not None
    assert found.url == "http://127.0.0.1:6011"
