"""The ledger: every conversation with a model, kept in SQLite in the user's state folder.

Turns are content-addressed and form a DAG: a turn's digest covers its parent, its role and its
content, so that the same prompt is the same turn, whichever run asks, and is paid for once. What is
written is on disk when the call returns; a process that is killed loses at most the turn under way.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import orjson

from twingen.agent.usage import Usage
from twingen.errors import UsageError

Role = Literal["root", "user", "assistant"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
  digest TEXT PRIMARY KEY, parent TEXT, role TEXT NOT NULL, content BLOB NOT NULL,
  stop TEXT NOT NULL DEFAULT '', usage TEXT NOT NULL DEFAULT '{}', cost REAL, model TEXT NOT NULL DEFAULT '',
  created REAL NOT NULL);
CREATE INDEX IF NOT EXISTS turns_parent ON turns (parent, role);
CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, twin TEXT NOT NULL, model TEXT NOT NULL, started REAL NOT NULL, ended REAL,
  status TEXT NOT NULL DEFAULT 'running');
CREATE TABLE IF NOT EXISTS conversations (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id), unit TEXT NOT NULL, role TEXT NOT NULL,
  root TEXT NOT NULL, head TEXT NOT NULL, start TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'running',
  reason TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '', usage TEXT NOT NULL DEFAULT '{}', cost REAL,
  started REAL NOT NULL, ended REAL);
CREATE INDEX IF NOT EXISTS conversations_root ON conversations (root);
CREATE TABLE IF NOT EXISTS branches (
  twin TEXT NOT NULL, unit TEXT NOT NULL, role TEXT NOT NULL, turn TEXT NOT NULL, conversation INTEGER NOT NULL,
  created REAL NOT NULL, PRIMARY KEY (twin, unit, role));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message. `content` is a list of content blocks; the root's is the prompt's head as a mapping."""

    digest: str
    parent: str | None
    role: Role
    content: Any
    stop: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    model: str = ""
    created: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What one unit's conversation came to. `start` and `result` are digests of kept values."""

    id: int
    run: int
    twin: str
    unit: str
    role: str
    root: str
    head: str
    start: str
    status: str
    reason: str
    result: str
    usage: Usage
    cost: float | None
    model: str
    started: float
    ended: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A wish that a unit's conversation goes on anew from `turn` in the next build."""

    unit: str
    role: str
    turn: str
    conversation: int


def turn_digest(parent: str | None, role: Role, content: Any) -> str:
    raw = orjson.dumps([parent, role, content], option=orjson.OPT_SORT_KEYS)
    return sha256(raw).hexdigest()[:40]


