"""What an agent wrote is kept by the next build, and with unchanged documents nothing is asked again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from tests.agent import lending
from tests.agent.conftest import Builder
from tests.agent.model_server import Script
from twingen import agent
from twingen.agent.memory import FILE, dump_memory, parse_memory
from twingen.pipeline import build as compile_twin
from twingen.twin.load import load_files, load_twin
from twingen.twin.lock import dump_lock
from twingen.twin.record import Lock, Unit


def test_the_next_build_keeps_it(build: Builder, good: Script, tmp_path: Path) -> None:
    work = lending.work()
    improved = build(good).improved
    files = {**work.files, **improved.files, FILE: dump_memory(improved.memory)}
    units = dict(work.twin.lock.units)
    for name, raw in improved.files.items():
        digest = hashlib.sha256(raw).hexdigest()[:32]
        units[name] = Unit(file=name, origin="agent", digest=digest, evidence=improved.evidence[name])
    files["twin.lock"] = dump_lock(Lock(units=units, standing=work.twin.lock.standing))
    for name, raw in files.items():
        (tmp_path / "first" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "first" / name).write_bytes(raw)

    docs = lending.folder().parent / "docs"
    compile_twin("lending", docs, tmp_path / "second", adopt_from=tmp_path / "first")
    twin = load_twin(tmp_path / "second")
    assert (tmp_path / "second" / "resources" / "lending.yaml").read_bytes() == lending.YAML.encode()
    assert twin.lock.units["resources/lending.yaml"].origin == "agent"

    again = {
        str(file.relative_to(tmp_path / "second")): file.read_bytes()
        for file in (tmp_path / "second").rglob("*") if file.is_file()
    }  # fmt: skip
    memory = parse_memory(files[FILE])
    work = replace(work, twin=load_files(again), files=again, memory=memory)
    planned = {one.unit.name: one for one in agent.plan(work, agent.Settings())}
    assert not planned[lending.UNIT].needed and planned[lending.UNIT].reason == "its evidence is unchanged"
