"""What is said of a recording that cannot be read."""

from __future__ import annotations

from twingen.errors import TwingenError

FORMATS = "HAR, VCR (ruby), vcrpy, go-vcr, and sessions as JSON lines"


class RecordingError(TwingenError):
    """A file of recorded traffic that cannot be read: where, as which format, and why."""


class UnknownFormatError(RecordingError):
    """A file that holds something else: in a folder, others may be recordings all the same."""


def unreadable(where: str, why: str, *, tried: str, remedy: str | None = None) -> RecordingError:
    """Return the error of a file that looked like the format `tried`."""
    return RecordingError(
        f"not a recording: {why}", where=where,
        remedy=remedy or f"it was read as {tried}; replay reads {FORMATS}",
    )  # fmt: skip
