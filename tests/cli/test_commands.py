"""What the commands print and write when all is well."""

from __future__ import annotations

import json
import time

from tests.cli.calling import Twingen
from tests.shop import shop_twin, write_docs


def test_build_then_list_and_show(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    built = twingen("build", "shop", "--docs", "docs", "--no-verify", "--agent", "off")
    assert built.code == 0, built.err
    assert "written to generated/shop" in built.out
    assert "next: twingen run generated/shop" in built.out
    assert "no agent (--agent off)" in built.out
    assert built.err == ""

    listed = twingen("list")
    rows = [line.split("\t") for line in listed.out.splitlines()]
    assert ["shop", "5"] in [row[:2] for row in rows]
    assert {row["name"] for row in json.loads(twingen("list", "--json").out)} >= {"shop"}

    shown = json.loads(twingen("show", "shop", "--json").out)
    assert set(shown) == {
        "name", "path", "documented", "semantic", "shape", "unsupported", "added", "kinds",
        "operations", "credential", "token",
    }  # fmt: skip
    assert (shown["name"], shown["path"], shown["documented"]) == ("shop", "generated/shop", 5)
    assert shown["semantic"] + shown["shape"] + shown["unsupported"] == shown["documented"]
    assert shown["kinds"] == {"documented": 0, "semantic": 0}
    assert shown["credential"] == f"Bearer {shown['token']}"
    assert set(shown["operations"][0]) == {"key", "id", "method", "path", "tier", "reasons"}


def test_show_finds_an_operation_by_id_key_and_path(twingen: Twingen) -> None:
    shop_twin(twingen.home / "shop")
    key = json.loads(twingen("show", "./shop", "getItem", "--json").out)["key"]
    for text in ("getItem", key, "GET /api/v1/items/{itemId}", "get /api/v1/items/{itemId}"):
        assert json.loads(twingen("show", "./shop", text, "--json").out)["id"] == "getItem"


def test_a_twin_that_has_not_converged_is_written_all_the_same(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    built = twingen(
        "build", "shop", "--docs", "docs", "--seconds", "1", "--jobs", "1", "--json", "--report", "report"
    )
    assert built.code == 3, built.err
    assert "not converged" in built.err
    told = json.loads(built.out)
    assert (told["written"], told["converged"], told["documented"]) == (True, False, 5)
    assert "quiet rounds within 1 seconds" in told["not_reached"]
    assert told["proof"]["documented"] == 5
    page = twingen.home / "generated" / "shop" / "CONFORMANCE.md"
    assert "**Not converged.**" in page.read_text()
    names = ["junit.xml", "report.html", "report.json"]
    assert sorted(file.name for file in (twingen.home / "report").iterdir()) == names
    # Quietly, why it is not converged is still said, and nothing else.
    quiet = twingen("build", "shop", "--docs", "docs", "--seconds", "1", "-q")
    assert (quiet.code, quiet.out) == (3, "")
    assert quiet.err.startswith("not converged: ") and quiet.err.count("\n") == 1


def test_dry_run_writes_nothing(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    built = twingen("build", "shop", "--docs", "docs", "--dry-run")
    assert built.code == 0
    assert "nothing was written" in built.out
    assert not (twingen.home / "generated").exists()


def test_quiet_prints_nothing(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    built = twingen("build", "shop", "--docs", "docs", "--no-verify", "-q")
    assert (built.code, built.out, built.err) == (0, "", "")


def test_edits_by_hand_are_adopted(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    assert twingen("build", "shop", "--docs", "docs", "--no-verify", "-q").code == 0
    file = twingen.home / "generated" / "shop" / "resources" / "item.yaml"
    edited = "# Edited by hand.\n" + file.read_text()
    file.write_text(edited)
    assert twingen("build", "shop", "--docs", "docs", "--no-verify", "-q").code == 0
    assert file.read_text() == edited
    elsewhere = ("build", "shop", "--docs", "docs", "--no-verify", "-q", "--out", "other")
    assert twingen(*elsewhere).code == 0
    assert (twingen.home / "other" / "resources" / "item.yaml").read_text() == edited
    assert twingen(*elsewhere, "--fresh").code == 0
    assert (twingen.home / "other" / "resources" / "item.yaml").read_text() != edited


def test_versions_stand_side_by_side(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    assert twingen("build", "shop@2.0", "--docs", "docs", "--no-verify", "-q").code == 0
    assert (twingen.home / "generated" / "shop@2.0" / "twin.toml").exists()
    assert json.loads(twingen("show", "shop@2.0", "--json").out)["name"] == "shop"


def test_the_same_build_gives_the_same_files(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    for out in ("one", "two"):
        assert twingen("build", "shop", "--docs", "docs", "--out", out, "--no-verify", "-q").code == 0
    one, two = (
        {file.relative_to(home): file.read_bytes() for file in home.rglob("*") if file.is_file()}
        for home in (twingen.home / "one", twingen.home / "two")
    )
    assert one == two


def test_help_teaches_and_is_quick(twingen: Twingen) -> None:
    twingen("--help")
    begun = time.perf_counter()
    shown = twingen("--help")
    assert time.perf_counter() - begun < 1.5  # 0.15 s where nothing else runs
    assert "twingen run okta" in shown.out
    assert "Exit codes" in shown.out
    for command in ("build", "run", "check", "list", "show"):
        assert "Examples:" in twingen(command, "--help").out


def test_version(twingen: Twingen) -> None:
    from twingen import __version__

    assert twingen("--version").out == f"twingen {__version__}\n"
