"""Builds: what is written loads, what was written by hand stays, and a failure changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.runtime.making import Caller, document
from twingen import pipeline
from twingen.errors import FormatError, NoContractError, UsageError
from twingen.pipeline import Built, StageFinished, StageStarted, build
from twingen.render import swap
from twingen.twin.load import load_twin
from twingen.twin.record import Lock

_CACHE: list[Path] = []
_USER = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "created": {"type": "string", "format": "date-time", "readOnly": True},
    },
}
_ROUTES = """
GET /users
POST /users 201
GET /users/{id}
PUT /users/{id}
DELETE /users/{id} 204
GET /teams
POST /teams 201
GET /teams/{id}
"""


def contract(routes: str = _ROUTES) -> dict[str, Any]:
    """Return a document of users and teams whose operations say what they answer."""
    more: dict[str, Any] = {}
    for line in routes.split("\n"):
        if not line.strip():
            continue
        method, path = line.split()[:2]
        name = "User" if path.startswith("/users") else "Team"
        reference = {"$ref": f"#/components/schemas/{name}"}
        listed = method == "GET" and "{" not in path
        shape: dict[str, Any] = {"type": "array", "items": reference} if listed else reference
        status = "201" if method == "POST" else "204" if method == "DELETE" else "200"
        media = {"content": {"application/json": {"schema": shape}}}
        body: dict[str, Any] = {} if status == "204" else media
        answers = {status: {"description": "Done.", **body}}
        operation: dict[str, Any] = {"responses": answers}
        if method in {"POST", "PUT"}:
            operation["requestBody"] = {"content": {"application/json": {"schema": reference}}}
        more[f"{method} {path}"] = operation
    whole = document(routes, more)
    whole["components"]["schemas"] = {"User": _USER, "Team": _USER}
    return whole


def docs(path: Path, routes: str = _ROUTES) -> Path:
    path.mkdir(exist_ok=True)
    (path / "api.json").write_bytes(orjson.dumps(contract(routes)))
    return path


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all: generating models.py takes seconds."""
    _CACHE.append(tmp_path_factory.mktemp("cache"))
    return _CACHE[-1]


@pytest.fixture
def built(tmp_path: Path, cache: Path) -> Built:
    return build("small", docs(tmp_path / "docs"), tmp_path / "small", cache=cache)


def again(first: Built, tmp_path: Path, routes: str = _ROUTES, **options: Any) -> Built:
    """Build once more in place, adopting what is there."""
    where = docs(tmp_path / "docs", routes)
    return build(
        "small", where, first.path, adopt_from=first.path, cache=_CACHE[-1], **options
    )


def content(path: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()
    }


def edit(built: Built, file: str, old: str, new: str) -> str:
    """Edit a file by hand and return its text."""
    place = built.path / file
    text = place.read_text()
    assert old in text, text
    place.write_text(text.replace(old, new, 1))
    return place.read_text()


_BY_HAND = ("operations:", "defaults: {role: guest}  # by hand\noperations:")


def test_what_is_built_loads_and_answers(built: Built) -> None:
    twin = load_twin(built.path)
    assert twin == built.twin
    assert {resource.name for resource in twin.resources} == {"user", "team"}
    call = Caller(twin)
    made = call.json("POST", "/users", {"name": "Ann"})
    assert call.json("GET", f"/users/{made['id']}") == made
    assert made in call.json("GET", "/users")
    assert set(content(built.path)) >= {
        "twin.toml", "contract.json", "overlay.yaml", "service.yaml", "models.py", "twin.lock",
        "resources/user.yaml", "resources/team.yaml",
    }  # fmt: skip


def test_an_unchanged_rebuild_is_the_same_bytes(built: Built, tmp_path: Path) -> None:
    before = content(built.path)
    assert content(again(built, tmp_path).path) == before
    fresh = build("small", tmp_path / "docs", tmp_path / "fresh", cache=_CACHE[-1])
    assert content(fresh.path) == before


