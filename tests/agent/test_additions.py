"""Operations that only prose documents become part of the contract, each with its citations."""

from __future__ import annotations

import json
from pathlib import Path

from tests.agent import lending
from tests.agent.conftest import KEY
from tests.agent.model_server import ModelServer, call, calls, in_order
from twingen import agent
from twingen.agent.additions import Extended, extend, mentioned
from twingen.agent.client import Client
from twingen.contract.diagnostics import Diagnostics
from twingen.contract.model import Contract
from twingen.ingest import read_folder
from twingen.ingest.prose import page

PROSE = """\
# Notes

## Add a note

`POST https://notes.example/v1/notes` adds a note. It takes `text`, a string that is required,
and answers 201 with the note: its `id` and `text`.

## Read a note

Call `GET https://notes.example/v1/notes/:noteId`. An unknown one is answered with 404.

See also `GET https://elsewhere.example/v1/things`.
"""
PAGES = (page("notes.md", PROSE),)
QUOTE = {"page": "notes.md", "quote": "`POST https://notes.example/v1/notes` adds a note."}
READ = {"page": "notes.md", "quote": "Call `GET https://notes.example/v1/notes/:noteId`."}
NOTE = {"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}
ANSWER = {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}
ADD = call(
    "add_operation", method="POST", path="/v1/notes", quotes=[QUOTE], schemas={"Note": NOTE},
    operation={
        "operationId": "addNote",
        "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}}}},
        "responses": {"201": {"description": "The note.", "content": ANSWER}},
    },
)  # fmt: skip
GET = call(
    "add_operation", method="GET", path="/v1/notes/{noteId}", quotes=[READ], schemas={"Note": NOTE},
    operation={
        "operationId": "getNote",
        "parameters": [{"name": "noteId", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "The note.", "content": ANSWER}, "404": {"description": "Unknown."}},
    },
)  # fmt: skip
DONE = call("submit_additions", summary="Both operations.")


def extended(tmp_path: Path, *replies: object, **more: object) -> tuple[Extended, ModelServer]:
    with ModelServer(in_order(*replies)) as server:  # type: ignore[arg-type]
        client = Client(api_key=KEY, base_url=server.url, first_wait=0.01)
        settings = agent.Settings(ledger=tmp_path / "ledger")
        done = extend("notes", None, PAGES, settings, model=client, **more)  # type: ignore[arg-type]
    return done, server


def test_what_prose_mentions() -> None:
    assert [(one.key, one.path, one.line) for one in mentioned(Contract(title=""), PAGES)] == [
        ("POST /v1/notes", "/v1/notes", 5), ("GET /v1/notes/{}", "/v1/notes/{noteId}", 10),
    ]  # fmt: skip
    contract = lending.twin().contract
    told = "`GET /books/{id}` is documented, `DELETE /books/{id}` is not."
    assert [one.key for one in mentioned(contract, (page("a.md", told),))] == ["DELETE /v1/books/{}"]


def test_prose_alone_compiles(tmp_path: Path) -> None:
    done, server = extended(tmp_path, calls(ADD, GET), calls(DONE))
    assert sorted(done.keys) == ["GET /v1/notes/{}", "POST /v1/notes"]
    assert done.document is not None and len(server.requests) == 2
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "additions.json").write_bytes(done.document)
    contract = read_folder(tmp_path / "docs", diagnostics=Diagnostics())
    assert sorted(operation.key for operation in contract.operations) == sorted(done.keys)
    cited = json.loads(done.document)["paths"]["/v1/notes"]["post"]["x-twingen-cites"]
    assert cited == [QUOTE]


def test_an_unchanged_page_costs_nothing(tmp_path: Path) -> None:
    extended(tmp_path, calls(ADD, GET), calls(DONE))
    done, server = extended(tmp_path, calls(DONE))
    assert server.requests == [] and len(done.keys) == 2


def test_inventions_are_sent_back(tmp_path: Path) -> None:
    invented = call(
        "add_operation", method="DELETE", path="/v1/notes/{noteId}", quotes=[QUOTE],
        operation={"responses": {"204": {"content": {"x": {"schema": {"$ref": "#/components/schemas/Nothing"}}}}}},
    )  # fmt: skip
    _, server = extended(tmp_path, calls(invented), calls(ADD, GET), calls(DONE))
    assert server.requests[1]["messages"][-1]["content"][0]["content"] == (
        "not added:\n"
        "the path's parameter 'noteId' is not declared\n"
        "there is no schema 'Nothing': give it under `schemas`"
    )


def test_nothing_to_add_asks_nothing(tmp_path: Path) -> None:
    done = extend("notes", None, (page("a.md", "# Nothing\n"),), agent.Settings(ledger=tmp_path / "ledger"))
    assert done.document is None and not (tmp_path / "ledger").exists()
