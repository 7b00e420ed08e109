"""Twins that cannot be loaded: whole messages, with file, line and the nearest right thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.making import contract_of, document
from twingen.errors import DamagedTwinError, FormatError, NewerTwinError, TwinError
from twingen.twin.format import schema
from twingen.twin.load import load_files, load_twin
from twingen.twin.lock import dump_lock, parse_lock
from twingen.twin.model import Twin
from twingen.twin.record import Lock, Proof, Standing, Unit

_TOML = 'format = 1\nname = "t"\n'
_CONTRACT = contract_of(document("GET /users\nGET /users/{id}"))


def loaded(**files: str) -> Twin:
    """Load a twin of files: `service`, `seed`, `deviations`, or resources by name."""
    content = {"twin.toml": _TOML.encode(), "service.yaml": b"service: t\n"}
    for name, text in files.items():
        own = name in {"service", "seed", "deviations"}
        content[f"{name}.yaml" if own else f"resources/{name}.yaml"] = text.encode()
    return load_files(content, _CONTRACT)


def message(expected: type[TwinError], **files: str) -> str:
    with pytest.raises(expected) as caught:
        loaded(**files)
    return str(caught.value)


_USER = """\
resource: user
id: "{uuid}"
operations:
  GET /users:
    does: list
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "resource: user\nserverset: {a: 1}\n",
            "resources/user.yaml:2: unknown key 'serverset' (at serverset)\n  did you mean 'server_set'?",
        ),
        (
            _USER + "    finds: {user: 'path[0]'}\n",
            "resources/user.yaml:6: unknown key 'finds' (at operations.GET /users.finds)\n"
            "  did you mean 'find'?",
        ),
        (
            _USER + "    guards:\n    - {error: invalid, wen: body}\n",
            "resources/user.yaml:7: unknown key 'wen' (at operations.GET /users.guards.0.wen)\n"
            "  did you mean 'when'?",
        ),
        (
            _USER + "    answer: {zzz: 1}\n",
            "resources/user.yaml:6: unknown key 'zzz' (at operations.GET /users.answer.zzz)\n"
            "  keys allowed here: body, content_type, drop, empty, example, headers, links, only, status",
        ),
        (
            "resource: user\nid: {feild: key}\n",
            "resources/user.yaml:2: unknown key 'feild' (at id.feild)\n  did you mean 'field'?",
        ),
        (
            "resource: user\nlifecycle:\n  field: status\n  moves:\n    stop: {frm: [A], to: B}\n",
            "resources/user.yaml:5: unknown key 'frm' (at lifecycle.moves.stop.frm)\n"
            "  did you mean 'from'?",
        ),
        (
            _USER.replace("list", "lst"),
            "resources/user.yaml:5: 'lst' is not allowed here (at operations.GET /users.does)\n"
            "  did you mean 'list'?",
        ),
        (
            _USER + "    effect: explode\n",
            "resources/user.yaml:6: 'explode' is not allowed here (at operations.GET /users.effect)\n"
            "  did you mean 'replace'?",
        ),
        (
            "about: x\n",
            "resources/user.yaml:1: the key 'resource' is missing",
        ),
        (
            "resource: user\non:\n- {delete: true}\n",
            "resources/user.yaml:3: the key 'event' is missing (at on.0)",
        ),
        (
            "resource: user\nunique:\n- {within: [a]}\n",
            "resources/user.yaml:3: the key 'fields' is missing (at unique.0)",
        ),
        (
            "resource: user\ndefaults: 5\n",
            'resources/user.yaml:2: 5 is not of type "object" (at defaults)',
        ),
        (
            "resource: user\nsingleton: yes\n",
            'resources/user.yaml:2: "yes" is not of type "boolean" (at singleton)',
        ),
        ("- 1\n", 'resources/user.yaml:1: [1] is not of type "object"'),
        ("", 'resources/user.yaml:1: null is not of type "object"'),
        (
            "resource: user\noperations:\n  GET /a: {does: list}\n  GET /a: {does: read}\n",
            "resources/user.yaml:4: not valid YAML: the key 'GET /a' is given twice\n"
            "      GET /a: {does: read}",
        ),
        (
            "resource: person\n",
            "resources/user.yaml:1: the file is named 'user', its resource 'person'\n"
            "  rename the file to person.yaml",
        ),
    ],
)
def test_a_resource_that_breaks_the_format(text: str, expected: str) -> None:
    assert message(TwinError, user=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about: x\n", "service.yaml:1: the key 'service' is missing"),
        (
            "service: t\nerrors:\n  cases:\n    invalid: {status: 999}\n",
            "service.yaml:4: 999 is greater than the maximum of 599 (at errors.cases.invalid.status)",
        ),
        (
            "service: t\ntime: iso-milis\n",
            "service.yaml:2: 'iso-milis' is not allowed here (at time)\n  did you mean 'iso-millis'?",
        ),
        (
            "service: t\npaging:\n  p: {limits: l}\n",
            "service.yaml:3: unknown key 'limits' (at paging.p.limits)\n  did you mean 'limit'?",
        ),
        (
            "service: t\nvalidation: {bodies: none}\n",
            "service.yaml:2: 'none' is not allowed here (at validation.bodies)\n"
            "  one of strict, lenient, types, off",
        ),
    ],
)
def test_a_service_that_breaks_the_format(text: str, expected: str) -> None:
    assert message(FormatError, service=text) == expected


