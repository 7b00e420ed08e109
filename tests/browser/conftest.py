"""Twins with their pages, built from the documents of this project, and a browser to look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, Page, find_chromium
from tests.conftest import ROOT, Served
from twingen.pipeline import build


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium: install the package chromium, or set $CHROMIUM to its program")
    browser = Chromium(program, tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def okta_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Okta twin as a build makes it now, with what the committed one knows."""
    out = tmp_path_factory.mktemp("twins") / "okta"
    build("okta", ROOT / "api_docs" / "okta", out, adopt_from=ROOT / "generated" / "okta")
    return out


@pytest.fixture
def okta(served: Callable[..., Served], okta_folder: Path) -> Served:
    """The Okta twin, served, as it is at first."""
    running = served(okta_folder)
    running.reset()
    return running


@pytest.fixture
def show(chromium: Chromium, okta: Served) -> Iterator[Callable[..., Page]]:
    """Return `show("#/user", width=375, dark=True)` → the page, once it shows records.

    No page may have thrown or tried to do what its policy forbids by the end of a test.
    """
    pages: list[Page] = []

    def open_page(route: str = "", *, query: str = "", **options: object) -> Page:
        page = chromium.page(f"{okta.url()}/_twin/ui{query}{route}", **options)  # type: ignore[arg-type]
        pages.append(page)
        page.until("document.querySelector('#view').children.length > 0")
        return page

    yield open_page
    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.close()
    assert errors == []
