"""What text means as YAML 1.2 or JSON, and what is said about broken text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Ingest
from twingen.contract.diagnostics import Diagnostics
from twingen.errors import DocumentError
from twingen.ingest import read_folder
from twingen.ingest.parse import parse

HEAD = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"
ONE = HEAD + "paths: {/x: {get: {responses: {200: {description: ok}}}}}\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-01-01", "2020-01-01"),
        ("12:30:45", "12:30:45"),
        ("no", "no"),
        ("On", "On"),
        ("true", True),
        ("~", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5e3", 1500.0),
        ("1.0.0", "1.0.0"),
        ("-x", "-x"),
        (".inf", ".inf"),
        ("18446744073709551616", 18446744073709551616),
        ("=", "="),
    ],
)
def test_scalars_of_yaml_1_2(text: str, value: Any) -> None:
    assert parse(f"a: {text}\n".encode(), "f").data == {"a": value}


def test_keys_are_text() -> None:
    assert parse(b"200: a\ntrue: b\nnull: c\n", "f").data == {"200": "a", "true": "b", "null": "c"}


def test_merge_keys_and_aliases() -> None:
    text = b"base: &b {x: 1, y: 2}\nhere: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}]}\nsame: *b\n"
    data = parse(text, "f").data
    assert data["here"] == {"x": 1, "y": 3}
    assert data["both"] == {"x": 1, "y": 2, "z": 4}
    assert data["same"] == data["base"]


def test_json_with_large_integers_and_comments() -> None:
    assert parse(b'{"a": 123456789012345678901234567890}', "f").data["a"] > 2**64
    assert parse(b'{"a": [1, 2,], # two\n}', "f").data == {"a": [1, 2]}


def test_byte_order_marks() -> None:
    assert parse(b"\xef\xbb\xbfa: 1\n", "f").data == {"a": 1}
    assert parse("a: ä\n".encode("utf-16"), "f").data == {"a": "ä"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"a: 1\nb: [1, 2\nc: 3\n",
            "f:3: broken YAML: did not find expected ',' or ']'\n"
            "  c: 3\n"
            "  Correct the file, or take it out of the folder.",
        ),
        (
            b'{\n "a": 1\n "b": 2\n}',
            "f:3: broken JSON: Expecting ',' delimiter\n"
            '  "b": 2\n'
            "  Correct the file, or take it out of the folder.",
        ),
        (b"a: \xff\n", "f:1: the text is not utf-8\n  Save the file as UTF-8."),
        (
            b"a: &x [*x]\n",
            "f:1: an alias stands inside of what it repeats\n"
            "  a: &x [*x]\n"
            "  Correct the file, or take it out of the folder.",
        ),
    ],
)
def test_broken_text(content: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, "f")
    assert str(caught.value) == message


def test_alias_bombs_do_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(DocumentError, match="its aliases expand to over 3,000,000 values"):
        parse("\n".join(lines).encode(), "f")


def test_nesting_without_end() -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        parse(b"[" * 200_000, "f")


def test_repeated_keys_are_said_with_their_line(ingest: Ingest) -> None:
    text = HEAD + "paths:\n  /x:\n    get: {responses: {}}\n    get: {operationId: second}\n"
    got = ingest({"api.yaml": text})
    assert got.contract.operations[0].id == "second"
    assert got.said("repeated-key") == [
        "warning: api.yaml:6 /paths/~1x/get: the key is given twice; the last one counts "
        "[repeated-key] (left out: what the first one says)"
    ]


def test_repeated_keys_in_json(ingest: Ingest) -> None:
    text = '{"openapi": "3.0.3",\n"info": {"title": "a",\n"title": "b", "version": "1"},'
    got = ingest({"api.json": text + '"paths": {"/x": {"get": {}}}}'})
    assert got.contract.title == "b"
    (said,) = got.said("repeated-key")
    assert said.startswith("warning: api.json:3 /info/title: ")


def test_broken_contract_alone(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(HEAD + "paths: {/x: [\n")
    with pytest.raises(DocumentError) as caught:
        read_folder(tmp_path, diagnostics=Diagnostics())
    assert str(caught.value) == (
        "api.yaml:4: broken YAML: did not find expected node content\n"
        "  Correct the file, or take it out of the folder."
    )


def test_broken_contract_among_others(ingest: Ingest) -> None:
    got = ingest({"bad.yaml": HEAD + "paths: {/x: ]\n", "good.yaml": ONE})
    assert got.keys == ["GET /x"]
    assert got.said("unreadable-document") == [
        "error: bad.yaml:3: broken YAML: did not find expected node content "
        "[unreadable-document] (left out: the document)"
    ]


def test_json_positions(ingest: Ingest) -> None:
    document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
                "paths": {"/x": {"get": {"parameters": [{"in": "query"}]}}}}  # fmt: skip
    got = ingest({"api": json.dumps(document, indent=1)})
    assert got.contract.operations[0].origin is not None
    assert got.contract.operations[0].origin.line == 9
    assert got.said("unexpected-value")[0].startswith(
        "warning: api:11 /paths/~1x/get/parameters/0: "
    )
