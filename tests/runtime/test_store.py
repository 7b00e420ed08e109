"""Collections that fork: against a naive model, with forks that never see each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from twingen.runtime.store import CHUNK, Collection, Row, ShardedMap

KEYS = {"color": lambda row: row.data.get("color"), "ref:home": lambda row: row.refs.get("home")}


@dataclass
class Pair:
    """A collection and what it should hold: id → row, in order of age."""

    real: Collection
    model: dict[str, Row] = field(default_factory=dict)

    def agrees(self) -> None:
        rows = list(self.model.values())
        assert list(self.real.rows()) == rows
        assert list(self.real.rows_back()) == rows[::-1]
        assert len(self.real) == len(rows)
        for row in rows:
            assert self.real.get(row.id) is row
        for color in (None, "red", "blue", "green"):
            wanted = [row for row in rows if row.data["color"] == color and color is not None]
            assert list(self.real.where("color", color)) == wanted
            assert list(self.real.where_back("color", color)) == wanted[::-1]
            assert self.real.count("color", color) == len(wanted)
        for place in {0, *[row.seq for row in rows[:: max(len(rows) // 5, 1)]]}:
            younger = [row for row in rows if row.seq > place]
            older = [row for row in rows if row.seq < place]
            assert list(self.real.rows(place)) == younger
            assert list(self.real.rows_back(place)) == older[::-1]
            reds = [row for row in younger if row.data["color"] == "red"]
            assert list(self.real.where("color", "red", place)) == reds
            reds = [row for row in older if row.data["color"] == "red"]
            assert list(self.real.where_back("color", "red", place)) == reds[::-1]


_step = st.tuples(
    st.sampled_from(["add", "add", "add", "paint", "remove", "fork", "many"]),
    st.integers(0, 10_000),
    st.sampled_from([None, "red", "blue"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_step, max_size=40))
def test_against_a_model(steps: list[tuple[str, int, str | None]]) -> None:
    pairs, serial = [Pair(Collection(dict(KEYS)))], 0
    for action, number, color in steps:
        pair = pairs[number % len(pairs)]
        chosen = list(pair.model.values())[number % len(pair.model)] if pair.model else None
        if action in {"add", "many"}:
            for _ in range(CHUNK + 9 if action == "many" else 1):
                serial += 1
                row = Row("thing", f"t{serial}", serial, {"color": color}, {"home": f"h{serial % 3}"})
                pair.real.add(row)
                pair.model[row.id] = row
        elif action == "fork":
            frozen = pair.real  # what was forked is not written to again, as worlds do it
            pair.real = frozen.fork()
            pairs.append(Pair(frozen.fork(), dict(pair.model)))
        elif chosen is not None and action == "paint":
            painted = chosen.with_data({"color": color})
            pair.real.replace(painted)
            pair.model[painted.id] = painted
        elif chosen is not None:
            pair.real.remove(chosen)
            del pair.model[chosen.id]
    for pair in pairs:
        pair.agrees()


@given(st.lists(st.tuples(st.sampled_from("srf"), st.text(max_size=3), st.integers(0, 9))))
def test_maps_against_dicts(steps: list[tuple[str, str, int]]) -> None:
    pairs: list[tuple[ShardedMap[int], dict[str, int]]] = [(ShardedMap(), {})]
    for action, key, value in steps:
        real, model = pairs.pop(value % len(pairs))
        if action == "s":
            real.set(key, value)
            model[key] = value
        elif action == "r":
            real.remove(key)
            model.pop(key, None)
        else:
            pairs.append((real.fork(), dict(model)))
            real = real.fork()
        pairs.append((real, model))
    for real, model in pairs:
        assert len(real) == len(model)
        assert {key: real.get(key) for key in model} == model
        assert real.get("absent key") is None


def test_a_map_that_grew_holds_everything() -> None:
    real: ShardedMap[int] = ShardedMap()
    for number in range(5_000):
        real.set(f"k{number}", number)
    fork = real.fork()
    for number in range(0, 5_000, 2):
        fork.remove(f"k{number}")
    assert len(real) == 5_000
    assert len(fork) == 2_500
    assert [real.get(f"k{n}") for n in (0, 1, 4_999)] == [0, 1, 4_999]
    assert [fork.get(f"k{n}") for n in (0, 1, 4_999)] == [None, 1, 4_999]


def test_rows_may_change_while_they_are_gone_over() -> None:
    real = Collection(dict(KEYS))
    for number in range(1, 2 * CHUNK):
        real.add(Row("thing", f"t{number}", number, {"color": "red"}, {}))
    for row in real.rows():
        real.remove(row)
    assert len(real) == 0
    assert real.count("color", "red") == 0


def test_a_record_knows_fields_then_parents() -> None:
    row = Row("user", "u1", 1, {"name": "Ann", "org": None}, {"org": "o1", "team": "t1"})
    found: list[Any] = [row.member(name) for name in ("name", "org", "team", "id", "absent")]
    assert found == ["Ann", None, "t1", "u1", None]
    assert repr(row) == "<user u1>"
