"""Planted defects, and that the laws notice them."""

from __future__ import annotations

from functools import cache

import pytest

from tests.verify.machines.depot import depot
from twingen.verify.defects import HELD_BACK, OPERATORS, Operator
from twingen.verify.machines.hold import first_failure, recorded
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.server import Server
from twingen.verify.machines.session import Step, differs

_ALL = {one.name: one for one in (*OPERATORS, *HELD_BACK)}
# Each with the law that is there for it.
_CAUGHT = [
    ("lost-update", "PATCH /halls/{}", "read-your-writes"),
    ("lost-create", "POST /halls", "created-is-shown"),
    ("lost-unlink", "DELETE /halls/{}/crates/{}", "ties-are-symmetric"),
    ("resurrected", "DELETE /halls/{}", "gone-stays-gone"),
    ("cursor-ignored", "GET /crates after", "pages-cover-all"),
    ("filter-ignored", "GET /crates label", "filters-agree-with-a-scan"),
    ("unparsable-accepted", "GET /crates filter", "filters-agree-with-a-scan"),
    ("move-from-anywhere", "crate: move seal", "moves"),
    ("state-writable", "PATCH /crates/{}", "moved-by-moves-only"),
    ("unique-dropped", "hall: unique ('code',)", "unique"),
    ("guard-dropped", "POST /crates too_heavy", "guards"),
    ("write-only-shown", "crate: write_only secret", "write-only-is-not-shown"),
    ("credential-not-needed", "GET /halls/{}", "credential"),
    ("leaking-world", "worlds", "worlds-keep-apart"),
    ("undetermined-ids", "identifiers", "same-requests-same-answers"),
    ("reaction-dropped", "note: on crate.updated", "footprints"),
]


@cache
def plan() -> Plan:
    return Plan(Server(depot()))


@cache
def requests() -> list[list[Step]]:
    return recorded(plan(), seed=0, examples=2)


def test_there_are_enough_and_some_are_held_back() -> None:
    assert len(OPERATORS) >= 30
    assert len(HELD_BACK) >= 8
    assert len(_ALL) == len(OPERATORS) + len(HELD_BACK)


@pytest.mark.parametrize("operator", _ALL.values(), ids=list(_ALL))
def test_planting_leaves_the_twin_as_it_is(operator: Operator) -> None:
    before = depot()
    for defect in operator.plant(before):
        assert defect.place
        assert defect.around is not None or defect.twin != before
    assert before is depot()


def test_the_twin_without_defects_answers_as_recorded() -> None:
    server = Server(depot())
    assert not any(differs(server, steps) for steps in requests())


@pytest.mark.parametrize(("name", "place", "law"), _CAUGHT, ids=[name for name, _, _ in _CAUGHT])
def test_a_defect_is_noticed(name: str, place: str, law: str) -> None:
    defect = next(one for one in _ALL[name].plant(depot()) if one.place == place)
    but: set[tuple[str, str]] = set()
    server = Server(defect.twin, defect.around)
    about = "hall" if "hall" in place else "crate" if "crate" in place else "/"
    near = Plan(plan().server, [key for key in plan().operations if about in key])
    while (failure := first_failure(near, server, seed=1, seconds=30, but=but)) is not None:
        if failure.law == law:
            return
        # Another law may be quicker to see it.
        but.add((failure.law, failure.operation))
    raise AssertionError(f"{law} does not notice it; noticed by {sorted(but)}")