def test_edits_by_hand_survive_verbatim(built: Built, tmp_path: Path) -> None:
    text = edit(built, "resources/user.yaml", *_BY_HAND)
    service = edit(built, "service.yaml", "service: small", "service: small  # mine\ntime: unix")
    (built.path / "resources/user.py").write_text("def f(scope):\n    return 1\n")
    for _ in range(2):
        after = again(built, tmp_path)
        assert (built.path / "resources/user.yaml").read_text() == text
        assert (built.path / "service.yaml").read_text() == service
        assert (built.path / "resources/user.py").read_text() == "def f(scope):\n    return 1\n"
        assert after.adopted == ("resources/user.py", "resources/user.yaml", "service.yaml")
        assert after.left_out == ()
        units = after.twin.lock.units
        assert units["resources/user.yaml"].origin == "hand"
        assert units["resources/team.yaml"].origin == "inferred"
    assert Caller(after.twin).json("POST", "/users", {})["role"] == "guest"


@pytest.mark.parametrize("damage", ["absent", "text", "empty", "other"])
def test_a_lost_lock_loses_no_behaviour(built: Built, tmp_path: Path, damage: str) -> None:
    text = edit(built, "resources/user.yaml", *_BY_HAND)
    before = content(again(built, tmp_path).path)
    lock = built.path / "twin.lock"
    if damage == "absent":
        lock.unlink()
    else:
        lock.write_bytes({"text": b"\xff{", "empty": b"", "other": b'{"units": [1], "operations": 5}'}[damage])
    assert load_twin(built.path).resources == built.twin.resources or "role" in text
    assert content(again(built, tmp_path).path) == before


def test_a_release_that_renames_parameters(built: Built, tmp_path: Path) -> None:
    text = edit(built, "resources/user.yaml", *_BY_HAND)
    after = again(built, tmp_path, _ROUTES.replace("/users/{id}", "/users/{userId}"))
    assert after.left_out == ()
    assert (built.path / "resources/user.yaml").read_text() == text
    call = Caller(after.twin)
    made = call.json("POST", "/users", {"name": "Ann"})
    assert call.json("GET", f"/users/{made['id']}")["role"] == "guest"


def test_a_release_without_an_operation(built: Built, tmp_path: Path) -> None:
    edit(built, "resources/user.yaml", *_BY_HAND)
    after = again(built, tmp_path, _ROUTES.replace("PUT /users/{id}\n", ""))
    assert after.left_out == ()
    assert after.merged == ("resources/user.yaml: PUT /users/{}: gone",)
    user = next(resource for resource in after.twin.resources if resource.name == "user")
    assert "PUT /users/{}" not in {operation.key for operation in user.operations}
    assert user.defaults == {"role": "guest"}


def test_an_edit_follows_what_the_rules_conclude_now(built: Built, tmp_path: Path) -> None:
    edit(built, "resources/user.yaml", *_BY_HAND)
    after = again(built, tmp_path, _ROUTES + "POST /users/{id}/lifecycle/suspend\nPATCH /users/{id}\n")
    assert "resources/user.yaml: PATCH /users/{}: new" in after.merged
    assert after.conflicts == ()
    user = next(resource for resource in after.twin.resources if resource.name == "user")
    assert user.defaults == {"role": "guest"}
    assert "PATCH /users/{}" in {operation.key for operation in user.operations}
    assert after.twin.lock.units["resources/user.yaml"].origin == "hand"


