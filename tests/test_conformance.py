"""Builds that end in a proof: what is written, what a rebuild keeps of it, what a repair changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shop import write_docs
from twingen.conformance import Proof
from twingen.pipeline import Built, Proving, StageFinished, build
from twingen.render.report.markdown import digest_in, is_proof, verdict_in
from twingen.report.digest import digest_of_folder
from twingen.report.model import Finding
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.verify.events import Ended, Event, Found, Tried
from twingen.verify.provers import Prover, Task

LIST = "GET /api/v1/items"


def quiet(task: Task) -> Iterator[Event]:
    for operation in task.twin.contract.operations:
        yield Tried(source="contract", operation=operation.key, cases=5)
    yield Ended(source="contract")


def lawless(task: Task) -> Iterator[Event]:
    """Find every time that the list does not hold its law."""
    yield from quiet(task)
    yield Tried(source="law", operation=LIST, cases=1, failed=1, check="lists")
    title = "a record is missing"
    yield Found(finding=Finding(source="law", check="lists", operation=LIST, identity="l", title=title))


def interrupted(task: Task) -> Iterator[Event]:
    yield from ()
    raise KeyboardInterrupt


def proof(run: Callable[[Task], Iterator[Event]]) -> Proof:
    return Proof(seconds=60, provers=(Prover(name="fake", source="contract", run=run),))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def make(tmp_path: Path, cache: Path) -> Callable[..., Built]:
    docs = write_docs(tmp_path / "docs")

    def run(prover: Callable[[Task], Iterator[Event]] | None = None, **more: object) -> Built:
        out = tmp_path / "shop"
        return build(
            "shop", docs, out, adopt_from=out if out.exists() else None, cache=cache,
            proof=proof(prover) if prover else None, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    return run


def test_a_proof_is_written_with_the_digest_of_its_twin(make: Callable[..., Built]) -> None:
    events: list[object] = []
    built = make(quiet, on_event=events.append)
    assert built.report.converged
    text = (built.path / "CONFORMANCE.md").read_text()
    assert (verdict_in(text), is_proof(text)) == ("converged", True)
    assert digest_in(text) == digest_of_folder(built.path) == built.report.digest
    assert any(isinstance(event, Proving) for event in events)
    stages = [event.stage for event in events if isinstance(event, StageFinished)]
    assert stages[-3:] == ["prove", "converge", "write"]
    assert "CONFORMANCE.md" not in built.twin.lock.units


def test_without_a_proof_the_page_says_what_was_not_tried(make: Callable[..., Built]) -> None:
    built = make()
    assert built.report.converged is None
    text = (built.path / "CONFORMANCE.md").read_text()
    assert "**Not proved.** No proof was asked for: fuzzing, stateful runs, scenarios" in text
    assert "5 operations are proved by laws that notice planted defects" in text
    assert digest_in(text) == digest_of_folder(built.path)


def test_a_rebuild_of_the_same_files_keeps_the_proof(make: Callable[..., Built]) -> None:
    built = make(quiet)
    page = built.path / "CONFORMANCE.md"
    proved = page.read_bytes()
    make()
    assert page.read_bytes() == proved
    file = built.path / "resources" / "item.yaml"
    file.write_text("# By hand.\n" + file.read_text())
    make()
    assert verdict_in(page.read_text()) == "not proved"


def test_a_repair_is_in_the_files_and_on_record(make: Callable[..., Built]) -> None:
    built = make(lawless)
    assert built.report.converged
    why = "law lists does not hold: a record is missing"
    standing = load_twin(built.path).lock.standing[LIST]
    assert (standing.tier, why in standing.reasons) == ("shape", True)
    assert [(one.what, one.why) for one in built.report.excuses] == [(f"{LIST}: shape → shape", why)]
    result = next(one for one in built.report.operations if one.key == LIST)
    assert (result.tier, result.reasons) == (standing.tier, standing.reasons)
    assert built.report.digest == digest_of_folder(built.path)
    Run([load_twin(built.path)])
    # Nothing of it counts as written by hand: without a proof the next build concludes anew.
    again = make()
    assert again.adopted == ()
    assert why not in again.twin.lock.standing[LIST].reasons


def test_ctrl_c_in_the_proof_leaves_the_old_twin(make: Callable[..., Built], tmp_path: Path) -> None:
    built = make()
    before = {file: file.read_bytes() for file in built.path.rglob("*") if file.is_file()}
    with pytest.raises(KeyboardInterrupt):
        make(interrupted)
    assert {file: file.read_bytes() for file in built.path.rglob("*") if file.is_file()} == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["docs", "shop"]


def test_scenarios_of_a_twin_that_is_not_written_yet_are_played(make: Callable[..., Built]) -> None:
    built = make()
    (built.path / "scenarios").mkdir()
    (built.path / "scenarios" / "buy.yaml").write_text("arazzo: 1.0.1\n")
    seen: list[list[str]] = []

    def looking(task: Task) -> Iterator[Event]:
        assert task.twin.path is not None
        seen.append([file.name for file in (task.twin.path / "scenarios").iterdir()])
        yield from quiet(task)

    make(looking)
    assert seen == [["buy.yaml"]] * 3
