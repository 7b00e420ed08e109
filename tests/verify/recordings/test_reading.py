"""Every recorder's format gives the same exchanges; what is no recording is refused with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.verify.recordings.cassettes import Call, go, har, python, ruby, sessions, visit
from twingen.verify.recordings.model import Cassette
from twingen.verify.recordings.reading import read_file, read_recordings
from twingen.verify.recordings.sending import parsed
from twingen.verify.recordings.trouble import RecordingError, UnknownFormatError

FORMATS = {
    "har": har(visit()),
    "har, out of order": har(visit(), shuffled=True),
    "vcr": ruby(visit()),
    "vcr, gzip in base64": ruby(visit(), packed=True),
    "vcr, json": ruby(visit(), as_json=True),
    "vcrpy": python(visit()),
    "vcrpy, gzip in binary": python(visit(), packed=True),
    "vcrpy, json": python(visit(), as_json=True),
    "go-vcr 1": go(visit(), version=1),
    "go-vcr 3": go(visit(), version=3),
    "sessions": sessions(visit()),
}


def told(cassette: Cassette) -> list[tuple[str, str, int, object, object]]:
    return [
        (one.method, one.url, one.status, parsed(one.request.body), parsed(one.response.body))
        for one in cassette.exchanges
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_formats_say_the_same(name: str, tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_text(FORMATS[name])
    (cassette,) = read_file(file)
    assert told(cassette) == [
        (one.method, one.url, one.status, one.body, one.answer) for one in visit()
    ]
    assert cassette.recorder == {"sessions": "har"}.get(name, name.partition(",")[0].partition(" ")[0])


def test_gzip_folders_and_lines(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "visits.jsonl.gz").write_bytes(gzip.compress(sessions(visit(), visit()[:1]).encode()))
    (tmp_path / "a.yml").write_text(python(visit()[:2]))
    (tmp_path / "notes.md").write_text("Not a recording, and not looked at.")
    (tmp_path / "package.json").write_text('{"name": "shop"}')
    passed: list[UnknownFormatError] = []
    found = read_recordings([tmp_path], passed)
    assert [(error.where, error.message) for error in passed] == [
        (f"{tmp_path}/package.json:1", "not a recording: its keys are name")
    ]
    assert [(one.name, len(one.exchanges)) for one in found] == [("a.yml", 2), ("visit 0", 5), ("visit 1", 1)]


def test_go_form_without_body_and_python_2_texts(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(
        "version: 1\ninteractions:\n"
        "- request:\n    method: POST\n    url: https://shop.example/api/v1/items\n"
        "    body: ''\n    form: {name: [Lamp], tag: [a, b]}\n    headers: {}\n"
        "  response: {body: !!python/unicode '{}', headers: {}, status: 200 OK, code: 200}\n"
    )
    (cassette,) = read_file(file)
    (one,) = cassette.exchanges
    assert one.request.body == b"name=Lamp&tag=a&tag=b"
    assert one.request.headers == {"content-type": "application/x-www-form-urlencoded"}
    assert one.response.body == b"{}"


def test_what_the_recorder_lost_is_said(tmp_path: Path) -> None:
    value = json.loads(har([Call("POST", "/items", 201, {"id": "x"}, {"name": "Lamp"})]))
    entry = value["log"]["entries"][0]
    del entry["request"]["postData"]
    del entry["response"]["content"]["text"]
    entry["response"]["content"]["size"] = 12
    file = tmp_path / "lost.har"
    file.write_text(json.dumps(value))
    (one,) = read_file(file)[0].exchanges
    assert (one.request.lost, one.response.lost) == ("the recorder kept no body",) * 2


_READS = "HAR, VCR (ruby), vcrpy, go-vcr, and sessions as JSON lines"
_BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN = {
    "empty": ("", ": not a recording: the file is empty\n  replay reads " + _READS),
    "json": (
        '{"log": {\n  "entries": [}\n}',
        ":2: not a recording: not valid JSON: Expecting value\n  it was read as JSON; replay reads " + _READS,
    ),
    "yaml": (
        "interactions:\n- request: [\n",
        ":3: not a recording: not valid YAML: did not find expected node content\n"
        "  it was read as YAML; replay reads " + _READS,
    ),
    "objects": (
        "interactions:\n- request:\n    body: !!python/object/apply:os.system [ls]\n",
        ":3: not a recording: YAML that is not plain data: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object/apply:os.system'\n"
        "  a recording is data: objects of a program are never loaded",
    ),
    "bomb": (
        _BOMB,
        ": not a recording: its aliases stand for more than 5,000,000 values\n  a recording needs no such aliases",
    ),
    "in itself": (
        "a: &a\n- *a\n",
        ": not a recording: nested too deeply, or in itself\n  a recording needs no such aliases",
    ),
    "another document": (
        "openapi: 3.1.0\ninfo: {}\n",
        ":1: not a recording: its keys are openapi, info\n  it is none of these: " + _READS,
    ),
    "a list": ("[1, 2]", ":1: not a recording: it holds a list\n  it is none of these: " + _READS),
    "har without entries": (
        '{\n"log":\n{"entries": {}}}',
        ":3: not a recording: log.entries is no list\n  it was read as HAR; replay reads " + _READS,
    ),
    "har entry": (
        '{"log": {"entries": [\n{"request": {"method": "GET", "url": "http://a"},\n "response": {}}]}}',
        ":2: not a recording: entry 1 is broken: no 'status'\n  it was read as HAR; replay reads " + _READS,
    ),
    "vcr interaction": (
        "http_interactions:\n- request: {method: get, uri: 'http://a'}\n"
        "  response: {status: {code: 200}}\n- request: {method: get}\n  response: {}\n",
        ":4: not a recording: interaction 2 is broken: no 'request.uri'\n  it was read as vcr; replay reads " + _READS,
    ),
    "line": (
        sessions(visit()) + '{"session": 1}\n',
        ":2: not a recording: its keys are session\n  it is none of these: " + _READS,
    ),
    "broken line": (
        sessions(visit(), visit()) + "{oops\n",
        ":3: not a recording: not valid JSON: Expecting property name enclosed in double quotes\n"
        "  it was read as JSON; replay reads " + _READS,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_recording(name: str, tmp_path: Path) -> None:
    text, message = BROKEN[name]
    file = tmp_path / "it"
    file.write_text(text)
    with pytest.raises(RecordingError) as caught:
        read_file(file)
    assert str(caught.value) == f"{file}{message}"
    assert caught.value.exit_code == 2


def test_binary_damaged_and_missing(tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_bytes(b"PNG\n\xff\xfe")
    with pytest.raises(RecordingError) as caught:
        read_file(file)
    assert str(caught.value) == f"{file}:2: not a recording: it is no text (UTF-8)\n  replay reads {_READS}"
    file.write_bytes(gzip.compress(b"{}")[:-9])
    with pytest.raises(RecordingError) as caught:
        read_file(file)
    assert str(caught.value) == f"{file}: not a recording: its gzip is damaged"
    with pytest.raises(RecordingError) as caught:
        read_recordings([tmp_path / "none.har"])
    assert str(caught.value) == f"{tmp_path}/none.har: there is no such file"
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError) as caught:
        read_recordings([tmp_path / "empty"])
    assert str(caught.value).startswith(f"{tmp_path}/empty: no recordings in this folder\n")