def test_what_both_changed_is_stale_until_a_hand_has_been_at_it(built: Built, tmp_path: Path) -> None:
    edit(built, "resources/user.yaml", "does: list", "does: list  # by hand")
    (tmp_path / "docs").mkdir(exist_ok=True)
    assert again(built, tmp_path).stale == ()
    paged = contract()
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    paged["paths"]["/users"]["get"]["parameters"] = [limit]
    (tmp_path / "docs" / "api.json").write_bytes(orjson.dumps(paged))

    def once_more() -> Built:
        return build("small", tmp_path / "docs", built.path, adopt_from=built.path, cache=_CACHE[-1])

    after = once_more()
    assert after.conflicts == ("resources/user.yaml: GET /users: kept as the hand has it",)
    assert after.stale == ("resources/user.yaml",)
    assert once_more().stale == ("resources/user.yaml",)
    edit(built, "resources/user.yaml", "# by hand", "# by hand, and seen to")
    assert once_more().stale == ()


def test_a_behaviour_binds_only_what_resolves(built: Built, tmp_path: Path) -> None:
    where = tmp_path / "docs"
    sorted_by = {"name": "sortBy", "in": "query", "schema": {"type": "string"}}
    whole = contract()
    whole["paths"]["/users"]["get"]["parameters"] = [sorted_by]
    (where / "api.json").write_bytes(orjson.dumps(whole))
    first = build("small", where, built.path, adopt_from=built.path, cache=_CACHE[-1])
    text = (built.path / "resources/user.yaml").read_text()
    by_hand = text.replace("sortBy:", "q: {use: contains, fields: [name]}\n      sortBy:", 1)
    assert by_hand != text
    (built.path / "resources/user.yaml").write_text(by_hand)
    kept = build("small", where, first.path, adopt_from=first.path, cache=_CACHE[-1])
    assert kept.left_out == (), "what no contract ever documented is known from elsewhere"
    after = again(kept, tmp_path)
    assert after.left_out == (
        "resources/user.yaml: GET /users: the parameter 'sortBy' is not documented here",
    )
    listed = next(op for r in after.twin.resources for op in r.operations if op.key == "GET /users")
    assert set(listed.parameters) == {"q"}


def test_a_behaviour_that_another_operation_rules_out(built: Built, tmp_path: Path) -> None:
    text = (built.path / "resources/user.yaml").read_text(encoding="utf-8")
    rule = "    does: list\n    only_without: [\"POST /teams/{}\"]\n"
    marked = text.replace("    does: list\n", rule, 1)
    assert marked != text
    (built.path / "resources/user.yaml").write_text(marked, encoding="utf-8")
    assert again(built, tmp_path, _ROUTES).left_out == ()
    after = again(built, tmp_path, _ROUTES + "POST /teams/{id}\n")
    assert after.left_out == (
        "resources/user.yaml: GET /users: not the answer beside POST /teams/{}",
    )


def test_a_default_world_that_cannot_be_made_is_not_written(built: Built, tmp_path: Path) -> None:
    (built.path / "seed.yaml").write_text("seed:\n- {resource: usr, data: {}}\n", encoding="utf-8")
    before = content(built.path)
    with pytest.raises(FormatError, match="there is no resource 'usr'"):
        again(built, tmp_path, _ROUTES)
    assert content(built.path) == before


