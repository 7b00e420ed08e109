"""What of a body is not the client's to set, whatever it sends."""

from __future__ import annotations

from typing import Any

from tests.runtime.making import Caller, document, twin_of

FIXED = {"type": "string", "readOnly": True}
KEYS = {"type": "object", "properties": {"kid": FIXED, "use": {"type": "string"}}}
BOX = """
    resource: box
    operations:
      POST /boxes: {does: create}
      GET /boxes/{}: {does: read, find: {box: "path[0]"}}
      PUT /boxes/{}: {does: replace, find: {box: "path[0]"}}
      PATCH /boxes/{}: {does: update, find: {box: "path[0]"}}
      POST /boxes/{}/parts: {does: update, merge: shallow, find: {box: "path[0]"}}
    """
ROUTES = "POST /boxes\nGET /boxes/{id}\nPUT /boxes/{id}\nPATCH /boxes/{id}\nPOST /boxes/{id}/parts\n"


def boxes(schema: dict[str, Any], answer: dict[str, Any] | None = None, seed: str = "") -> Caller:
    """Return a caller of a twin whose bodies and answers have these schemas."""
    taken = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    given = {"responses": {"200": {"description": "Done.", "content": {"application/json": {"schema": answer or {}}}}}}
    writes = [line for line in ROUTES.split("\n") if line and not line.startswith("GET")]
    return Caller(twin_of(document(ROUTES, {line: {**taken, **given} for line in writes}), BOX, seed=f"seed:\n- {{resource: box, id: b, data: {{{seed}}}}}"))


def test_what_is_read_only_inside_a_body_stays_the_services() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "keys": KEYS, "made": FIXED}}
    call = boxes(schema, seed="name: n, made: then, keys: {kid: own, use: sig}")
    forged = {"name": "x", "made": "forged", "keys": {"kid": "forged", "use": "enc"}}
    for method, path in (("PUT", "/boxes/b"), ("PATCH", "/boxes/b"), ("POST", "/boxes/b/parts")):
        answer = call.json(method, path, forged)
        assert (answer["made"], answer["keys"]) == ("then", {"kid": "own", "use": "enc"}), method
    made = call.json("POST", "/boxes", forged)
    assert (made["keys"], "made" in made) == ({"use": "enc"}, False)


def test_what_one_kind_of_body_lets_be_written_is_not_read_only() -> None:
    schema = {
        "type": "object", "properties": {"kind": {"type": "string"}},
        "oneOf": [{"properties": {"size": {"type": "string"}}}, {"properties": {"size": FIXED}}],
    }  # fmt: skip
    assert boxes(schema).json("POST", "/boxes", {"size": "9"})["size"] == "9"


def test_a_replacement_clears_what_requests_can_carry_and_answers_may_lack() -> None:
    schema = {
        "type": "object", "properties": {"name": {"type": "string"}, "rank": {"type": "integer"}},
        "oneOf": [{"properties": {"size": {"type": "string"}}}, {"properties": {"wide": {"type": "string"}}}],
    }  # fmt: skip
    call = boxes(
        schema, {"type": "object", "required": ["rank"]},
        seed="name: n, rank: 1, size: s, wide: w, owner: o",
    )  # fmt: skip
    assert call.json("PUT", "/boxes/b", {"size": "t"}) == {"id": "b", "rank": 1, "size": "t", "owner": "o"}
