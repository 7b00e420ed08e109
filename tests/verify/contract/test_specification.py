"""A contract as schemathesis is told of it, and requests as curl commands."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.runtime.making import contract_of, document
from tests.verify.contract.making import ERROR, ITEM, body, openapi, sound
from twingen.twin.model import Service
from twingen.verify.contract.curl import curl
from twingen.verify.contract.specification import conventions, specification

# What stands in for curl: it prints its arguments and what was piped into it.
_TELL = "import sys, json; print(json.dumps([sys.argv[1:], sys.stdin.buffer.read().hex()]))"
PLAIN = Service(name="small")


def test_templates_that_differ_in_names_only_are_one_path() -> None:
    contract = contract_of(document("GET /items/{id}\nDELETE /items/{item}\nGET /items/{id}/tags/{tag}"))
    spec = specification(contract, PLAIN)
    assert set(spec.paths) == {"/items/{id}", "/items/{id}/tags/{tag}"}
    assert [p["name"] for p in spec.paths["/items/{id}"]["delete"]["parameters"]] == ["id"]
    assert spec.keys["DELETE /items/{id}"] == "DELETE /items/{}"
    assert spec.methods["/items/{id}"] == {"GET", "DELETE"}


def test_operations_that_share_method_and_path_are_left_out_with_a_reason() -> None:
    contract = contract_of(document("GET /items"))
    first = contract.operations[0]
    other = replace(first, key="files GET /items", id="other", host="files")
    spec = specification(replace(contract, operations=(first, other)), PLAIN)
    assert spec.left_out == {
        "files GET /items": "OpenAPI cannot tell it from GET /items: they share method and path"
    }


def test_an_operation_is_left_out_where_openapi_has_no_words() -> None:
    contract = contract_of(document("GET /items"))
    first = contract.operations[0]
    odd = tuple(
        replace(first, key=key, method=method, path=path)
        for key, method, path in (("LINK /a", "LINK", "/a"), ("GET /a?b", "GET", "/a?b"))
    )
    spec = specification(replace(contract, operations=odd), PLAIN)
    assert spec.left_out == {
        "LINK /a": "OpenAPI has no word for the method LINK",
        "GET /a?b": "its path holds a query, which OpenAPI cannot express",
    }


def test_arguments_that_are_credentials_are_not_generated() -> None:
    parameters = [
        {"name": "token", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "name", "in": "query", "schema": {"type": "string"}},
    ]
    shape = document("GET /items", {"GET /items": {"parameters": parameters}})
    shape["components"]["securitySchemes"] = {"token": {"type": "apiKey", "in": "query", "name": "token"}}
    spec = specification(contract_of(shape), PLAIN)
    operation = spec.paths["/items"]["get"]
    assert [p["name"] for p in operation["parameters"]] == ["name"]
    assert operation["security"] == [{"credential": []}]


def test_an_error_status_of_a_tenth_of_the_operations_is_a_convention_with_its_schema() -> None:
    many = document("\n".join(f"GET /things{n}" for n in range(18)))
    for n in (0, 1):
        many["paths"][f"/things{n}"]["get"]["responses"]["400"] = body(ERROR)
    many["paths"]["/things2"]["get"]["responses"]["409"] = body(ERROR)
    contract = contract_of(many)
    reasons, bodies = conventions(contract, PLAIN)
    assert reasons == {"400": "2 of 18 operations document it"}
    assert bodies["400"]["content"]["application/json"]["schema"] == ERROR
    spec = specification(contract, PLAIN)
    assert set(spec.paths["/things9"]["get"]["responses"]) == {"200", "400"}
    assert set(spec.paths["/things2"]["get"]["responses"]) == {"200", "400", "409"}


def test_an_error_case_counts_only_where_the_service_cites_its_documents() -> None:
    twin = sound()
    contract = contract_of(openapi())
    assert "405" not in conventions(contract, twin.service)[0]
    cited = replace(twin.service, cite=("errors.md#codes",))
    assert conventions(contract, cited)[0]["405"] == (
        "the error case method_not_allowed of service.yaml has it (errors.md#codes)"
    )


def test_documents_without_any_error_status_promise_no_acceptance() -> None:
    spec = specification(contract_of(document("GET /items")), PLAIN)
    assert spec.silent
    assert set(spec.paths["/items"]["get"]["responses"]) == {"200", "4XX"}


def test_a_status_without_a_body_has_none() -> None:
    shape = document("GET /items", {"GET /items": {"responses": {"204": body(ITEM), "400": body(ERROR)}}})
    written = specification(contract_of(shape), PLAIN).paths["/items"]["get"]["responses"]
    assert "content" not in written["204"]
    assert "content" in written["400"]


def test_only_components_that_are_needed_go_along() -> None:
    shape = document("GET /a\nGET /b")
    shape["components"]["schemas"] = {"A": {"$ref": "#/components/schemas/C"}, "B": {}, "C": {}}
    for name in ("a", "b"):
        shape["paths"][f"/{name}"]["get"]["responses"]["200"] = body({"$ref": f"#/components/schemas/{name.upper()}"})
    spec = specification(contract_of(shape), PLAIN)
    assert set(spec.document(["GET /a"])["components"]["schemas"]) == {"A", "C"}
    assert set(spec.document()["components"]["schemas"]) == {"A", "B", "C"}


def test_safe_only_leaves_out_what_may_change_something() -> None:
    spec = specification(sound().contract, sound().service, safe_only=True)
    assert set(spec.keys.values()) == {"GET /items", "GET /items/{}"}
    assert spec.left_out["POST /items"] == "it may change something, and only reading was asked for"


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"X-Note": "it's"}, b""),
        ({"Content-Type": "application/json"}, '{"name": "a\'b $HOME `c` \\" é"}'.encode()),
        ({"Content-Type": "text/plain"}, b"two\nlines\tand \x01"),
        ({"Content-Type": "image/png"}, bytes(range(256))),
        ({"X-Empty": ""}, b""),
    ],
)
def test_a_command_sends_what_was_sent(headers: dict[str, str], content: bytes) -> None:
    command = curl("POST", "http://127.0.0.1:1", "/a?b=%20[c]", headers, content)
    script = f"curl() {{ {shlex.quote(sys.executable)} -c {shlex.quote(_TELL)} \"$@\"; }}\n{command}"
    done = subprocess.run(["bash", "-c", script], input=b"", capture_output=True, check=True)
    words, piped = json.loads(done.stdout)
    piped = bytes.fromhex(piped)
    assert "http://127.0.0.1:1/a?b=%20[c]" in words
    for name, value in headers.items():
        assert (f"{name}: {value}" if value else f"{name};") in words
    if content:
        sent = words[words.index("--data-binary") + 1]
        assert (piped if sent == "@-" else sent.encode()) == content
