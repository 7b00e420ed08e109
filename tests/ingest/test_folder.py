"""Which files of a folder count, and how several contracts become one."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Ingest, answering, openapi, read, written
from twingen.contract.diagnostics import Diagnostics
from twingen.errors import NoContractError, UsageError
from twingen.ingest import read_folder

OK: dict[str, Any] = {"responses": {"200": {"description": "ok"}}}


def refused(folder: Path) -> str:
    with pytest.raises((UsageError, NoContractError)) as caught:
        read_folder(folder, diagnostics=Diagnostics())
    return str(caught.value).replace(str(folder), "DOCS")


def test_no_such_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone") == (
        "no such folder: DOCS\n  --docs takes a folder of documentation, or a file."
    )


def test_empty_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == (
        "the folder DOCS is empty\n  --docs takes a folder of documentation."
    )


def test_no_contract(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "a.md": "# Use\n\n```yaml\nopenapi: 3.0.0\n```\n",
            "b.html": "<!doctype html><p>openapi: 3",
            "c.bin": b"\0\1\2openapi: 3.0",
            "events.yaml": "asyncapi: 2.6.0\ninfo: {}\n",
            "schema.json": '{"$schema": "http://json-schema.org/draft-07/schema#"}',
            "calls/1.json": '{"name": 1}',
            "calls/2.json": '{"name": 2}',
            "package.json": '{"dependencies": {"openapi": "1.0"}}',
        },
    )
    assert refused(tmp_path) == (
        "no contract in DOCS; found:\n"
        "    a.md: page of text\n"
        "    b.html: HTML page\n"
        "    c.bin: binary file\n"
        "    calls: 2 JSON documents that are no contract\n"
        "    events.yaml: AsyncAPI 2.6.0 document: no reader\n"
        "    package.json: JSON document that is no contract\n"
        "    schema.json: JSON Schema: no contract\n"
        "  twingen reads OpenAPI 3, Swagger 2.0, Google Discovery and Postman 2.1 documents."
    )


def test_contract_without_operations(tmp_path: Path) -> None:
    written(tmp_path, {"a.yaml": openapi({})})
    assert "a.yaml: describes no operation" in refused(tmp_path)


def test_what_is_no_contract_is_said(ingest: Ingest) -> None:
    files = {"api.txt": openapi({"/x": {"get": OK}}), "guide/a.md": "# A", "guide/b.md": "# B"}
    got = ingest(files)
    assert got.keys == ["GET /x"]
    assert [str(d) for d in got.diagnostics] == ["note: guide: 2 pages of text [not-a-contract]"]


def test_a_single_file(tmp_path: Path) -> None:
    get = answering({"$ref": "./pet.yaml"})
    written(tmp_path, {"api.yaml": openapi({"/x": {"get": get}}), "pet.yaml": {"type": "object"}})
    got = read(tmp_path / "api.yaml")
    assert got.keys == ["GET /x"]
    assert got.contract.schemas == {"pet": {"type": "object"}}


def test_huge_nonsense_costs_nothing(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.write(b'{"a": 1, ')
        file.truncate(60_000_000)
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.write(b"openapi: 3.0.0\n")
        file.truncate(60_000_000)
    written(tmp_path, {"api.yaml": openapi({"/x": {"get": OK}})})
    start = time.perf_counter()
    got = read(tmp_path)
    assert time.perf_counter() - start < 1
    assert got.keys == ["GET /x"]


def test_contract_over_the_size_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.yaml").write_bytes(b"openapi: 3.0.0\n" + b"#" * 60_000_000)
    written(tmp_path, {"api.yaml": openapi({"/x": {"get": OK}})})
    assert read(tmp_path).said("too-large") == [
        "error: huge.yaml: the file looks like a contract but has 60 MB [too-large] "
        "(left out: the document)"
    ]


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", {"api.yaml": openapi({"/secret": {"get": OK}})})
    docs = written(tmp_path / "docs", {"api.yaml": openapi({"/x": {"get": OK}})})
    os.symlink(outside / "api.yaml", docs / "link.yaml")
    os.symlink(outside, docs / "folder")
    got = read(docs)
    assert got.keys == ["GET /x"]
    assert got.said("outside-folder") == [
        f"warning: {name}: the link leads out of the documentation folder [outside-folder] "
        "(left out: what it leads to)"
        for name in ("folder", "link.yaml")
    ]


def test_several_contracts_stand_by_size_then_path(ingest: Ingest) -> None:
    got = ingest(
        {
            "b.yaml": openapi({"/b": {"get": OK}}, info={"title": "B", "version": "1"}),
            "a.yaml": openapi({"/a": {"get": OK}}, info={"title": "A", "version": "1"}),
            "z.yaml": openapi({"/z": {"get": OK, "put": OK}}, info={"title": "Z", "version": "1"}),
        }
    )
    assert got.contract.title == "Z"
    assert got.keys == ["GET /z", "PUT /z", "GET /a", "GET /b"]
    assert [d.path for d in got.contract.documents] == ["z.yaml", "a.yaml", "b.yaml"]


def test_schemas_of_one_name(ingest: Ingest) -> None:
    """Same: one. Different: the later one is renamed, and with it what refers to it."""
    user = {"properties": {"tag": {"$ref": "#/components/schemas/Tag"}}}
    base = {"Same": {"type": "string"}, "User": user}
    paths = {"/a": {"get": answering({"$ref": "#/components/schemas/User"}), "put": OK}}
    more = {"/b": {"get": answering({"$ref": "#/components/schemas/User"})}}
    got = ingest(
        {
            "one.yaml": openapi(paths, {**base, "Tag": {"type": "string"}}),
            "two.yaml": openapi(more, {**base, "Tag": {"type": "integer"}},
                                info={"title": "Two", "version": "1"}),
        }
    )  # fmt: skip
    assert sorted(got.contract.schemas) == ["Same", "Tag", "Tag_two", "User", "User_two"]
    assert got.contract.schemas["User_two"] == {
        "properties": {"tag": {"$ref": "#/components/schemas/Tag_two"}}
    }
    schema = got.operation("GET /b").responses[0].content[0].schema
    assert schema == {"$ref": "#/components/schemas/User_two"}
    assert got.said("renamed-schema") == [
        "note: two.yaml: 2 schemas differ from those of the same name in other documents; "
        "here they are called Name_two: Tag, User [renamed-schema]"
    ]


def test_same_route_in_two_contracts(ingest: Ingest) -> None:
    other = {**OK, "operationId": "other"}
    got = ingest(
        {
            "one.yaml": openapi({"/a": {"get": {**OK, "operationId": "it"}, "put": OK}}),
            "two.yaml": openapi({"/a": {"get": {**OK, "operationId": "it"}}, "/b": {"get": other}},
                                info={"title": "Two", "version": "1"}),
        }
    )  # fmt: skip
    assert [(o.key, o.id) for o in got.contract.operations] == [
        ("GET /a", "it"),
        ("PUT /a", "put_a"),
        ("GET /a#two", "it_two"),
        ("GET /b", "other"),
    ]


def test_hosts_of_several_contracts(ingest: Ingest) -> None:
    def api(host: str, path: str, title: str) -> dict[str, Any]:
        info = {"title": title, "version": "1"}
        return openapi({path: {"get": OK}}, info=info, servers=[{"url": host}])

    got = ingest(
        {
            "a.yaml": api("https://api.example/v1", "/x", "A"),
            "b.yaml": api("https://files.example", "/x", "B"),
            "c.yaml": api("https://{tenant}", "/y", "C"),
            "d.yaml": api("https://api.example/v2", "/x", "D"),
        }
    )
    assert got.keys == ["GET /v1/x", "files.example GET /x", "GET /y", "GET /v2/x"]


def test_newest_release_wins(ingest: Ingest) -> None:
    def release(version: str, *paths: str) -> dict[str, Any]:
        return openapi({p: {"get": OK} for p in paths}, info={"title": "T", "version": version})

    got = ingest(
        {
            "old.yaml": release("2024.9", "/a", "/b", "/c"),
            "new.yaml": release("2024.10", "/a", "/b", "/d", "/e"),
        }
    )
    assert [d.path for d in got.contract.documents] == ["new.yaml"]
    assert got.said("older-release") == [
        "note: old.yaml: T 2024.9 is an older release of new.yaml (2024.10) [older-release] "
        "(left out: the document)"
    ]


def test_two_contracts_of_one_title_that_share_little_both_count(ingest: Ingest) -> None:
    got = ingest(
        {
            "1.yaml": openapi({p: {"get": OK} for p in ("/a", "/b", "/c")}),
            "2.yaml": openapi(
                {p: {"get": OK} for p in ("/d", "/e", "/f")}, info={"title": "Pets", "version": "2"}
            ),
        }
    )
    assert len(got.keys) == 6


def test_cache(tmp_path: Path) -> None:
    get = answering({"type": "object"}, example='{"a": 1}')
    docs = written(tmp_path / "docs", {"api.yaml": openapi({"/x": {"get": get}}), "a.md": "# A"})
    cache = tmp_path / "cache"
    first = read(docs, cache=cache)
    events: list[str] = []
    second = read(docs, cache=cache, on_event=events.append)
    assert second == first
    assert events == []
    for entry in cache.rglob("*.json"):
        entry.write_text('{"contract": {}')
    assert read(docs, cache=cache) == first
    for entry in cache.rglob("*.json"):
        entry.write_text('{"contract": {}, "diagnostics": []}')
    assert read(docs, cache=cache) == first
    written(docs, {"api.yaml": openapi({"/y": {"get": get}})})
    assert read(docs, cache=cache).keys == ["GET /y"]
    assert not [*cache.rglob("*.part")]


def test_lines_do_not_depend_on_the_cache(tmp_path: Path) -> None:
    paths = {"/x": {"get": answering({"$ref": "#/components/schemas/Gone"})}}
    docs = written(tmp_path / "docs", {"api.yaml": openapi(paths)})
    cache = tmp_path / "cache"
    first = read(docs, cache=cache)
    written(docs, {"page.md": "# more"})
    second = read(docs, cache=cache)
    assert second.said("dangling-ref") == first.said("dangling-ref")
    origins = [o.origin for o in first.contract.operations]
    assert [o.origin for o in second.contract.operations] == origins


def test_advice_is_asked_for_and_never_gates(ingest: Ingest) -> None:
    document = openapi({"/x": {"get": {}}})
    assert ingest({"api.yaml": document}).said("advice") == []
    said = ingest({"api.yaml": document}, advice=True).said("advice")
    assert said and all(line.startswith("note: api.yaml:") for line in said)