def test_an_unchanged_twin_is_not_tried_again(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, cache = docs(tmp_path / "docs", _ROUTES), tmp_path / "cache"

    def once_more() -> Lock:
        return build("small", where, built.path, adopt_from=built.path, cache=cache).twin.lock

    first = once_more()
    with monkeypatch.context() as patched:
        patched.setattr("twingen.verify.remembered.prove", lambda twin: pytest.fail("tried again"))
        assert once_more() == first
    for entry in (cache / "laws").iterdir():
        entry.write_text("damaged", encoding="utf-8")
    assert once_more() == first


def test_a_release_without_a_resource(built: Built, tmp_path: Path) -> None:
    edit(built, "resources/team.yaml", *_BY_HAND)
    after = again(built, tmp_path, _ROUTES.split("GET /teams")[0])
    assert after.left_out == (
        "resources/team.yaml: GET /teams: not documented here",
        "resources/team.yaml: POST /teams: not documented here",
        "resources/team.yaml: GET /teams/{}: not documented here",
    )
    assert not (built.path / "resources/team.yaml").exists()


def test_a_new_operation_is_inferred_beside_what_is_by_hand(built: Built, tmp_path: Path) -> None:
    edit(built, "resources/user.yaml", *_BY_HAND)
    after = again(built, tmp_path, _ROUTES + "DELETE /teams/{id} 204\nGET /things\nPOST /things 201\nGET /things/{id}\n")
    keys = {op.key for resource in after.twin.resources for op in resource.operations}
    assert {"DELETE /teams/{}", "GET /things/{}"} <= keys


def test_dry_runs_and_events(built: Built, tmp_path: Path) -> None:
    before = content(built.path)
    events: list[Any] = []
    after = again(built, tmp_path, "GET /users\n", dry_run=True, on_event=events.append)
    assert not after.written
    assert content(built.path) == before
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert stages == ["read", "infer", "adopt", "prove", "write"]
    assert [event.stage for event in events if isinstance(event, StageFinished)] == stages


# What goes wrong


@pytest.mark.parametrize("stage", ["read_folder", "infer", "adopt", "standings", "dump_lock", "write_folder"])
def test_a_failing_stage_leaves_the_old_twin(
    built: Built, tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(built.path)

    def broken(*arguments: Any, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, stage, broken)
    with pytest.raises(KeyboardInterrupt):
        again(built, tmp_path, "GET /users\n")
    assert content(built.path) == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["docs", "small"]


def test_a_failing_swap_puts_the_old_twin_back(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(built.path)
    rename = Path.rename

    def stubborn(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)  # as where the system cannot
    monkeypatch.setattr(Path, "rename", stubborn)
    with pytest.raises(UsageError) as caught:
        again(built, tmp_path, "GET /users\n")
    assert str(caught.value) == f"{built.path}: cannot write the twin: No space left on device"
    assert content(built.path) == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["docs", "small"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(built: Built, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="no permission to write there"):
            again(built, tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_foreign_files_are_refused(built: Built, tmp_path: Path) -> None:
    (built.path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError) as caught:
        again(built, tmp_path)
    assert str(caught.value) == (
        f"{built.path}: the twin's folder holds foreign files: notes.txt\n"
        "  move them elsewhere; a build replaces the whole folder"
    )
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError) as caught:
        build("small", tmp_path / "docs", other)
    assert str(caught.value) == (
        f"{other}: the folder holds other things than a twin: thesis.tex\n"
        "  choose another --out, or empty the folder"
    )
    with pytest.raises(UsageError) as caught:
        build("small", tmp_path / "docs", other / "thesis.tex")
    assert str(caught.value) == f"{other}/thesis.tex: the output is no folder\n  choose another --out"


def test_no_contract_leaves_the_old_twin(built: Built, tmp_path: Path) -> None:
    before = content(built.path)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "readme.md").write_text("# Nothing here\n")
    with pytest.raises(NoContractError):
        build("small", empty, built.path, adopt_from=built.path)
    assert content(built.path) == before


def test_a_broken_edit_by_hand_is_named_and_kept(built: Built, tmp_path: Path) -> None:
    from twingen.errors import FormatError

    edit(built, "resources/user.yaml", "operations:", "oprations:")
    before = content(built.path)
    with pytest.raises(FormatError, match="unknown key 'oprations'"):
        again(built, tmp_path)
    assert content(built.path) == before


def test_without_a_documented_success_an_operation_is_unsupported(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_bytes(orjson.dumps(document("GET /users\nPOST /users/{id}/odd 400")))
    after = build("odd", tmp_path / "api.json", tmp_path / "odd")
    standing = after.twin.lock.standing["POST /users/{}/odd"]
    assert (standing.tier, standing.reasons) == (
        "unsupported", ("it documents no success to answer with",),
    )  # fmt: skip