class Ledger:
    """The conversations in one SQLite file; safe to use from several threads and processes."""

    def __init__(self, path: Path):
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"the ledger cannot be opened: {error}",
                where=str(path),
                remedy="set TWINGEN_STATE to a folder that can be written, or move the file away",
            ) from None
        self._lock = threading.RLock()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _run(self, text: str, *values: Any) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(text, values)

    # Turns

    def add(
        self, parent: str | None, role: Role, content: Any, *, stop: str = "",
        usage: Usage | None = None, cost: float | None = None, model: str = "",
    ) -> str:  # fmt: skip
        """Keep a turn and return its digest; one that is there already stays as it is."""
        digest = turn_digest(parent, role, content)
        self._run(
            "INSERT OR IGNORE INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            digest, parent, role, orjson.dumps(content), stop,
            orjson.dumps((usage or Usage()).as_dict()).decode(), cost, model, time.time(),
        )  # fmt: skip
        return digest

    def turn(self, digest: str) -> Turn | None:
        row = self._run("SELECT * FROM turns WHERE digest = ?", digest).fetchone()
        return None if row is None else _turn(row)

    def resolve(self, start: str) -> str | None:
        """Return the whole digest of the only turn that begins with `start`, else None."""
        if len(start) < 4 or not all(c in "0123456789abcdef" for c in start):
            return None
        rows = self._run("SELECT digest FROM turns WHERE digest GLOB ? LIMIT 2", start + "*").fetchall()
        return str(rows[0][0]) if len(rows) == 1 else None

    def answers(self, parent: str) -> list[Turn]:
        """Return what models answered to the conversation that ends in `parent`, oldest first."""
        rows = self._run(
            "SELECT * FROM turns WHERE parent = ? AND role = 'assistant' ORDER BY created, rowid", parent
        )
        return [_turn(row) for row in rows.fetchall()]

    def path_to(self, digest: str) -> list[Turn]:
        """Return the turns from the root to `digest`."""
        found: list[Turn] = []
        at: str | None = digest
        while at is not None:
            turn = self.turn(at)
            if turn is None:
                break
            found.append(turn)
            at = turn.parent
        return found[::-1]

    # Values that are too long for a turn, or belong to none

    def keep(self, value: bytes) -> str:
        digest = sha256(value).hexdigest()[:40]
        self._run("INSERT OR IGNORE INTO blobs VALUES (?, ?)", digest, value)
        return digest

    def kept(self, digest: str) -> bytes | None:
        row = self._run("SELECT content FROM blobs WHERE digest = ?", digest).fetchone()
        return None if row is None else bytes(row[0])

    # Runs and conversations

    def begin_run(self, twin: str, model: str) -> int:
        cursor = self._run(
            "INSERT INTO runs (twin, model, started) VALUES (?, ?, ?)", twin, model, time.time()
        )
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, status: str) -> None:
        self._run("UPDATE runs SET ended = ?, status = ? WHERE id = ?", time.time(), status, run)

    def begin(self, run: int, unit: str, role: str, root: str, start: bytes) -> int:
        """Begin a conversation; `start` is what its tools work on at first."""
        kept = self.keep(start)
        cursor = self._run(
            "INSERT INTO conversations (run, unit, role, root, head, start, started) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            run, unit, role, root, root, kept, time.time(),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def advance(self, conversation: int, head: str) -> None:
        self._run("UPDATE conversations SET head = ? WHERE id = ?", head, conversation)

    def finish(
        self, conversation: int, status: str, *, reason: str, result: bytes, usage: Usage,
        cost: float | None,
    ) -> None:  # fmt: skip
        self._run(
            "UPDATE conversations SET status = ?, reason = ?, result = ?, usage = ?, cost = ?, ended = ? "
            "WHERE id = ?",
            status, reason, self.keep(result), orjson.dumps(usage.as_dict()).decode(), cost, time.time(),
            conversation,
        )  # fmt: skip

    def finished(self, root: str) -> Conversation | None:
        """Return the latest conversation from `root` that was brought to its end."""
        return next(
            self._conversations("c.root = ? AND c.status = 'submitted' ORDER BY c.id DESC LIMIT 1", root), None
        )

    def conversation(self, number: int) -> Conversation | None:
        return next(self._conversations("c.id = ?", number), None)

    def conversations(self, twin: str, unit: str | None = None) -> list[Conversation]:
        """Return a twin's conversations, oldest first."""
        if unit is None:
            return list(self._conversations("r.twin = ? ORDER BY c.id", twin))
        return list(self._conversations("r.twin = ? AND c.unit = ? ORDER BY c.id", twin, unit))

    def _conversations(self, where: str, *values: Any) -> Iterator[Conversation]:
        rows = self._run(
            "SELECT c.id, c.run, r.twin, c.unit, c.role, c.root, c.head, c.start, c.status, c.reason, "
            "c.result, c.usage, c.cost, r.model, c.started, c.ended "
            f"FROM conversations c JOIN runs r ON r.id = c.run WHERE {where}",
            *values,
        )
        for row in rows.fetchall():
            yield Conversation(
                id=row[0], run=row[1], twin=row[2], unit=row[3], role=row[4], root=row[5], head=row[6],
                start=row[7], status=row[8], reason=row[9], result=row[10],
                usage=Usage.from_dict(orjson.loads(row[11])), cost=row[12], model=row[13],
                started=row[14], ended=row[15],
            )  # fmt: skip

    # Branches

    def branch(self, twin: str, branch: Branch) -> None:
        """Note that the next build goes on anew from a turn; an earlier wish for the unit is replaced."""
        self._run(
            "INSERT OR REPLACE INTO branches VALUES (?, ?, ?, ?, ?, ?)",
            twin, branch.unit, branch.role, branch.turn, branch.conversation, time.time(),
        )  # fmt: skip

    def branches(self, twin: str) -> list[Branch]:
        rows = self._run("SELECT unit, role, turn, conversation FROM branches WHERE twin = ?", twin)
        return [Branch(unit=r[0], role=r[1], turn=r[2], conversation=r[3]) for r in rows.fetchall()]

    def drop_branch(self, twin: str, unit: str, role: str) -> None:
        self._run("DELETE FROM branches WHERE twin = ? AND unit = ? AND role = ?", twin, unit, role)


def _turn(row: tuple[Any, ...]) -> Turn:
    return Turn(
        digest=row[0], parent=row[1], role=row[2], content=orjson.loads(row[3]), stop=row[4],
        usage=Usage.from_dict(orjson.loads(row[5])), cost=row[6], model=row[7], created=row[8],
    )  # fmt: skip
