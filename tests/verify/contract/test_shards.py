"""A check over several processes says the same as in one, and outlives a process that dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from tests.verify.contract.making import Heard, check, sound
from twingen.report.model import Note
from twingen.verify.contract.shards import sharded, slices
from twingen.verify.contract.work import Work
from twingen.verify.events import Began, Ended, Event, Noted, Tried

KEYS = frozenset({"GET /items", "POST /items", "GET /items/{}", "DELETE /items/{}"})


def dies(work: Work, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Try one operation of a share; the process with the first one dies after that."""
    for key in sorted(work.operations):
        yield Began(source="contract", phase="coverage", total=1)
        yield Tried(source="contract", operation=key, cases=1, column="overlay")
        if key == "DELETE /items/{}":
            import time

            time.sleep(0.5)  # what was told is on its way
            os._exit(7)
    yield Ended(source="contract", phase="coverage")


def goes_wrong(work: Work, stopped: Callable[[], bool]) -> Iterator[Event]:
    yield Noted(note=Note(level="note", text="here"))
    raise ValueError("in the middle")


def test_shares_cover_all_operations_once() -> None:
    shares = slices(sound(), KEYS, 3)
    assert shares == [KEYS]  # one resource stays together
    assert sorted(key for share in slices(sound(), frozenset(list(KEYS)[:2]), 2) for key in share) == sorted(
        list(KEYS)[:2]
    )


def test_two_processes_find_nothing_in_a_sound_twin_either() -> None:
    heard = check(sound(), jobs=2, phases=("coverage",))
    assert heard.findings == []
    assert set(heard.tallies("overlay")) == KEYS
    assert heard.tallies("overlay") == check(sound(), phases=("coverage",)).tallies("overlay")
    phases = [(type(e).__name__, e.phase) for e in heard.events if isinstance(e, (Began, Ended))]
    assert phases == [("Began", "coverage"), ("Ended", "coverage")]


def test_a_process_that_dies_is_said_and_its_operations_are_not_tried() -> None:
    work = Work(twin=sound(), operations=KEYS)
    heard = Heard(sharded(work, 2, lambda: False, dies))
    assert [(note.level, note.text) for note in heard.notes] == [
        ("error", "a process that tried 4 operations ended with exit code 7; 3 were not tried")
    ]
    assert set(heard.not_tried) == KEYS - {"DELETE /items/{}"}
    assert set(heard.not_tried.values()) == {"the process that was to try it ended with exit code 7"}


def test_an_error_inside_a_process_is_said() -> None:
    heard = Heard(sharded(Work(twin=sound(), operations=KEYS), 2, lambda: False, goes_wrong))
    assert ("error", "a process went wrong: ValueError: in the middle") in [
        (note.level, note.text) for note in heard.notes
    ]
    assert set(heard.not_tried) == KEYS
