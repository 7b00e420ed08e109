"""Planted defects are found, each once, and a twin that keeps its contract has none."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import orjson

from tests.runtime.making import twin_of
from tests.verify.contract.making import ITEMS, SERVICE, Spoilt, body, check, openapi, sound
from twingen.runtime.http import Request, Response


def test_a_sound_twin_has_no_findings_in_any_phase() -> None:
    heard = check(sound(), phases=("examples", "coverage", "fuzzing", "stateful"), max_examples=5)
    assert [finding.title for finding in heard.findings] == []
    assert set(heard.tallies("published")) == {
        "GET /items", "POST /items", "GET /items/{}", "DELETE /items/{}",
    }  # fmt: skip
    assert heard.tallies("published") == heard.tallies("overlay")
    assert all(cases > 5 for cases, _ in heard.tallies("overlay").values())


def test_an_undocumented_status_is_found_with_a_command_that_shows_it() -> None:
    twin = twin_of(openapi(), ITEMS.replace("status: 201", "status: 200"), service=SERVICE)
    heard = check(twin)
    assert heard.named == {("POST /items", "status_code_conformance")}
    finding = heard.findings[0]
    assert finding.title == "POST /items: Undocumented status code: Received: 200"
    assert finding.expected == "one of the documented statuses: 201, 400, 401, 415"
    assert finding.unit == "resources/item.yaml"
    assert finding.columns == ("published", "overlay")
    assert [(p.document, p.pointer) for p in finding.passages] == [("api.json", "/paths/~1items/post")]
    words = shlex.split(finding.curl[0])
    assert words[:5] == ["curl", "-i", "-X", "POST", "http://127.0.0.1:9000/items"]
    assert f"Authorization: {Spoilt(twin, lambda *_: None).credential}" in [
        word.replace("authorization", "Authorization") for word in words
    ]
    # Shrunk: only what the request needs is left of its body.
    assert set(orjson.loads(words[-1])) == {"name"}


def test_a_broken_schema_is_found() -> None:
    def without_name(request: Request, response: Response) -> None:
        if request.method == "GET" and response.status == 200 and request.path != "/items":
            response.body = b'{"id": "1"}'

    heard = check(sound(), target=Spoilt(sound(), without_name), phases=("examples", "coverage", "fuzzing"))
    assert heard.named == {("GET /items/{}", "response_schema_conformance")}
    assert '"name" is a required property' in heard.findings[0].title


def test_a_missing_allow_header_is_found() -> None:
    def without_allow(request: Request, response: Response) -> None:
        response.headers[:] = [(name, value) for name, value in response.headers if name != "allow"]

    heard = check(sound(), target=Spoilt(sound(), without_allow))
    assert {check for _, check in heard.named} == {"unsupported_method"}


def test_bad_data_that_is_accepted_is_found() -> None:
    twin = twin_of(openapi(), ITEMS, service=SERVICE.replace("bodies: strict", '"bodies": "off"'))
    heard = check(twin)
    # One finding, not one more for each answer that shows the bad data again.
    assert heard.named == {("POST /items", "negative_data_rejection")}
    assert len(heard.findings) == 1
    assert heard.findings[0].count > 1
    assert heard.tallies("overlay")["POST /items"][1] == heard.findings[0].count


def test_a_server_error_is_one_finding() -> None:
    def broken(request: Request, response: Response) -> None:
        if request.method == "DELETE":
            response.status, response.body = 500, b"{}"

    heard = check(sound(), target=Spoilt(sound(), broken))
    assert ("DELETE /items/{}", "not_a_server_error") in heard.named
    assert {check for _, check in heard.named} == {"not_a_server_error"}


def test_a_credential_that_is_ignored_is_found() -> None:
    twin = twin_of(
        openapi(), ITEMS.replace("GET /items: {does", "GET /items: {public: true, does"), service=SERVICE
    )
    # The twin says that the operation is public; the server behind the target is judged by its own.
    heard = check(sound(), target=Spoilt(twin, lambda *_: None), phases=("coverage",))
    assert ("GET /items", "ignored_auth") in heard.named


def test_operations_that_the_twin_does_not_support_are_not_tried() -> None:
    items = ITEMS.replace('DELETE /items/{}: {does: delete, find: {item: "path[0]"}, answer: {status: 204, empty: true}}', "DELETE /items/{}: {does: unsupported}")
    heard = check(twin_of(openapi(), items, service=SERVICE))
    assert heard.not_tried == {
        "DELETE /items/{}": "the twin does not support it: it answers 501 and says so"
    }
    assert heard.findings == []


def test_only_safe_operations_are_called_where_asked_for() -> None:
    methods: set[str] = set()
    target = Spoilt(sound(), lambda request, _: methods.add(request.method))
    heard = check(sound(), target=target, safe_only=True)
    assert methods <= {"GET", "HEAD", "OPTIONS"}
    assert set(heard.not_tried) == {"POST /items", "DELETE /items/{}"}


def test_a_convention_of_the_service_holds_for_operations_that_leave_it_out() -> None:
    only_401 = {"responses": {"200": body({"type": "array"}), "401": body({"type": "object"})}}
    left_out = openapi(list=only_401)
    heard = check(twin_of(left_out, ITEMS, service=SERVICE))
    # 400 is documented by one operation of four only: no convention, and GET /items refuses with it.
    assert heard.named == {("GET /items", "status_code_conformance")}
    documented = openapi(list=only_401, drop={"responses": {"204": {"description": ""}, **dict.fromkeys(("400", "401", "404"), body({}))}})
    assert check(twin_of(documented, ITEMS, service=SERVICE)).findings == []


_OK = {"type": "object", "required": ["ok"], "properties": {"ok": {"const": True}}}
_FAILED = {"type": "object", "required": ["ok", "error"], "properties": {"ok": {"const": False}, "error": {"type": "string"}}}


def _succeeding(validation: str = "strict") -> tuple[dict[str, Any], str, str]:
    """Return a service that answers its failures with 200 and ok: false."""
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Calls", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/api/things.list": {
                "get": {
                    "operationId": "list",
                    "parameters": [limit],
                    "responses": {"200": body(_OK), "default": body(_FAILED)},
                }
            }
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
    service = f"""
    service: small
    any_method: true
    auth: {{missing: no_token, refused: bad_token}}
    validation: {{bodies: {validation}, parameters: {validation}}}
    errors:
      body: {{ok: false, error: "{{case}}"}}
      cases: {{default: {{status: 200}}, invalid: {{status: 200}}, method_not_allowed: {{status: 405}}}}
    """
    things = """\
    resource: thing
    operations:
      GET /api/things.list: {does: list, answer: {body: {ok: true}}}
    """
    return document, things, service


def test_where_failures_have_the_status_of_a_success_the_body_must_tell() -> None:
    document, things, service = _succeeding()
    heard = check(twin_of(document, things, service=service), phases=("coverage", "fuzzing"))
    assert [finding.title for finding in heard.findings] == []
    document, things, service = _succeeding('"off"')
    heard = check(twin_of(document, things, service=service))
    assert heard.named == {("GET /api/things.list", "negative_data_rejection")}


def test_such_a_service_must_refuse_a_bad_credential_too() -> None:
    document, things, service = _succeeding()
    twin = twin_of(document, things, service=service)
    opened = twin_of(document, things.replace("list, answer", "list, public: true, answer"), service=service)
    heard = check(twin, target=Spoilt(opened, lambda *_: None), phases=("coverage",))
    assert ("GET /api/things.list", "ignored_auth") in heard.named


def test_importing_the_command_line_does_not_import_schemathesis() -> None:
    import sys

    from tests.conftest import environment

    code = "import sys, twingen.cli.main, twingen.pipeline; print('schemathesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
