"""Bytes and a content type to a value, or to the reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.model import Body, MediaType, Operation, Schema
from twingen.runtime.bodies import (
    BodyDecoder,
    BodyFailure,
    DecodedBody,
    File,
    compile_body,
    decode_body,
)
from twingen.runtime.validation import Schemas

FORM = "application/x-www-form-urlencoded"
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "flag": {"type": "boolean"},
        "text": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "integer"}},
        "blocks": {"type": "array", "items": {"type": "object"}},
        "meta": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "file": {"type": "string", "format": "binary"},
    },
}


def decoder(*types: str, required: bool = False, path: str = "/x") -> BodyDecoder:
    content = tuple(MediaType(type=name, schema=SCHEMA) for name in types)
    body = Body(required=required, content=content) if types else None
    operation = Operation(key=f"POST {path}", id="x", method="POST", path=path, body=body)
    return compile_body(operation, Schemas({}))


def ok(content_type: str | None, raw: bytes, compiled: BodyDecoder) -> DecodedBody:
    found = decode_body(content_type, raw, compiled)
    assert isinstance(found, DecodedBody), found
    return found


def refused(content_type: str | None, raw: bytes, compiled: BodyDecoder) -> BodyFailure:
    found = decode_body(content_type, raw, compiled)
    assert isinstance(found, BodyFailure), found
    return found


@pytest.mark.parametrize(
    ("documented", "sent"),
    [
        ("application/json", "application/json"),
        ("application/json", "Application/JSON; charset=UTF-8"),
        ("application/json", "application/vnd.api+json"),
        ("application/json", None),
        ("application/json; okta-version=1.0.0", "application/json"),
        ("application/json, okta-version=1.0.0", "application/json"),
        ("application/merge-patch+json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
    ],
)
def test_json_is_taken_under_many_names(documented: str, sent: str | None) -> None:
    found = ok(sent, b' {"a": [1]}', decoder(documented))
    assert (found.kind, found.value) == ("json", {"a": [1]})
    assert found.documented is not None


def test_the_representation_that_fits_word_for_word_wins() -> None:
    compiled = decoder("application/json", "application/json; okta-version=1.0.0")
    for sent in ("application/json;okta-version=1.0.0", "application/json; okta-version=1.0.0"):
        found = ok(sent, b"{}", compiled)
        assert found.documented is not None
        assert found.documented.type == "application/json; okta-version=1.0.0"


@pytest.mark.parametrize(
    ("content_type", "raw", "value"),
    [
        ("application/json", b"\xef\xbb\xbf{}", {}),
        ("application/json", b'{"a":1,"a":2}', {"a": 2}),
        ("application/json", b"null", None),
        ("application/json; charset=utf-16", '"é"'.encode("utf-16"), "é"),
        ("application/json; charset=latin-1", '"é"'.encode("latin-1"), "é"),
    ],
)
def test_json_texts(content_type: str, raw: bytes, value: Any) -> None:
    found = ok(content_type, raw, decoder("application/json"))
    assert (found.kind, found.value) == ("json", value)


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        (b'{"a": }', 6),
        (b"{", 1),
        (b"[NaN]", 1),
        (b"\xff", 0),
        (b'"\\ud800"', 1),
        (b"[" * 200 + b"]" * 200, None),
        (b"[" * 100_000, 1025),
    ],
)
def test_malformed_json_says_where(raw: bytes, offset: int | None) -> None:
    found = refused("application/json", raw, decoder("application/json"))
    assert found.reason == "malformed"
    if offset is not None:
        assert found.offset is not None
        assert abs(found.offset - offset) <= 1


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    raw = b'{"a": 2.0, "b": [-0.0, 1e2, 1.5, 1e300], "c": "2.0"}'
    value = ok("application/json", raw, decoder("application/json")).value
    assert value == {"a": 2, "b": [0, 100, 1.5, 1e300], "c": "2.0"}
    assert [type(one) for one in (value["a"], *value["b"])] == [int, int, int, float, float]


def test_many_brackets_are_not_deep() -> None:
    value = ok("application/json", b"[" + b"[]," * 500 + b"[]]", decoder("application/json")).value
    assert len(value) == 501


def test_unsupported_types_name_the_documented_ones() -> None:
    compiled = decoder("application/json", FORM)
    for sent in ("text/xml", "application/json; charset=nope", "junk", ";;;"):
        found = refused(sent, b"<a/>", compiled)
        assert found.reason == "unsupported"
        assert found.documented == ("application/json", FORM)
    assert refused(None, b"<a/>", compiled).reason == "unsupported"


def test_missing_and_too_large() -> None:
    compiled = decoder("application/json", required=True)
    assert refused("application/json", b"", compiled).reason == "missing"
    assert ok("application/json", b"", decoder("application/json")).kind == "none"
    assert decode_body("application/json", b"[[[[", compiled, limit=3) == BodyFailure(
        reason="too-large", message="the body has 4 bytes, more than 3"
    )
    just_below = b'"' + b"a" * (10 * 1024 * 1024 - 2) + b'"'
    assert ok("application/json", just_below, compiled).kind == "json"
    assert refused("application/json", just_below + b" ", compiled).reason == "too-large"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"n=3&flag=true&text=a+b%21", {"n": 3, "flag": True, "text": "a b!"}),
        (b"n=x", {"n": "x"}),
        (b"tags=1&tags=2", {"tags": [1, 2]}),
        (b"tags=1", {"tags": [1]}),
        (b"tags[]=1&tags[]=2", {"tags": [1, 2]}),
        (b"tags=%5B1,2%5D", {"tags": [1, 2]}),
        (b"blocks=%5B%7B%22t%22:1%7D%5D", {"blocks": [{"t": 1}]}),
        (b"meta=%7B%22a%22:1%7D", {"meta": {"a": 1}}),
        (b"meta[a]=1", {"meta": {"a": 1}}),
        (b"text=%7B%22a%22:1%7D", {"text": '{"a":1}'}),
        (b"other=1&other=2", {"other": ["1", "2"]}),
        (b"text=%ff%zz", {"text": "\ufffd%zz"}),
    ],
)
def test_forms_are_typed_by_schema(raw: bytes, value: dict[str, Any]) -> None:
    assert ok(FORM, raw, decoder(FORM)).value == value


def test_a_form_of_too_many_fields_is_malformed() -> None:
    assert refused(FORM, b"a=1&" * 3000, decoder(FORM)).reason == "malformed"


def multipart(*parts: tuple[str, bytes], boundary: str = "B") -> bytes:
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + h.encode() + b"\r\n\r\n" + c + b"\r\n" for h, c in parts)
    return body + mark + b"--\r\n"


def test_multipart_fields_and_files() -> None:
    content = b"\x00\r\n--\xff--BB"
    raw = multipart(
        ('Content-Disposition: form-data; name="n"', b"5"),
        ('content-disposition: form-data; name="tags"', b"1"),
        ('content-disposition: form-data; name="tags"', b"2"),
        (
            'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json',
            b'{"a":1}',
        ),
        (
            'Content-Type: image/png\nContent-Disposition: x; name=file; filename="a\\"b;c.png"',
            content,
        ),
    )
    found = ok('multipart/form-data; boundary="B"', raw, decoder("multipart/form-data"))
    file = File(filename='a"b;c.png', content_type="image/png", content=content)
    assert found.value == {"n": 5, "tags": [1, 2], "meta": {"a": 1}, "file": file}
    assert found.checkable["file"] == content.decode("latin-1")
    validator = Schemas({}).request_validator(SCHEMA)
    assert validator.is_valid(found.checkable)


def test_an_encoded_file_name() -> None:
    header = "Content-Disposition: form-data; name=file; filename*=UTF-8''na%C3%AFve.txt"
    found = ok(
        "multipart/form-data; boundary=B",
        multipart((header, b"")),
        decoder("multipart/form-data"),
    )
    assert found.value["file"] == File(filename="naïve.txt")


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("multipart/form-data", b"--B\r\n\r\n\r\n--B--"),
        (
            "multipart/form-data; boundary=B",
            b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
        ),
        ("multipart/form-data; boundary=B", b"nothing here"),
        ("multipart/form-data; boundary=B", b"--B"),
        ("multipart/form-data; boundary=B", b"--B\r\nno blank line\r\n--B--"),
        ("multipart/form-data; boundary=B", b"--B\r\n\r\n\r\n" * 1500 + b"--B--"),
    ],
)
def test_broken_multipart_is_malformed(content_type: str, raw: bytes) -> None:
    assert refused(content_type, raw, decoder("multipart/form-data")).reason == "malformed"


def test_an_upload_is_metadata_and_media() -> None:
    raw = multipart(
        ("Content-Type: application/json; charset=UTF-8", b'{"name": "a.txt"}'),
        ("Content-Type: text/plain", b"line\r\n"),
    )
    compiled = decoder("application/json", path="/upload/drive/v3/files")
    found = ok("multipart/related; boundary=B", raw, compiled)
    assert found.value == {"name": "a.txt"}
    assert found.media == File(content_type="text/plain", content=b"line\r\n")
    assert found.documented is not None
    assert found.documented.type == "application/json"
    alone = ok("image/png", b"\x89PNG", compiled)
    assert alone.media == File(content_type="image/png", content=b"\x89PNG")
    assert refused("image/png", b"\x89PNG", decoder("application/json")).reason == "unsupported"


def test_text_and_raw_bytes() -> None:
    compiled = decoder("text/plain", "application/octet-stream", "application/x-pem-file")
    assert ok("text/plain; charset=latin-1", b"\xe9", compiled).value == "é"
    assert refused("text/plain", b"\xe9", compiled).reason == "malformed"
    assert ok("application/x-pem-file", b"-----BEGIN", compiled).value == b"-----BEGIN"
    assert ok(None, b"\x00", decoder("application/octet-stream")).value == b"\x00"


@pytest.mark.parametrize(
    "content_type", ["text/x-yaml", FORM, "multipart/form-data; boundary=B", "application/octet-stream"]
)
def test_what_is_documented_as_bytes_is_not_read(content_type: str) -> None:
    content = (MediaType(type="*/*", schema={"type": "string", "format": "binary"}),)
    operation = Operation(key="POST /x", id="x", method="POST", path="/x", body=Body(content=content))
    found = ok(content_type, b"\xff=%", compile_body(operation, Schemas({})))
    assert (found.kind, found.value) == ("bytes", b"\xff=%")


def test_json_is_meant_where_no_type_says_otherwise() -> None:
    anything = decoder("application/json", "*/*")
    assert ok(None, b'{"n": 1}', anything).value == {"n": 1}
    assert refused(None, b"AAA", anything).reason == "unsupported"
    assert ok(None, b"AAA", decoder("*/*")).value == b"AAA"
    assert ok(None, b"AAA", decoder("application/json", "*/*", path="/upload/x")).media == File(content=b"AAA")


def test_a_body_nobody_documented_is_never_refused() -> None:
    compiled = decoder()
    assert ok("application/json", b'{"a":1}', compiled).value == {"a": 1}
    assert ok("application/json", b"{", compiled).value == b"{"
    assert ok(FORM, b"a=1", compiled).value == {"a": "1"}
    assert ok("image/png", b"x", compiled).value == b"x"
