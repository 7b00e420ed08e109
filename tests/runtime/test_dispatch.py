"""Operations that carry many kinds, code that files share, masks of updates, queries of one's own."""

from __future__ import annotations

from typing import Any

from tests.runtime.making import Caller, document, twin_of

SCHEMAS = {
    "Batch": {
        "type": "object",
        "properties": {"requests": {"type": "array", "items": {"$ref": "#/components/schemas/Request"}}},
    },
    "Request": {"type": "object", "properties": {"add": {}, "rename": {}, "explode": {}}},
}
BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Batch"}}}}
BOX = """
resource: box
id: {take: input.name}
operations:
  POST /boxes:batch:
    handler: answered
    dispatch:
      each: body.requests
      kinds:
        add: {does: create, input: "{body}", answer: {body: {added: "{record.id}"}}}
        rename:
          does: update
          find: {box: body.id}
          input: "{body.box}"
          mask: body.fields
          answer: {body: {}}
  GET /boxes:
    does: list
    parameters:
      q: {use: filter, handler: reader.query}
      by: {use: sort, several: true, names: {size: size, name: name, last: '=record.name == "c"'}}
"""
HANDLERS = {
    "box": """
        from twin.reader import shout

        def answered(scope):
            return {"replies": scope.replies, "said": shout("done")}
    """,
    "reader": """
        def shout(text):
            return text.upper()

        def query(scope, text):
            if not text:
                raise scope.fail("bad_filter", field="q")
            return lambda row: row.data["name"] > text
    """,
}


def boxes() -> Caller:
    shape = document("POST /boxes:batch\nGET /boxes", {"POST /boxes:batch": {"requestBody": BODY}})
    shape["components"]["schemas"] = SCHEMAS
    return Caller(twin_of(shape, BOX, handlers=HANDLERS))


def batch(call: Caller, *requests: dict[str, Any]) -> Any:
    return call("POST", "/boxes:batch", {"requests": list(requests)})


def names(call: Caller, query: str = "") -> list[str]:
    return [box["name"] for box in call("GET", f"/boxes{query}").json()]


def test_a_handler_behind_a_dispatch_sees_the_replies() -> None:
    answer = batch(boxes(), {"add": {"name": "a"}}, {"add": {"name": "b"}})
    assert answer.json() == {"replies": [{"added": "a"}, {"added": "b"}], "said": "DONE"}


def test_kinds_of_the_contract_need_not_be_listed() -> None:
    call = boxes()
    unwritten = batch(call, {"add": {"name": "a"}}, {"explode": {}})
    assert (unwritten.status, unwritten.tier) == (501, "unsupported")
    assert batch(call, {"add": {"name": "a"}}, {"unheard-of": {}}).status == 400
    assert batch(call, {"add": {}, "rename": {}}).status == 400
    assert names(call) == []


def test_a_mask_tells_what_an_update_changes() -> None:
    call = boxes()
    batch(call, {"add": {"name": "a", "size": 1, "lid": {"colour": "red", "open": True}}})
    change = {"size": 5, "lid": {"colour": "blue"}}
    batch(call, {"rename": {"id": "a", "box": change, "fields": "lid/colour,lid/open"}})
    box = call("GET", "/boxes").json()[0]
    assert (box["size"], box["lid"]) == (1, {"colour": "blue"})
    assert batch(call, {"rename": {"id": "a", "box": change, "fields": "lid("}}).status == 400


def test_a_query_language_may_be_the_twins_own() -> None:
    call = boxes()
    batch(call, *({"add": {"name": name, "size": len(name) % 2}} for name in ("a", "bb", "c")))
    assert names(call, "?q=a") == ["bb", "c"]
    assert names(call, "?by=size,name+desc") == ["bb", "c", "a"]
    assert names(call, "?by=last,name") == ["a", "bb", "c"]
    assert call("GET", "/boxes?by=size+sideways").status == 400


def test_null_members_may_count_as_missing() -> None:
    service = """
        service: small
        validation: {nulls: missing}
        errors: {cases: {unauthenticated: {status: 401}}}
    """
    box = """
        resource: box
        operations:
          POST /boxes: {does: create}
    """
    call = Caller(twin_of("POST /boxes", box, service=service))
    made = call("POST", "/boxes", {"a": None, "b": [None, {"c": None}]}).json()
    assert (made["b"], "a" in made) == ([None, {}], False)
