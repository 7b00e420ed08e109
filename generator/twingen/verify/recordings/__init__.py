"""Recorded traffic of the real service against a twin: the exchanges, one by one, as events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from twingen.errors import UsageError
from twingen.report.model import Note
from twingen.runtime.run import Run
from twingen.twin.model import Twin
from twingen.verify.events import Began, Ended, Event, Found, Noted, NotTried, Tried
from twingen.verify.recordings.findings import finding_of, groups
from twingen.verify.recordings.outcome import REASONS, Outcome
from twingen.verify.recordings.reading import read_recordings
from twingen.verify.recordings.replaying import Replay
from twingen.verify.recordings.trouble import UnknownFormatError
from twingen.verify.target import Target

_EXAMPLES = 3


def check_recordings(
    twin: Twin,
    *,
    files: Sequence[Path],
    target: Target | None = None,
    seeded: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Replay recordings against a twin (or the server in its place) and tell what differs.

    `total` of Began counts exchanges; a case is an exchange that could be judged. Raises
    RecordingError for a file that cannot be read, UsageError for `seeded` with a server elsewhere.
    """
    if seeded and target is not None and target.remote:
        raise UsageError("records are planted in a twin of this process only, and this one is elsewhere")
    passed: list[UnknownFormatError] = []
    cassettes = read_recordings(files, passed)
    replay = Replay(Run([twin]), cassettes, target=target, seeded=seeded)
    total = sum(len(cassette.exchanges) for cassette in cassettes)
    yield Began(source="recording", phase="seeded from the recording" if seeded else "", total=total)
    outcomes: list[Outcome] = []
    for one in replay.outcomes(cancelled):
        outcomes.append(one)
        if one.judged and one.operation:
            yield Tried(source="recording", operation=one.operation, cases=1, failed=int(not one.match))
    for group in groups(outcomes):
        yield Found(finding=finding_of(group))
    yield from _not_tried(outcomes)
    for error in passed:
        yield Noted(note=Note(level="warning", text=f"passed over: {error.where}: {error.message}"))
    for note in notes(outcomes, replay):
        yield Noted(note=note)
    yield Ended(source="recording", reason="done" if len(outcomes) == total else "interrupted")


def _not_tried(outcomes: Sequence[Outcome]) -> Iterator[Event]:
    """Tell of operations that were recorded, and none of whose exchanges could be judged."""
    why: dict[str, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        if one.operation:
            why[one.operation][REASONS[one.unjudged] if one.unjudged else ""] += 1
    for operation, reasons in why.items():
        if "" not in reasons:
            told = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common())
            yield NotTried(operation=operation, why=f"recorded, and could not be judged ({told})")


def notes(outcomes: Sequence[Outcome], replay: Replay) -> Iterator[Note]:
    """Return what a reader of the figures must know."""
    if replay.seeded:
        yield Note(
            level="note",
            text=f"{replay.planted.records} records were planted from the recordings before they were "
            f"replayed ({replay.planted.refused} could not be); figures of such a replay say how a twin "
            "behaves once it knows what was there, and do not compare with others",
        )
    unknown = [one for one in outcomes if one.judged and not one.operation]
    if unknown:
        paths = list(dict.fromkeys(f"{one.method} {one.path}" for one in unknown))
        more = f" and {len(paths) - _EXAMPLES} more" if len(paths) > _EXAMPLES else ""
        yield Note(
            level="warning",
            text=f"{len(unknown)} recorded requests are of no documented operation "
            f"({', '.join(paths[:_EXAMPLES])}{more}); {sum(one.match for one in unknown)} got the recorded answer",
        )
    reasons = Counter(one.unjudged for one in outcomes if one.unjudged)
    for reason, count in reasons.most_common():
        elsewhere = ""
        if reason == "other service":
            hosts = list(dict.fromkeys(one.path for one in outcomes if one.unjudged == reason))
            elsewhere = f" ({', '.join(hosts[:_EXAMPLES])})"
        yield Note(level="note", text=f"{count} recorded exchanges were not judged: {REASONS[reason]}{elsewhere}")


__all__ = ["Replay", "UnknownFormatError", "check_recordings", "notes", "read_recordings"]
