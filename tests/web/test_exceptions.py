"""The exceptions page: what needs somebody, each figure with its list (Q5, Q6, Q14, Q15)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.web import case_file
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
OWED = "/exceptions?number=R-015&past_due=yes"


def figures(page: Page) -> dict[str, str]:
    """Give what each figure says, by the list it leads to."""
    links = page.tree.xpath("//h2[.='What needs somebody']/following-sibling::ul[1]//a")
    return {link.get("href"): link.text_content() for link in links}


def test_each_figure_leads_to_its_list(app: Flask, as_: As) -> None:
    case_file.write(app)
    dorothy = as_("dorothy")
    found = figures(dorothy.get("/exceptions"))
    assert found[OWED] == "1 thing we owe past due"
    assert found["/exceptions?number=C-09&past_due=yes"].endswith("past due")
    assert found["/exceptions?from_on=2026-03-01"].endswith("this month, overrides among them")
    assert found["/exceptions?number=R-031&past_due=yes"] == "0 letters past due"
    nobody = "0 comparisons with the list of the partner differ"
    assert found["/exceptions?number=R-098&past_due=yes"] == nobody
    assert set(found) >= {"/absences#nobody", "/absences#not-told", "/partner#not-confirmed"}
    for href in found:
        page = dorothy.get(href)
        _, _, place = href.partition("#")
        assert not place or page.tree.xpath(f"//*[@id='{place}']"), href
    rows = dorothy.get(OWED).tree.xpath("//tbody/tr")
    assert len(rows) == 1
    assert "Mend the kitchen tap" in rows[0].text_content()


def test_whoever_does_not_see_absences_or_the_partner_has_no_figure_of_them(
    app: Flask, as_: As
) -> None:
    case_file.write(app)
    found = figures(as_("claire").get("/exceptions"))
    assert {href.partition("?")[0] for href in found} == {"/exceptions"}


def test_an_unknown_wish_narrows_nothing(app: Flask, as_: As) -> None:
    case_file.write(app)
    dorothy = as_("dorothy")
    everything = dorothy.get("/exceptions").tree.xpath("//tbody/tr")
    odd = dorothy.get("/exceptions?past_due=perhaps").tree.xpath("//tbody/tr")
    assert len(odd) == len(everything) > 0
