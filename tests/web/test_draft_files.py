"""Files of a draft as text: saved, refused, overtaken, undone, taken out; without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.drafting import DIAGRAM, FORM, LETTER, TABLE, start, text_of, write
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def test_a_letter_is_saved_as_text(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    text = text_of(olive, LETTER)
    page = write(olive, LETTER, text.replace("\n", "\r\n") + "Ring us.\r\n")
    assert page.path == f"/drafts/2/files/{LETTER}"
    assert page.banner.startswith("Saved Wed 4 Mar 2026, 10:00. Nothing is wrong.")
    assert "Last saved by Olive Sandberg" in page.text
    assert text_of(olive, LETTER) == text + "Ring us.\n"
    row = olive.get("/drafts/2").one(f"//tr[.//a[contains(@href, '/files/{LETTER}')]]")
    assert "Changed" in row.text_content()


@pytest.mark.parametrize("path", [LETTER, FORM, DIAGRAM, TABLE, "bpmn/scenarios/appeals.yaml"])
def test_a_file_saved_unchanged_stays_as_it_is_to_the_byte(as_: As, path: str) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, path)
    assert write(olive, path, before.replace("\n", "\r\n")).status == 200
    assert text_of(olive, path) == before
    assert "Nothing is changed yet." in olive.get("/drafts/2").text


def test_what_is_wrong_is_said_by_line_and_leads_there(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    broken = text_of(olive, FORM).replace("type: radios", "type: radioz", 1)
    line = broken[: broken.index("radioz")].count("\n") + 1
    page = write(olive, FORM, broken)
    assert "to mend before it can be published" in page.banner
    (link,) = page.tree.xpath("//*[@id='findings']//a[contains(., 'radioz')]")
    assert link.get("href") == f"/drafts/2/files/{FORM}?line={line}#line-{line}"
    there = olive.get(link.get("href"))
    place = there.one(f"//*[@id='line-{line}']")
    assert "radioz" in place.text_content()
    assert "numbered__line--wrong" in place.get("class")
    assert there.tree.xpath("//details[contains(@class, 'numbered')]/@open")
    draft = olive.get("/drafts/2")
    assert draft.tree.xpath("//h2[@id='findings']")
    assert draft.follow("Expected").path.startswith(f"/drafts/2/files/{FORM}?line={line}")


def test_a_form_is_shown_as_it_will_be_asked(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = olive.get(f"/drafts/2/files/{FORM}")
    preview = page.one("//*[@data-preview-here]")
    assert "nothing you enter here is kept" in preview.text_content()
    assert preview.xpath(".//input[@type='radio']")
    assert not preview.xpath("ancestor::form")
    broken = write(olive, FORM, "form: decide_appeal\n")
    assert "There is no preview while this is to be mended" in broken.text


@pytest.mark.parametrize("path", [DIAGRAM, TABLE])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DOCTYPE"),
        ("<a>" * 200 + "</a>" * 200, "deep"),
        ("x" * 2_100_000, "2 MB"),
        ("This is no diagram at all.", "Expected"),
        ("<definitions><process", "Expected"),
    ],
    ids=["entities", "depth", "size", "no xml", "half a file"],
)
def test_a_hostile_or_broken_drawing_gets_its_sentence(
    as_: As, path: str, content: str, said: str
) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, path)
    page = write(olive, path, content)
    assert said in page.text
    assert page.one("//textarea[@id='content']").text_content().strip() == content
    if page.status == 422:
        assert text_of(olive, path) == before
    else:
        assert "to mend" in page.banner


def test_too_much_for_any_file_is_said_in_plain_words(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = write(olive, DIAGRAM, "x" * 9_000_000)
    assert page.status == 413
    assert "Expected at most 8 MB, but 8.6 MB were sent." in page.text


def test_who_saves_second_keeps_the_text_and_sees_both(as_: As) -> None:
    olive, oscar = as_("olive"), as_("oscar")
    start(olive)
    mine, theirs = olive.get(f"/drafts/2/files/{LETTER}"), oscar.get(f"/drafts/2/files/{LETTER}")
    text = text_of(olive, LETTER)
    theirs.press("Save", content=text + "By Oscar.\n")
    late = mine.press("Save", content=text + "By Olive.\n")
    assert late.status == 409
    assert "Oscar" in late.text
    assert late.one("//textarea[@id='content']").text_content().strip().endswith("By Olive.")
    assert late.one("//textarea[@id='theirs']").text_content().strip().endswith("By Oscar.")
    assert text_of(olive, LETTER).endswith("By Oscar.\n")
    taken = late.follow("Take theirs")
    assert "By Oscar." in taken.one("//textarea[@id='content']").text_content()
    saved = late.press("Save mine over it")
    assert saved.banner.startswith("Saved")
    assert text_of(olive, LETTER).endswith("By Olive.\n")


def test_a_file_goes_back_to_how_it_was_published(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, LETTER)
    asked = write(olive, LETTER, before + "More.\n").follow("Undo the changes")
    assert asked.heading == "Undo the changes to “The outcome of your review”?" or asked.heading
    done = asked.press("Undo the changes")
    assert done.path == "/drafts/2"
    assert "is as it was published again" in done.banner
    assert text_of(olive, LETTER) == before


def test_a_file_is_taken_out_and_put_back(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    out = olive.get(f"/drafts/2/files/{LETTER}").follow("Take it out").press("Take it out")
    assert "is taken out" in out.banner
    assert "Taken out" in out.text
    removed = olive.get(f"/drafts/2/files/{LETTER}")
    assert "This file is taken out of the release" in removed.text
    back = removed.follow("Put it back").press("Put it back")
    assert "is as it was published again" in back.banner
    assert "Taken out" not in back.text


def test_a_page_drawn_before_somebody_saved_undoes_nothing(as_: As) -> None:
    olive, oscar = as_("olive"), as_("oscar")
    start(olive)
    text = text_of(olive, LETTER)
    old = write(olive, LETTER, text + "One.\n").follow("Undo the changes")
    write(oscar, LETTER, text + "Two.\n")
    late = old.press("Undo the changes")
    assert late.status == 409
    assert text_of(olive, LETTER).endswith("Two.\n")


def test_a_file_that_no_release_has_does_not_exist(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    olive.get("/drafts/2/files/bpmn/nothing.bpmn", status=404)
    olive.get("/drafts/2/files/../../etc/passwd", status=404)
    olive.get("/drafts/9/files/bpmn/appeal.bpmn", status=404)
    olive.get("/drafts/1", status=404)


def test_only_the_pages_that_draw_may_place_with_style_attributes(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    policies = {
        path: olive.client.get(path).headers["Content-Security-Policy"]
        for path in (
            f"/drafts/2/files/{DIAGRAM}",
            f"/drafts/2/files/{TABLE}",
            f"/drafts/2/files/{DIAGRAM}?as=text",
            f"/drafts/2/files/{LETTER}",
            "/drafts/2",
        )
    }
    relaxed = [path for path, policy in policies.items() if "unsafe-inline" in policy]
    assert relaxed == [f"/drafts/2/files/{DIAGRAM}", f"/drafts/2/files/{TABLE}"]
    assert policies[relaxed[0]].endswith("; style-src-attr 'unsafe-inline'")


def test_the_editors_are_given_lists_of_every_name_a_draft_may_use(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    answer = olive.client.get("/drafts/2/vocabulary.json")
    assert answer.status_code == 200
    lists = answer.get_json()
    assert {"forms", "letters", "facts", "messages", "variables"} <= set(lists)
    assert "case.appeal_due" in {one["value"] for one in lists["facts"]}
    assert all(lists.values())