def test_seeds_and_deviations_that_break_the_format() -> None:
    assert message(FormatError, seed="seed:\n- {data: {}}\n") == (
        "seed.yaml:2: the key 'resource' is missing (at seed.0)"
    )
    entry = "deviations:\n- {operation: GET /users, check: status, reason: because}\n"
    assert message(FormatError, deviations=entry) == (
        "deviations.yaml:2: the key 'evidence' is missing (at deviations.0)"
    )


def test_a_key_that_is_no_text() -> None:
    allowed = ", ".join(sorted(schema()["$defs"]["resource"]["properties"]))
    assert message(TwinError, user="resource: user\n404: x\n") == (
        f"resources/user.yaml:2: unknown key '404' (at 404)\n  keys allowed here: {allowed}"
    )


def test_an_operation_described_in_two_files() -> None:
    other = "resource: zebra\noperations:\n  GET /users: {does: list}\n"
    assert message(FormatError, user=_USER, zebra=other) == (
        "resources/zebra.yaml:3: the operation 'GET /users' is described twice\n"
        "  the other one is in resources/user.yaml:4"
    )


def test_bad_yaml_names_file_and_line() -> None:
    assert message(DamagedTwinError, user="resource: user\nid: [\n") == (
        "resources/user.yaml:3: not valid YAML: did not find expected node content"
    )


def test_text_that_is_not_utf8() -> None:
    files = {"twin.toml": _TOML.encode(), "service.yaml": b"service: \xff\n"}
    with pytest.raises(DamagedTwinError) as caught:
        load_files(files, _CONTRACT)
    assert str(caught.value) == "service.yaml: not UTF-8: invalid start byte"


# Folders


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


def test_a_folder_without_a_twin(tmp_path: Path) -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load_twin(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"{tmp_path}/nowhere: this folder is no twin: it has no twin.toml\n"
        "  give the folder that `twingen build` wrote"
    )


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DamagedTwinError) as caught:
        load_twin(tmp_path / "file")
    assert str(caught.value) == f"{tmp_path}/file: this is a file, not a twin's folder"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"twin_toml": "x = "}, "/t/twin.toml: not valid TOML: Invalid value (at end of document)"),
        ({"twin_toml": 'name = "t"'}, "/t/twin.toml: twin.toml lacks `format` or `name`"),
        (
            {"twin_toml": 'format = 1\nname = "t"\naliases = 5\n', "contract_json": "{}"},
            "/t/twin.toml: `aliases` is no table",
        ),
        ({"twin_toml": _TOML}, "/t: contract.json is missing\n  build the twin again"),
        (
            {"twin_toml": _TOML, "contract_json": "{"},
            "/t/contract.json: contract.json does not hold a contract: "
            "unexpected end of data: line 1 column 2 (char 1)\n  build the twin again",
        ),
        (
            {"twin_toml": _TOML, "contract_json": "[]"},
            "/t/contract.json: contract.json does not hold a contract: "
            "list indices must be integers or slices, not str\n  build the twin again",
        ),
    ],
)
def test_damaged_folders(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load_twin(folder(tmp_path / "t", **files))
    assert str(caught.value) == f"{tmp_path}{expected}"


def test_a_newer_format(tmp_path: Path) -> None:
    with pytest.raises(NewerTwinError) as caught:
        load_twin(folder(tmp_path / "t", twin_toml='format = 2\nname = "t"\n'))
    assert str(caught.value) == (
        f"{tmp_path}/t/twin.toml: the twin is in format 2, this twingen reads up to 1\n"
        "  upgrade twingen: pip install --upgrade twingen"
    )


def test_no_service(tmp_path: Path) -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load_files({"twin.toml": _TOML.encode()}, _CONTRACT)
    assert str(caught.value) == "the twin: service.yaml is missing\n  build the twin again"


# The lock


@pytest.mark.parametrize(
    "raw",
    [
        None, b"", b"{", b"[]", b"5", b"null", b'{"units": {}}', b"\xff",
        b'{"units": {"a": 5}, "operations": {}}', b'{"units": {"a": {"odd": 1}}, "operations": {}}',
        b'{"units": [], "operations": {}}', b'{"units": {}, "operations": {"k": {}}}',
    ],
)  # fmt: skip
def test_a_damaged_lock_is_an_empty_one(raw: bytes | None) -> None:
    damage = "twin.lock is missing" if raw is None else "twin.lock is damaged"
    assert parse_lock(raw) == Lock(damage=damage)


def test_a_lock_reads_back() -> None:
    lock = Lock(
        units={
            "b.yaml": Unit(file="b.yaml", origin="hand", digest="1", left_out=("x", "y"), stale=True),
            "a.yaml": Unit(file="a.yaml", origin="inferred", digest="2", evidence="3"),
        },
        standing={
            "GET /a": Standing(tier="semantic", proof=Proof(kind="test", by="here")),
            "GET /b": Standing(tier="shape", reasons=("because", "why")),
        },
    )
    assert parse_lock(dump_lock(lock)) == lock
    assert dump_lock(parse_lock(dump_lock(lock))) == dump_lock(lock)
    assert parse_lock(dump_lock(Lock())) == Lock()
