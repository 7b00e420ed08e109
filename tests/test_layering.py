"""Which package may import which, as ARCHITECTURE.md has it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, environment

SOURCES = ROOT / "generator" / "twingen"
# Everybody may import these: one module each, with no imports of ours.
COMMON = {"errors", "folders"}
MAY_IMPORT = {
    "contract": set[str](),
    "twin": {"contract"},
    "ingest": {"contract"},
    "infer": {"contract", "twin"},
    "render": {"contract", "twin", "infer", "report"},
    "runtime": {"contract", "twin"},
    "report": {"contract", "twin"},
    "agent": {"contract", "twin"},
    "verify": {"contract", "twin", "runtime", "report"},
    "standing": {"contract", "twin"},
    "conformance": {"contract", "twin", "render", "report", "verify", "standing"},
    "agency": {"agent", "contract", "twin", "render", "workbench"},
    "workbench": {"agent", "contract", "twin", "runtime", "report", "verify", "standing"},
}
EVERYTHING = {"pipeline", "cli", "__main__"}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and part of twingen for every import in a file, wherever it stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            names = [node.module or ""]
        else:
            continue
        for name in names:
            head, _, rest = name.partition(".")
            if head == "twingen" and rest:
                yield node.lineno, rest.partition(".")[0]


def parts() -> list[str]:
    found = {file.relative_to(SOURCES).parts[0].removesuffix(".py") for file in SOURCES.rglob("*.py")}
    return sorted(found - {"__init__"})


@pytest.mark.parametrize("part", parts())
def test_imports(part: str) -> None:
    if part in EVERYTHING:
        return
    allowed = MAY_IMPORT.get(part, set()) | COMMON | {part}
    home = SOURCES / part
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports twingen.{target}"
        for file in (sorted(home.rglob("*.py")) if home.is_dir() else [home.with_suffix(".py")])
        for line, target in imports(file)
        if target not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_every_part_is_in_the_table() -> None:
    assert set(parts()) - EVERYTHING - COMMON <= set(MAY_IMPORT)


def loaded_by(module: str) -> set[str]:
    """Return the top-level modules in memory after importing `module` in a fresh process."""
    code = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


HEAVY = {
    "anthropic", "black", "click", "datamodel_code_generator", "hypothesis", "jinja2",
    "openapi_spec_validator", "prance", "pydantic", "schemathesis",
}  # fmt: skip


@pytest.mark.parametrize("module", ["twingen.runtime.run", "twingen.runtime.serve", "twingen.runtime.asgi"])
def test_the_runtime_is_light(module: str) -> None:
    assert not loaded_by(module) & HEAVY


def test_the_command_line_is_light_until_it_works() -> None:
    assert not loaded_by("twingen.cli.main") & (HEAVY - {"click"} | {"granian", "jsonschema_rs", "yaml"})


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the constants of a module that are no docstrings."""
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in texts:
            yield node


def test_nothing_knows_a_vendor() -> None:
    """What is known of a vendor is in its twin, not in the code."""
    vendors = ("okta", "slack", "jira", "atlassian", "gmail")
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for file in SOURCES.rglob("*.py")
        for node in constants(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node.value, str) and node.value.lower().startswith(vendors)
    ]
    assert not wrong, "\n".join(wrong)
