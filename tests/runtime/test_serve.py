"""Twins over real HTTP: whatever a client sends is answered, and never by a 500."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Served, start
from tests.shop import shop_twin

MEGABYTE = 1024 * 1024
ITEMS = "/api/v1/items"


@pytest.fixture(scope="module")
def shop(served: Callable[..., Served]) -> Served:
    return served(shop_twin(Path(tempfile.mkdtemp()) / "shop"))


@pytest.fixture(autouse=True)
def fresh(shop: Served) -> Iterator[None]:
    shop.reset()
    yield
    assert shop.process.poll() is None, "the server died"
    assert "Traceback" not in shop.log()


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


def connect(shop: Served) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(shop.url()).netloc, timeout=20)


def send(
    shop: Served, method: str, path: str, body: Any = None, **headers: str
) -> Answer:
    """Send one request; `body` that is no bytes goes as JSON; `_` in a header's name is a dash.

    The credential goes along unless `authorization` says otherwise ("" sends none).
    """
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent.setdefault("authorization", shop.credential())
    if not sent["authorization"]:
        del sent["authorization"]
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("content-type", "application/json")
    connection = connect(shop)
    try:
        connection.request(method, path, body, sent)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def raw(shop: Served, text: bytes, *, answers: int = 1) -> bytes:
    """Send bytes as they are and return what comes back until `answers` bodies or the end."""
    place = urlsplit(shop.url())
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10) as link:
        link.sendall(text)
        found = b""
        while True:
            try:
                part = link.recv(65536)
            except (TimeoutError, ConnectionResetError):
                break
            if not part:
                break
            found += part
            if found.count(b"HTTP/1.1 ") >= answers and found.endswith((b"}", b"]", b"\r\n\r\n")):
                break
        return found


def test_the_usual_round(shop: Served) -> None:
    made = send(shop, "POST", ITEMS, {"name": "Lamp", "price": 2})
    assert made.status == 201
    identifier = made.json()["id"]
    assert send(shop, "GET", f"{ITEMS}/{identifier}").json()["name"] == "Lamp"
    assert [item["id"] for item in send(shop, "GET", ITEMS).json()] == [identifier]
    assert send(shop, "DELETE", f"{ITEMS}/{identifier}").status == 204
    assert send(shop, "GET", f"{ITEMS}/{identifier}").status == 404


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b'{"name": 7}', "application/json"),
        (b'{"name": ""}', "application/json"),
        (b'{"price": 1}', "application/json"),
        (b'{"name": "x"', "application/json"),
        (b"\x00\x01\x02", "application/json"),
        (b'\xff\xfe{"name": "x"}', "application/json"),
        (b'{"name": "\xed\xa0\x80"}', "application/json"),
        (b"name=x", "text/plain"),
        (b"<name>x</name>", "application/xml"),
        (b"name=x", "application/x-www-form-urlencoded"),
        (b'{"name": "x"}', "no media type at all"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
        (b'{"tags":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
        (b'{"name": "x", "price": 1e999}', "application/json"),
        (b'{"name": "x", "price": NaN}', "application/json"),
        (b'{"name": "x", "price": ' + b"9" * 5_000 + b"}", "application/json"),
    ],
)
def test_bad_bodies(shop: Served, body: bytes, media: str) -> None:
    answer = send(shop, "POST", ITEMS, body, content_type=media)
    assert 200 <= answer.status < 500
    if answer.status < 300:
        assert answer.json().get("name") or not body
    else:
        assert send(shop, "GET", ITEMS).json() == []
    assert answer.headers["content-type"].startswith("application/json")


def test_a_body_of_the_largest_size(shop: Served) -> None:
    head, tail = b'{"name": "', b'"}'
    largest = 10 * MEGABYTE
    body = head + b"x" * (largest - len(head) - len(tail)) + tail
    assert send(shop, "POST", ITEMS, body, content_type="application/json").status == 201
    refused = send(shop, "POST", ITEMS, body + b" ", content_type="application/json")
    assert 400 <= refused.status < 500


def test_a_body_far_too_large(shop: Served) -> None:
    answer = send(shop, "POST", ITEMS, b"x" * (40 * MEGABYTE), content_type="application/json")
    assert 400 <= answer.status < 500
    assert send(shop, "GET", ITEMS).json() == []


@pytest.mark.parametrize(
    "target",
    [
        f"{ITEMS}/%00", f"{ITEMS}/%ff%fe", f"{ITEMS}/..%2f..%2fetc%2fpasswd", f"{ITEMS}/%2e%2e",
        f"{ITEMS}/../../../etc/passwd", "/../../etc/passwd", "//", "/", "/%", f"{ITEMS}/%zz",
        f"{ITEMS}/" + "a" * 30_000, f"{ITEMS}?limit=abc", f"{ITEMS}?limit=-1", f"{ITEMS}?limit=99999999999999999999",
        f"{ITEMS}?limit=1&limit=2", f"{ITEMS}?%00=%00", f"{ITEMS}?after=%ff", f"{ITEMS}?" + "a=b&" * 5_000,
        f"{ITEMS}?limit[]=1", f"{ITEMS}?&&&=&", f"{ITEMS}?after=" + "x" * 30_000, f"{ITEMS};a=b",
        "/w//api", "/w/nobody/api/v1/items", "/w/%00/x", "/_twin", "/_twin/", "/_twin/../api", "/_twin/nothing",
        "/_twin/journal?after=x", "/_twin/worlds/%00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_strange_targets(shop: Served, method: str, target: str) -> None:
    text = (
        f"{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {shop.credential()}\r\n"
        "connection: close\r\ncontent-length: 0\r\n\r\n"
    )
    found = raw(shop, text.encode())
    assert found.startswith(b"HTTP/1.1 ")
    assert int(found[9:12]) < 500
    assert b"root:" not in found


def test_an_escaped_slash_is_part_of_the_id(shop: Served) -> None:
    assert send(shop, "GET", f"{ITEMS}/a%2Fb").status == 404
    assert send(shop, "PUT", f"{ITEMS}/a%2Fb/c", {}).status == 404


def test_head_has_no_body(shop: Served) -> None:
    for path in (ITEMS, "/_twin/health", "/nothing"):
        answer = send(shop, "HEAD", path)
        assert answer.body == b""
        assert answer.status == send(shop, "GET", path).status
    found = raw(
        shop,
        f"HEAD {ITEMS} HTTP/1.1\r\nhost: x\r\nauthorization: {shop.credential()}\r\n"
        "connection: close\r\n\r\n".encode(),
    )
    assert found.endswith(b"\r\n\r\n")


def test_methods_that_are_not_documented(shop: Served) -> None:
    refused = send(shop, "PATCH", ITEMS, {})
    assert refused.status == 405
    assert set(refused.headers["allow"].replace(" ", "").split(",")) >= {"GET", "POST"}
    options = send(shop, "OPTIONS", ITEMS)
    assert options.status in {200, 204}
    assert "POST" in options.headers["allow"]
    assert send(shop, "BREW", ITEMS).status == 405
    assert send(shop, "GET", "/api/v2/items").status == 404


def test_other_credentials_are_refused(shop: Served) -> None:
    assert send(shop, "GET", ITEMS, authorization="").status == 401
    for credential in ("Bearer wrong", "Bearer", " ", "Basic !!!", "Basic " + "A" * 9_000, "\xff\xfe"):
        assert send(shop, "GET", ITEMS, authorization=credential).status == 401


def test_one_connection_carries_many_requests(shop: Served) -> None:
    connection = connect(shop)
    connection.connect()
    link = connection.sock
    for number in range(50):
        connection.request("GET", ITEMS, headers={"authorization": shop.credential()})
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        assert connection.sock is link, f"closed after {number} requests"
    connection.close()


def test_a_chunked_body(shop: Served) -> None:
    connection = connect(shop)
    parts = (part for part in (b'{"na', b'me": ', b'"Chunks"}'))
    headers = {"authorization": shop.credential(), "content-type": "application/json"}
    connection.request("POST", ITEMS, parts, headers, encode_chunked=True)
    answer = Answer(connection.getresponse())
    connection.close()
    assert (answer.status, answer.json()["name"]) == (201, "Chunks")


def test_broken_chunks(shop: Served) -> None:
    head = f"POST {ITEMS} HTTP/1.1\r\nhost: x\r\nauthorization: {shop.credential()}\r\n"
    for chunks in ("zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}", "2\r\n{}zz"):
        found = raw(shop, f"{head}transfer-encoding: chunked\r\n\r\n{chunks}".encode())
        assert found.startswith(b"HTTP/1.1 400 "), chunks
    assert send(shop, "GET", ITEMS).status == 200


def test_pipelined_requests_are_answered_in_order(shop: Served) -> None:
    one = f"GET {ITEMS} HTTP/1.1\r\nhost: x\r\nauthorization: {shop.credential()}\r\n\r\n"
    two = f"GET {ITEMS}/nobody HTTP/1.1\r\nhost: x\r\nauthorization: {shop.credential()}\r\n\r\n"
    found = raw(shop, (one + two + one).encode(), answers=3)
    statuses = [int(part[:3]) for part in found.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200]


def test_half_a_request_and_silence(shop: Served) -> None:
    place = urlsplit(shop.url())
    for text in (b"GET / HT", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc", b"\x16\x03\x01"):
        with socket.create_connection((str(place.hostname), int(place.port or 0))) as link:
            link.sendall(text)
    assert send(shop, "GET", ITEMS).status == 200


def test_links_and_bodies_have_the_host_that_was_asked(shop: Served) -> None:
    for name in ("First", "Second", "Third"):
        send(shop, "POST", ITEMS, {"name": name})
    answer = send(shop, "GET", f"{ITEMS}?limit=1", host="twin.example:81")
    if "link" in answer.headers:
        assert "http://twin.example:81/" in answer.headers["link"]


# The control plane


def test_health(shop: Served) -> None:
    answer = send(shop, "GET", "/_twin/health", authorization="")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_reset(shop: Served) -> None:
    send(shop, "POST", ITEMS, {"name": "Lamp"})
    answer = send(shop, "POST", "/_twin/reset", authorization="")
    assert (answer.status, answer.body) == (204, b"")
    assert send(shop, "GET", ITEMS).json() == []
    refused = send(shop, "GET", "/_twin/reset")
    assert (refused.status, refused.headers["allow"]) == (405, "POST")


def test_worlds(shop: Served) -> None:
    def name(answer: Answer) -> str:
        assert answer.status == 201, answer.body
        return str(answer.json()["name"])

    def names(world: str = "") -> list[str]:
        headers = {"x_twin_world": world} if world else {}
        return [item["name"] for item in send(shop, "GET", ITEMS, **headers).json()]

    send(shop, "POST", ITEMS, {"name": "Ours"})
    pristine = name(send(shop, "POST", "/_twin/worlds"))
    copy = name(send(shop, "POST", "/_twin/worlds", {"name": "copy", "from": "default"}))
    assert (names(), names(pristine), names(copy)) == (["Ours"], [], ["Ours"])

    send(shop, "POST", ITEMS, {"name": "Theirs"}, x_twin_world="copy")
    assert (names(), names("copy")) == (["Ours"], ["Ours", "Theirs"])
    assert len(send(shop, "GET", f"/w/copy{ITEMS}").json()) == 2
    assert len(send(shop, "GET", ITEMS, authorization=shop.credential() + "~copy").json()) == 2
    assert len(send(shop, "GET", ITEMS, authorization="Bearer wrong~copy").json()) != 2

    listed = {world["name"] for world in send(shop, "GET", "/_twin/worlds").json()["worlds"]}
    assert listed >= {"default", "copy", pristine}
    send(shop, "POST", "/_twin/reset", x_twin_world="copy")
    assert (names(), names("copy")) == (["Ours"], [])

    assert send(shop, "POST", "/_twin/worlds", {"name": "copy"}).status == 409
    for world in ("copy", pristine):
        assert send(shop, "DELETE", f"/_twin/worlds/{world}").status == 204
        missing = send(shop, "DELETE", f"/_twin/worlds/{world}")
        assert (missing.status, missing.headers["content-type"]) == (404, "application/problem+json")
    assert send(shop, "GET", ITEMS, x_twin_world="copy").status == 404
    assert send(shop, "DELETE", "/_twin/worlds/default").status == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"[]", 400), (b'{"name": 1}', 400), (b'{"name": "a/b"}', 400),
        (b'{"name": ""}', 400), (b'{"colour": 1}', 400), (b'{"from": "nobody"}', 404), (b'{"from": 1}', 400),
    ],
)  # fmt: skip
def test_bad_worlds(shop: Served, body: bytes, status: int) -> None:
    answer = send(shop, "POST", "/_twin/worlds", body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"}, {"host": "127.0.0.1.evil.example"}, {"origin": "https://evil.example"},
        {"origin": "null"}, {"origin": "http://localhost.evil.example"}, {"origin": "garbage"},
        {"origin": "file://"}, {"origin": "http://["}, {"host": "["}, {"host": "evil.example:80@localhost"},
        {"host": "localhost:x"}, {"host": "localhost, evil.example"},
    ],
)  # fmt: skip
def test_strangers_may_not_use_the_control_plane(shop: Served, headers: dict[str, str]) -> None:
    assert send(shop, "POST", "/_twin/reset", **headers).status == 403
    assert send(shop, "GET", "/_twin/health", **headers).status == 403


def test_the_api_itself_takes_any_host(shop: Served) -> None:
    assert send(shop, "GET", ITEMS, host="shop.example", origin="https://shop.example").status == 200


def test_the_journal_tells_what_happened(shop: Served) -> None:
    send(shop, "POST", ITEMS, {"name": "Lamp"})
    entries = send(shop, "GET", "/_twin/journal").json()["entries"]
    assert [(entry["method"], entry["path"], entry["status"]) for entry in entries] == [("POST", ITEMS, 201)]
    assert shop.token() not in json.dumps(entries)


def test_the_control_plane_documents_itself(shop: Served) -> None:
    from openapi_spec_validator import validate

    document = send(shop, "GET", "/_twin/openapi.json").json()
    validate(document)
    for path in document["paths"]:
        if "{" not in path and "get" in document["paths"][path]:
            method = "HEAD" if path.endswith("/stream") else "GET"  # which has no end
            assert send(shop, method, path).status == 200


# Options of a run


def test_a_control_token(shop: Served) -> None:
    guarded = start([str(shop.twins["shop"]["path"])], ["--control-token", "sesame", "--host", "127.0.0.1"])
    try:
        assert send(guarded, "POST", "/_twin/reset").status == 401
        assert send(guarded, "POST", "/_twin/reset", x_twin_token="wrong").status == 401
        assert send(guarded, "POST", "/_twin/reset", x_twin_token="sesame", host="any").status == 204
        assert send(guarded, "GET", ITEMS).status == 200
    finally:
        assert guarded.stop() == 0


def test_strict_answers_no_shapes(shop: Served) -> None:
    strict = start([str(shop.twins["shop"]["path"])], ["--strict"])
    try:
        answer = send(strict, "GET", ITEMS)
        assert answer.status == 501
        assert "shape" in answer.body.decode()
    finally:
        strict.stop()


def test_tls(shop: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINGEN_STATE", str(tmp_path))
    path = str(shop.twins["shop"]["path"])
    authorities = []
    for _ in range(2):
        secure = start([path], ["--tls"])
        try:
            assert secure.ca is not None
            authorities.append(Path(secure.ca).read_bytes())
            context = ssl.create_default_context(cafile=secure.ca)
            place = urlsplit(secure.url())
            for host in ("127.0.0.1", "localhost"):
                connection = http.client.HTTPSConnection(
                    host, int(place.port or 0), context=context, timeout=10
                )
                connection.request("GET", ITEMS, headers={"authorization": secure.credential()})
                assert connection.getresponse().status == 200
                connection.close()
            assert secure.url().startswith("https://127.0.0.1:")
        finally:
            secure.stop()
    assert authorities[0] == authorities[1]
    keys = [file for file in tmp_path.rglob("*") if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]
    assert keys
    assert all(file.stat().st_mode & 0o077 == 0 for file in keys)


def test_several_twins_in_one_run(shop: Served) -> None:
    path = str(shop.twins["shop"]["path"])
    pair = start([path, path])
    try:
        assert pair.process.poll() is None
    finally:
        assert pair.stop() == 0
