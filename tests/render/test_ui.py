"""The pages of a twin as a build writes them, and edits of them by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shop import shop_twin, write_docs
from twingen.folders import templates_folder
from twingen.pipeline import Built, build
from twingen.twin.load import load_twin
from twingen.twin.views import views
from twingen.twin.write import dump_views


def again(folder: Path) -> Built:
    return build("shop", write_docs(folder.parent / "docs"), folder, adopt_from=folder)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shop_twin(tmp_path / "shop")


def test_what_is_written(shop: Path) -> None:
    twin = load_twin(shop)
    assert (shop / "ui.yaml").read_text() == dump_views(views(twin)) == dump_views(twin.views)
    page = (shop / "ui" / "index.html").read_text()
    assert page.encode() == twin.pages["index.html"]
    assert 'data-resource="item"' in page
    assert {"ui.yaml", "ui/index.html"} <= set(twin.lock.units)
    assert "<script>" not in page and "style=" not in page and "onclick=" not in page


def test_edits_by_hand_are_kept(shop: Path) -> None:
    page, style = shop / "ui" / "index.html", shop / "ui" / "mine.css"
    page.write_text(page.read_text().replace("<h1>Items</h1>", "<h1>Wares</h1>"))
    style.write_text("body { color: red }\n")
    built = again(shop)
    assert "<h1>Wares</h1>" in page.read_text()
    assert style.read_text() == "body { color: red }\n"
    assert set(built.adopted) == {"ui/index.html", "ui/mine.css"}
    assert built.twin.lock.units["ui.yaml"].origin == "inferred"


def test_the_page_follows_views_by_hand(shop: Path) -> None:
    file = shop / "ui.yaml"
    file.write_text("ui:\n- {resource: item, title: Wares & more, view: table}\n")
    built = again(shop)
    assert built.adopted == ("ui.yaml",)
    assert "<h1>Wares &amp; more</h1>" in (shop / "ui" / "index.html").read_text()


def test_pages_come_back_when_they_are_lost(shop: Path) -> None:
    before = (shop / "ui" / "index.html").read_bytes()
    (shop / "ui" / "index.html").unlink()
    (shop / "ui.yaml").unlink()
    (shop / "twin.lock").unlink()
    again(shop)
    assert (shop / "ui" / "index.html").read_bytes() == before


def test_the_script_stays_small() -> None:
    static = templates_folder() / "ui" / "static"
    assert sum(len(file.read_text().splitlines()) for file in static.glob("*.js")) < 900
    assert len((static / "style.css").read_text().splitlines()) < 400
    for file in static.glob("*.js"):
        text = file.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{file.name}: {word}"
