"""An interrupted proof, kept so that the same command goes on from where it was."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import orjson

from twingen.errors import TwingenError
from twingen.report.data import dump, load
from twingen.report.model import Finding, Report
from twingen.verify.remembered import code_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a proof is after a round.

    `repaired` are the findings that led to repairs, in order: the rules make the same of them again;
    `covered` says, by prover, in which state (a digest) each operation was tried.
    """

    report: Report
    repaired: tuple[Finding, ...] = ()
    covered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quiet: int = 0


class Kept:
    """The file of one proof: of this twin, by these provers, on this seed and these operations.

    Without a folder or a digest nothing is kept. A damaged file counts as none.
    """

    def __init__(
        self, folder: Path | None, digest: str, seed: int, provers: Iterable[str],
        operations: Collection[str] | None,
    ):  # fmt: skip
        self._state: State | None = None
        chosen = "all" if operations is None else sorted(operations)
        what = f"{code_digest().hex()} {digest} {seed} {list(provers)} {chosen}"
        name = sha256(what.encode()).hexdigest()[:40]
        self.file = folder / "proofs" / f"{name}.json" if folder is not None and digest else None

    def read(self) -> State | None:
        if self.file is None:
            return None
        try:
            data = orjson.loads(self.file.read_bytes())
            report = load(data["report"])
            repaired = load(data["repaired"]).findings
            self._state = State(
                report=report, repaired=repaired, covered=data["covered"], quiet=data["quiet"]
            )
        except (OSError, ValueError, KeyError, TypeError, TwingenError):
            return None
        return self._state

    def mark(self, state: State) -> None:
        """Remember what the finished rounds came to."""
        self._state = state

    def write(self, open: Iterable[Finding]) -> bool:
        """Write what was marked last, and the findings since then; returns whether that went well."""
        state = self._state
        if self.file is None or state is None:
            return False
        known = {finding.identity for finding in state.report.findings}
        since = [finding for finding in open if finding.identity not in known]
        data = {
            "report": dump(replace(state.report, findings=(*state.report.findings, *since))),
            "repaired": dump(replace(state.report, findings=state.repaired)),
            "covered": state.covered,
            "quiet": 0 if since else state.quiet,
        }
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_bytes(orjson.dumps(data))
            temporary.replace(self.file)
        except OSError:
            return False
        return True

    def drop(self) -> None:
        if self.file is not None:
            self.file.unlink(missing_ok=True)
