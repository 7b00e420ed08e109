"""Records changed by a JSON Patch."""

from __future__ import annotations

from typing import Any

import orjson

from tests.runtime.making import Caller, document, twin_of

BOX = 'resource: box\noperations:\n  PATCH /boxes/{}: {does: update, find: {box: "path[0]"}}\n'
BODY = {"requestBody": {"content": {"application/json-patch+json": {"schema": {"type": "array"}}}}}
JSON_PATCH = {"content-type": "application/json-patch+json"}


def test_a_patch_that_does_not_fit_changes_nothing_and_is_no_fault_of_the_data() -> None:
    openapi = document("PATCH /boxes/{id}\n", {"PATCH /boxes/{id}": BODY})
    call = Caller(twin_of(openapi, BOX, seed="seed:\n- {resource: box, id: b, data: {size: 1}}"))

    def patch(*operations: dict[str, Any]) -> Any:
        return call("PATCH", "/boxes/b", body=orjson.dumps(operations), headers=JSON_PATCH)

    refused = patch({"op": "replace", "path": "/size", "value": 2}, {"op": "remove", "path": "/lid"})
    assert (refused.status, refused.refusal) == (400, "patch_failed")
    assert patch({"op": "add", "path": "/lid", "value": True}).json() == {"id": "b", "size": 1, "lid": True}


def test_a_list_of_steps_is_a_patch_under_any_type() -> None:
    step = {"type": "object", "properties": {"op": {"type": "string"}, "path": {"type": "string"}, "value": {}}}
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "array", "items": step}}}}}
    openapi = document("PATCH /boxes/{id}\n", {"PATCH /boxes/{id}": body})
    call = Caller(twin_of(openapi, BOX, seed="seed:\n- {resource: box, id: b, data: {size: 1}}"))
    assert call.json("PATCH", "/boxes/b", [{"op": "replace", "path": "/size", "value": 2}]) == {"id": "b", "size": 2}
    assert call("PATCH", "/boxes/b", [{"op": "remove", "path": "size"}]).refusal == "patch_failed"
