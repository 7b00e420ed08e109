"""The report in a browser, opened from a file: what a reader sees, filters, copies and prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, Page
from tests.report.making import large, report
from twingen.render.report import render
from twingen.report.model import Report


@pytest.fixture
def show(chromium: Chromium, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Return `show(report, width=375, dark=True)` → the page; nothing may go wrong on it."""
    pages: list[Page] = []

    def open_page(one: Report | None = None, *, fragment: str = "", **options: object) -> Page:
        file = tmp_path / "report.html"
        file.write_text(render(one or report(), "html")[1], encoding="utf-8")
        pages.append(chromium.page(f"{file.as_uri()}{fragment}", **options))  # type: ignore[arg-type]
        return pages[-1]

    yield open_page
    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.close()
    assert errors == []


def visible(page: Page, kind: str) -> int:
    return int(page.run(f"[...document.querySelectorAll('[data-row={kind}]')].filter(r => r.getClientRects().length).length"))


def test_the_verdict_and_the_figures_come_first(show: Callable[..., Page]) -> None:
    page = show()
    page.sees("Not converged", "h1")
    page.sees("2 findings left: 2 in resources/item.yaml")
    assert "3 of 4" in " ".join(page.text(".tiles").split())
    assert page.run("document.title") == "shop: conformance"  # nothing hostile ran


def test_search_and_filters(show: Callable[..., Page]) -> None:
    page = show()
    assert (visible(page, "finding"), visible(page, "operation")) == (3, 6)
    page.press("/")
    assert page.run("document.activeElement.id") == "search"
    page.fill("#search", "post missing")
    page.until("document.querySelector('[data-count=finding]').textContent === '1 of 3'")
    page.press("Escape")
    page.until("document.querySelector('[data-count=finding]').textContent === '3'")
    page.choose("#by-tier", "unsupported")
    assert (visible(page, "finding"), visible(page, "operation")) == (0, 1)
    page.sees("No finding matches.")
    page.click("#clear")
    page.choose("#by-status", "fails")
    assert visible(page, "operation") == 2
    page.click("#clear")
    page.run("document.querySelector('[data-choose=tag]').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))")
    assert page.run("document.querySelector('#by-resource').value") == "tag"
    assert visible(page, "operation") == 2


def test_a_failure_opens_and_its_command_is_copied(show: Callable[..., Page]) -> None:
    page = show()
    page.click("details.finding summary")
    page.sees("Every item says when it was created.")
    page.sees("curl http://127.0.0.1:9000/items/i1")
    page.click("[data-copy]")
    page.until("/Copied|Selected/.test(document.querySelector('[data-copy]').textContent)")


def test_a_link_to_a_finding_opens_it(show: Callable[..., Page]) -> None:
    anchor = show().run("document.querySelector('details.finding').id")
    page = show(fragment=f"#{anchor}")
    page.until(f"document.getElementById('{anchor}').open")


def test_keyboard_reaches_the_findings(show: Callable[..., Page]) -> None:
    page = show()
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    page.run("document.querySelector('details.finding summary').focus()")
    page.press("Enter")
    page.until("document.querySelector('details.finding').open")


def test_light_dark_and_the_switch(show: Callable[..., Page]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = show(), show(dark=True)
    assert light.run(ground) == "rgb(247, 248, 250)"
    assert dark.run(ground) == "rgb(18, 22, 29)"
    dark.click("#theme")
    dark.until(f"{ground} === 'rgb(247, 248, 250)'")


@pytest.mark.parametrize("one", [report(), large()], ids=["small", "large"])
def test_it_fits_a_telephone(show: Callable[..., Page], one: Report) -> None:
    page = show(one, width=375)
    assert page.run("document.documentElement.scrollWidth") == 375
    assert page.run("[...document.querySelectorAll('td')].every(td => td.getBoundingClientRect().right <= 375)")


def test_a_whole_service_filters_at_once(show: Callable[..., Page]) -> None:
    page = show(large())
    spent = page.run(
        "(() => { const t = performance.now(); const s = document.querySelector('#search');"
        " s.value = 'part7'; s.dispatchEvent(new Event('input')); return performance.now() - t; })()"
    )
    assert spent < 300
    assert visible(page, "operation") == 111


def test_contrast_of_every_badge(show: Callable[..., Page]) -> None:
    """Text on its wash has at least 4.5 : 1, in both themes."""
    script = """
    (() => {
      const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => {
        v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      return [...document.querySelectorAll('.badge, .verdict h1, .verdict dt, .dim')].map((one) => {
        let under = one;
        while (getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)') under = under.parentElement;
        const [a, b] = [light(getComputedStyle(one).color), light(getComputedStyle(under).backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      }).reduce((least, one) => Math.min(least, one), 99);
    })()"""
    assert show().run(script) >= 4.5
    assert show(dark=True).run(script) >= 4.5
