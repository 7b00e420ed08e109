"""A small service of which rules know half: what lending means stands in prose alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from twingen import agent
from twingen.agent.memory import Memory
from twingen.contract.pages import Page
from twingen.ingest.prose import page
from twingen.pipeline import build
from twingen.twin.load import load_twin
from twingen.twin.model import Twin

OPENAPI = """\
openapi: 3.0.3
info: {title: Lending, version: "1.0"}
servers: [{url: "https://lending.example/v1"}]
security: [{token: []}]
paths:
  /books:
    get:
      operationId: listBooks
      tags: [book]
      responses:
        "200":
          description: All books.
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Book"}}}}
    post:
      operationId: addBook
      tags: [book]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewBook"}}}
      responses:
        "201":
          description: Added.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
  /books/{bookId}:
    parameters: [{name: bookId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getBook
      tags: [book]
      responses:
        "200":
          description: One book.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
        "404": {description: None of that id.}
  /books/{bookId}/lendings/current:
    parameters: [{name: bookId, in: path, required: true, schema: {type: string}}]
    post:
      operationId: lendBook
      tags: [lending]
      summary: Lend a book to a reader.
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Lending"}}}
      responses:
        "200":
          description: Lent.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
        "409": {description: It is lent already.}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    NewBook:
      type: object
      required: [title]
      properties:
        title: {type: string, minLength: 1}
    Lending:
      type: object
      required: [reader]
      properties:
        reader: {type: string}
    Book:
      type: object
      required: [id, title]
      properties:
        id: {type: string, readOnly: true}
        title: {type: string}
        reader: {type: string, readOnly: true}
"""

PROSE = """\
# Lending

## Lending a book

Lending a book sets its reader to the one that was sent.
A book that has a reader cannot be lent again: the answer is 409.

## Errors

Every error is an object with the members code and message.
"""

LEND = "POST /v1/books/{}/lendings/current"
UNIT = "resource/lending"

YAML = """\
resource: lending
about: Who has a book.
operations:
  POST /v1/books/{}/lendings/current:
    does: update
    of: book
    find: {book: "path[0]"}
    input: {}
    set: {reader: "{body.reader}"}
    guards: [{when: record.reader is not null, error: conflict}]
    cite: ["lending.md#lending-a-book"]
"""

CLAIMS = [
    {
        "claim": "Lending a book sets its reader.",
        "operations": [LEND],
        "quotes": [{"page": "lending.md", "quote": "Lending a book sets its reader to the one that was sent."}],
    }
]


@cache
def folder() -> Path:
    """Return the folder of the built twin; it is compiled once a process."""
    home = Path(mkdtemp(prefix="twingen-lending-"))
    docs = home / "docs"
    docs.mkdir()
    (docs / "lending.yaml").write_text(OPENAPI, encoding="utf-8")
    (docs / "lending.md").write_text(PROSE, encoding="utf-8")
    build("lending", docs, home / "lending")
    return home / "lending"


def twin() -> Twin:
    return load_twin(folder())


def files() -> dict[str, bytes]:
    home = folder()
    return {str(file.relative_to(home)): file.read_bytes() for file in home.rglob("*") if file.is_file()}


def pages(text: str = PROSE) -> tuple[Page, ...]:
    return (page("lending.md", text),)


def work(text: str = PROSE, memory: Memory | None = None, **more: object) -> agent.Work:
    """Return what the agent works on; `text` is the page of prose."""
    return agent.Work(
        twin=twin(), files=files(), pages=pages(text), memory=memory or Memory(), **more,  # type: ignore[arg-type]
    )  # fmt: skip
