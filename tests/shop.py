"""A small service, documented in the test: items that are listed, made, read, changed and deleted."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from twingen.pipeline import build

OPENAPI = """\
openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: "https://shop.example/api/v1"}]
security: [{token: []}]
paths:
  /items:
    get:
      operationId: listItems
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: after, in: query, schema: {type: string}}
      responses:
        "200":
          description: All items.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Item"}}
    post:
      operationId: createItem
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/NewItem"}
            example: {name: Lamp, price: 12.5}
      responses:
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}
        "400": {description: Invalid.}
  /items/{itemId}:
    parameters:
      - {name: itemId, in: path, required: true, schema: {type: string}}
    get:
      operationId: getItem
      responses:
        "200":
          description: One item.
          content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}
        "404": {description: None of that id.}
    put:
      operationId: replaceItem
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewItem"}}}
      responses:
        "200":
          description: Changed.
          content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}
    delete:
      operationId: deleteItem
      responses:
        "204": {description: Gone.}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    NewItem:
      type: object
      required: [name]
      properties:
        name: {type: string, minLength: 1}
        price: {type: number}
        tags: {type: array, items: {type: string}}
    Item:
      type: object
      required: [id, name]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string}
        price: {type: number}
        tags: {type: array, items: {type: string}}
        created: {type: string, format: date-time, readOnly: true}
"""


def write_docs(folder: Path, text: str = OPENAPI) -> Path:
    """Write the service's documents into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.yaml").write_text(text, encoding="utf-8")
    return folder


@cache
def _built() -> Path:
    home = Path(mkdtemp(prefix="twingen-shop-"))
    build("shop", write_docs(home / "docs"), home / "shop")
    return home / "shop"


def shop_twin(folder: Path) -> Path:
    """Put the built twin into `folder` and return it; it is compiled once a process."""
    shutil.copytree(_built(), folder)
    return folder
