"""What is said, and with which exit code, when something is wrong. Whole messages are compared."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.cli.calling import Twingen
from tests.shop import shop_twin, write_docs

_RULE = "a name is lower-case letters, digits and dashes, with @VERSION if need be: okta, okta@2026-09"


def expect(result: object, code: int, err: str) -> None:
    assert (getattr(result, "err", None), getattr(result, "code", None)) == (err, code)


def test_docs_is_required(twingen: Twingen) -> None:
    expect(
        twingen("build", "shop"), 2, "twingen: --docs is missing\n  twingen build shop --docs DIR\n"
    )


def test_no_such_folder(twingen: Twingen) -> None:
    expect(
        twingen("build", "shop", "--docs", "nowhere"), 2,
        "twingen: nowhere: there is no such folder\n  --docs wants a folder\n",
    )  # fmt: skip


def test_a_file_for_a_folder(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    expect(
        twingen("build", "shop", "--docs", "docs/shop.yaml"), 2,
        "twingen: docs/shop.yaml: this is a file, and --docs wants a folder\n  --docs docs\n",
    )  # fmt: skip


def test_empty_folder(twingen: Twingen) -> None:
    (twingen.home / "docs").mkdir()
    result = twingen("build", "shop", "--docs", "docs", "-q")
    expect(
        result, 2,
        "twingen: the folder docs is empty\n  --docs takes a folder of documentation.\n",
    )  # fmt: skip


def test_folder_without_contract_says_what_it_found(twingen: Twingen) -> None:
    docs = twingen.home / "docs"
    docs.mkdir()
    (docs / "guide.md").write_text("# Guide\n\nCall us.\n")
    (docs / "table.json").write_text('{"rows": []}')
    result = twingen("build", "shop", "--docs", "docs", "-q")
    assert result.code == 4
    assert result.err == (
        "twingen: no contract in docs; found:\n"
        "    guide.md: page of text\n"
        "    table.json: JSON document that is no contract\n"
        "  twingen reads OpenAPI 3, Swagger 2.0, Google Discovery and Postman 2.1 documents.\n"
    )
    assert not (twingen.home / "generated").exists()


def test_broken_yaml_names_the_line(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs", "openapi: 3.0.3\ninfo: {title: Shop\npaths: {}\n")
    result = twingen("build", "shop", "--docs", "docs", "-q")
    assert result.code == 2
    assert result.err.startswith("twingen: shop.yaml:3: ")
    assert "Traceback" not in result.err


@pytest.mark.parametrize("name", ["./shop", "a/b", "../shop", "shop.yaml"])
def test_build_wants_a_name_not_a_path(twingen: Twingen, name: str) -> None:
    expect(
        twingen("build", name, "--docs", "docs"), 2,
        f"twingen: {name!r} is a path, and a name is wanted here\n"
        f"  {_RULE}; --out DIR says where the twin goes\n",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["Shop", "-shop", "sh op", "shop@", ""])
def test_illegal_names(twingen: Twingen, name: str) -> None:
    expect(
        twingen("build", "--docs", "docs", "--", name), 2,
        f"twingen: {name!r} is no name for a twin\n  {_RULE}\n",
    )  # fmt: skip


def test_foreign_files_in_out(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    out = twingen.home / "out"
    out.mkdir()
    (out / "diary.txt").write_text("mine")
    expect(
        twingen("build", "shop", "--docs", "docs", "--out", "out", "-q"), 2,
        "twingen: out: the folder holds other things than a twin: diary.txt\n"
        "  choose another --out, or empty the folder\n",
    )  # fmt: skip
    assert (out / "diary.txt").read_text() == "mine"


def test_foreign_files_beside_a_twin(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    out = shop_twin(twingen.home / "out")
    (out / "diary.txt").write_text("mine")
    expect(
        twingen("build", "shop", "--docs", "docs", "--out", "out", "-q"), 2,
        "twingen: out: the twin's folder holds foreign files: diary.txt\n"
        "  move them elsewhere; a build replaces the whole folder\n",
    )  # fmt: skip


def test_foreign_files_inside_a_twin(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    out = shop_twin(twingen.home / "out")
    (out / "resources" / "old").mkdir(parents=True)
    (out / "ui").mkdir(exist_ok=True)
    (out / "ui" / "photo.png").write_bytes(b"\x89PNG")
    expect(
        twingen("build", "shop", "--docs", "docs", "--out", "out", "-q"), 2,
        "twingen: out: the twin's folder holds foreign files: resources/old, ui/photo.png\n"
        "  move them elsewhere; a build replaces the whole folder\n",
    )  # fmt: skip
    assert (out / "ui" / "photo.png").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    closed = twingen.home / "closed"
    closed.mkdir(mode=0o500)
    expect(
        twingen("build", "shop", "--docs", "docs", "--out", "closed/shop", "-q"), 2,
        "twingen: closed/shop: no permission to write there\n  choose another --out\n",
    )  # fmt: skip


def test_fresh_and_adopt(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    expect(
        twingen("build", "shop", "--docs", "docs", "--fresh", "--adopt", "okta"), 2,
        "twingen: --fresh adopts nothing, --adopt something\n  give one of the two\n",
    )  # fmt: skip


def test_unknown_twin(twingen: Twingen) -> None:
    shop_twin(twingen.home / "generated" / "shop")
    result = twingen("run", "nobody")
    assert result.code == 2
    first, second, *rest = result.err.splitlines()
    assert first == "twingen: there is no twin 'nobody', neither in ./generated nor shipped with twingen"
    assert second.startswith("  twins here: ")
    assert "shop" in second
    assert rest == []


def test_path_that_is_no_twin(twingen: Twingen) -> None:
    (twingen.home / "some").mkdir()
    expect(
        twingen("run", "./some"), 2,
        "twingen: some: this folder is no twin: it has no twin.toml\n"
        "  give the folder that `twingen build` wrote\n",
    )  # fmt: skip


def test_newer_twin(twingen: Twingen) -> None:
    settings = shop_twin(twingen.home / "shop") / "twin.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 99"))
    expect(
        twingen("run", "./shop"), 2,
        "twingen: shop/twin.toml: the twin is in format 99, this twingen reads up to 1\n"
        "  upgrade twingen: pip install --upgrade twingen\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("service.yaml", None, "service.yaml is missing"),
        ("contract.json", None, "contract.json is missing"),
        ("contract.json", "{", "contract.json does not hold a contract"),
        ("twin.toml", "format =", "not valid TOML"),
        ("service.yaml", "service: [", "not valid YAML"),
        ("service.yaml", "service: shop\nsurprise: 1\n", "surprise"),
    ],
)
def test_damaged_twin(twingen: Twingen, file: str, content: str | None, message: str) -> None:
    path = shop_twin(twingen.home / "shop") / file
    path.unlink() if content is None else path.write_text(content)
    for command in (("run", "./shop"), ("show", "./shop", "--json")):
        result = twingen(*command)
        assert result.code == 2
        assert message in result.err
        assert "shop/" in result.err or "shop:" in result.err
        assert "Traceback" not in result.err
        assert result.out == ""


def test_build_over_a_damaged_twin_keeps_it_and_tells_of_fresh(twingen: Twingen) -> None:
    write_docs(twingen.home / "docs")
    service = shop_twin(twingen.home / "generated" / "shop") / "service.yaml"
    service.write_text("service: [")
    result = twingen("build", "shop", "--docs", "docs", "-q", "--no-verify")
    assert result.code == 2
    assert "--fresh" in result.err
    assert service.read_text() == "service: ["
    assert twingen("build", "shop", "--docs", "docs", "-q", "--no-verify", "--fresh").code == 0


def test_port_in_use(twingen: Twingen) -> None:
    shop_twin(twingen.home / "shop")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        expect(
            twingen("run", "./shop", "--port", str(port)), 2,
            f"twingen: port {port} on 127.0.0.1 is in use (shop was to be there)\n"
            "  stop what is running there, or choose another --port\n",
        )  # fmt: skip


def test_second_port_in_use_is_found_before_the_first_is_bound(twingen: Twingen) -> None:
    shop_twin(twingen.home / "shop")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        result = twingen("run", "./shop", "./shop", "--port", str(port - 1))
    assert result.code == 2
    assert result.out == ""
    assert f"port {port} " in result.err or f"port {port - 1} " in result.err


def test_host_that_others_reach_needs_a_token(twingen: Twingen) -> None:
    shop_twin(twingen.home / "shop")
    expect(
        twingen("run", "./shop", "--host", "0.0.0.0"), 2,
        "twingen: --host 0.0.0.0 lets others reach the control plane\n"
        "  add --control-token TOKEN (or $TWINGEN_CONTROL_TOKEN), or leave out --host\n",
    )  # fmt: skip


def test_unknown_operation(twingen: Twingen) -> None:
    shop_twin(twingen.home / "shop")
    result = twingen("show", "./shop", "item")
    assert result.code == 2
    assert result.err.endswith(
        "twingen: shop documents no operation 'item'\n"
        "  is it one of these? listItems, createItem, getItem, replaceItem, deleteItem\n"
    )


def test_unknown_command_and_option(twingen: Twingen) -> None:
    assert twingen("bild").code == 2
    assert twingen("build", "shop", "--doc", "x").code == 2
    assert "Traceback" not in twingen("build", "shop", "--docs", "x", "--seconds", "none").err


def test_debug_shows_the_traceback(twingen: Twingen) -> None:
    result = twingen("build", "shop", "--docs", "nowhere", "--debug")
    assert result.code != 0
    assert "Traceback" in result.err


def test_paths_in_messages_are_as_given(twingen: Twingen) -> None:
    assert str(Path.home()) not in twingen("run", "./nothing").err
