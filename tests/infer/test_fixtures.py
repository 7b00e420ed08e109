"""Every pass: the contract before, and what it makes of it. `fixtures/PASS.{before,after}.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.infer.making import drafted
from twingen.infer import PASSES
from twingen.pipeline import _whole
from twingen.twin.model import Resource
from twingen.twin.write import dump_resource

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(file.name.removesuffix(".before.yaml") for file in FIXTURES.glob("*.before.yaml"))


def after(name: str) -> str:
    """Return what the passes make of a fixture's contract, as far as the one of that name had a part in it."""
    draft = drafted(yaml.safe_load((FIXTURES / f"{name}.before.yaml").read_text(encoding="utf-8")))
    for run in PASSES:
        draft = run(draft)
    found = [dump_resource(one, "t") for one in _whole(draft.resources, draft.operations) if _by(name, one)]
    if draft.aliases:
        found.append(yaml.safe_dump({"aliases": dict(draft.aliases)}, sort_keys=True))
    return "---\n".join(found)


def _by(name: str, resource: Resource) -> bool:
    cited = (resource.inferred, *(operation.inferred for operation in resource.operations))
    uses = {treatment.use for operation in resource.operations for treatment in operation.parameters.values()}
    marks = {"filters": uses - {"ignored", "moot", "expand"}, "moot": uses & {"moot"}, "default_world": resource.seeds}
    return bool(marks.get(name)) or any(line.startswith(f"{name}:") for lines in cited for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_pass(name: str) -> None:
    assert after(name) == (FIXTURES / f"{name}.after.yaml").read_text(encoding="utf-8")


def test_every_pass_that_makes_behaviour_has_a_fixture() -> None:
    # Conventions and aliases make no resources: see test_passes.py.
    assert {run.__name__ for run in PASSES} - {"conventions", "aliases"} == set(NAMES)
