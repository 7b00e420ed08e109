"""Google Discovery."""

from __future__ import annotations

from typing import Any

from tests.ingest.conftest import Ingest


def discovery(**members: Any) -> dict[str, Any]:
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "title": "Files",
        "version": "v3",
        "revision": "20260101",
        "rootUrl": "https://www.example.com/",
        "servicePath": "drive/v3/",
        **members,
    }


def method(identifier: str, verb: str, path: str, **members: Any) -> dict[str, Any]:
    return {"id": identifier, "httpMethod": verb, "path": path, "flatPath": path, **members}


def test_methods_of_nested_resources(ingest: Ingest) -> None:
    create = method(
        "files.create", "POST", "files",
        request={"$ref": "File"}, response={"$ref": "File"}, scopes=["s1", "s2"],
        mediaUpload={"accept": ["image/*"],
                     "protocols": {"simple": {"path": "/upload/drive/v3/files"}}},
    )  # fmt: skip
    get = method(
        "files.get", "GET", "files/{fileId}", response={"$ref": "File"}, supportsMediaDownload=True,
        parameters={"fileId": {"location": "path", "required": True, "type": "string"},
                    "ids": {"location": "query", "repeated": True, "type": "string"},
                    "all": {"location": "query", "type": "boolean", "default": "false"},
                    "n": {"location": "query", "type": "integer", "minimum": "1",
                          "maximum": "10", "default": "5"}},
    )  # fmt: skip
    delete = method("files.permissions.delete", "DELETE", "files/{fileId}:purge")
    got = ingest(
        {
            "files.json": discovery(
                parameters={"fields": {"type": "string", "location": "query"}},
                auth={"oauth2": {"scopes": {"s1": {"description": "One"}, "s2": {}}}},
                resources={
                    "files": {
                        "methods": {"create": create, "get": get},
                        "resources": {"permissions": {"methods": {"delete": delete}}},
                    }
                },
                schemas={"File": {"id": "File", "type": "object", "properties": {}}},
            )
        }
    )
    assert got.keys == [
        "POST /drive/v3/files",
        "GET /drive/v3/files/{}",
        "DELETE /drive/v3/files/{}:purge",
    ]
    assert got.contract.version == "v3 rev 20260101"
    assert got.contract.common_parameters == ("fields",)
    post, fetch, purge = got.contract.operations
    assert post.aliases == ("/upload/drive/v3/files",)
    assert post.security == ({"oauth2": ("s1",)}, {"oauth2": ("s2",)})
    assert post.body is not None
    assert [m.type for m in post.body.content] == [
        "application/json", "image/*", "multipart/related",
    ]  # fmt: skip
    assert [p.name for p in fetch.parameters] == ["fileId", "ids", "all", "n", "fields"]
    schemas = {p.name: p.schema for p in fetch.parameters}
    assert schemas["ids"] == {"type": "array", "items": {"type": "string"}}
    assert schemas["all"] == {"type": "boolean", "default": False}
    assert schemas["n"] == {"type": "integer", "minimum": 1, "maximum": 10, "default": 5}
    assert [m.type for m in fetch.responses[0].content] == ["application/json", "*/*"]
    assert [r.status for r in purge.responses] == ["2XX"]
    assert purge.tags == ("files.permissions",)
    assert purge.origin is not None
    assert purge.origin.pointer == "/resources/files/resources/permissions/methods/delete"


def test_schemas(ingest: Ingest) -> None:
    schemas = {
        "A": {
            "id": "A",
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "b": {"$ref": "B", "description": "The b."},
                "size": {"type": "string", "format": "int64", "readOnly": True},
                "made": {"type": "string", "description": "Output only. When."},
                "any": {"type": "any"},
                "state": {"type": "string", "enum": ["X"], "enumDescriptions": ["An x."]},
                "map": {"type": "object", "additionalProperties": {"$ref": "A"}},
            },
        },
        "B": {"id": "B", "type": "array", "items": {"$ref": "B"}},
    }
    methods = {"get": method("get", "GET", "x")}
    got = ingest({"files.json": discovery(methods=methods, schemas=schemas)})
    assert got.contract.schemas == {
        "A": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "b": {"$ref": "#/components/schemas/B", "description": "The b."},
                "size": {"type": "string", "format": "int64", "readOnly": True},
                "made": {"type": "string", "description": "Output only. When.", "readOnly": True},
                "any": {},
                "state": {"type": "string", "enum": ["X"], "x-enum-descriptions": ["An x."]},
                "map": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/A"},
                },
            },
        },
        "B": {"type": "array", "items": {"$ref": "#/components/schemas/B"}},
    }


def test_methods_that_share_a_reserved_path(ingest: Ingest) -> None:
    def get(identifier: str, flat: str, pattern: str) -> dict[str, Any]:
        name = {"location": "path", "required": True, "type": "string", "pattern": pattern}
        return {**method(identifier, "GET", "v1/{+name}", parameters={"name": name}),
                "flatPath": flat}  # fmt: skip

    methods = {
        "spaces": get("spaces.get", "v1/spaces/{spacesId}", "^spaces/[^/]+$"),
        "users": get("users.get", "v1/users/{usersId}", "^users/[^/]+$"),
    }
    got = ingest({"chat": discovery(servicePath="", methods=methods)})
    assert [(o.key, o.path) for o in got.contract.operations] == [
        ("GET /v1/{+}", "/v1/{+name}"),
        ("GET /v1/{+}#/v1/users/{}", "/v1/{+name}"),
    ]
    assert [p.schema["pattern"] for o in got.contract.operations for p in o.parameters] == [
        "^spaces/[^/]+$", "^users/[^/]+$",
    ]  # fmt: skip


def test_batch_endpoint_is_said_to_be_left_out(ingest: Ingest) -> None:
    methods = {"get": method("get", "GET", "x")}
    got = ingest({"files.json": discovery(methods=methods, batchPath="batch/drive/v3")})
    assert len(got.said("batch-endpoint")) == 1
