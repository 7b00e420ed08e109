"""Check emulate's Okta against the Okta contract, and repeat what each finding says.

    python bench/emulate.py [--seconds N] [--seed N] [--port N] [--report DIR] [--out FILE]

Exits with 1 when a finding is not reproduced or has no passage, with 2 when nothing could be checked.
See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import contenders
import jsonschema_rs
from contenders import ROOT, BenchError
from emulate_page import Checked, Repeated, write_page
from passages import Documents

from twingen.contract.model import Contract, Operation
from twingen.twin.load import load_twin

INSTALLED = ROOT / "build" / "bench" / "emulate"
TWIN = ROOT / "generated" / "okta"
DOCUMENTS = ROOT / "api_docs" / "okta"
TOKEN = "check-emulate"
# emulate refuses more than 5,000 requests an hour with one credential.
REQUESTS = 4_900
_ROUTE = re.compile(r'app\.(get|post|put|patch|delete)\("(/api/v1/[^"]*)"')
_VOLATILE = re.compile(r"\b00[a-z][0-9A-Za-z]{8,}|\b\d{4}-\d\d-\d\dT[\d:.]+Z|\bE\d{7}-\d+")
_SCHEMA = "Response violates schema: "


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check emulate's Okta, and repeat each finding.")
    parser.add_argument("--seconds", type=int, default=120, help="of the check (default: 120)")
    parser.add_argument("--seed", type=int, default=0, help="of the check (default: 0)")
    parser.add_argument("--port", type=int, default=4006, help="of emulate (default: 4006, its own)")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "bench" / "emulate-report")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "emulate.md")
    options = parser.parse_args(arguments)
    try:
        return run(options)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


def run(options: argparse.Namespace) -> int:
    print(f"installing {contenders.EMULATE} on {contenders.NODE}, if it is not", flush=True)
    contenders.install_emulate(INSTALLED)
    routes = registered(INSTALLED)
    contract = load_twin(TWIN).contract
    chosen = [one for one in contract.operations if one.key in routes]
    pattern = "^(" + "|".join(one.key.replace("{}", r"\{\}") for one in chosen) + ")$"
    command = [
        "check", "generated/okta", "--base-url", f"http://127.0.0.1:{options.port}",
        "--operations", pattern, "--seconds", str(options.seconds), "--seed", str(options.seed),
        "--requests", str(REQUESTS), "--report", "html,json,md",
    ]  # fmt: skip
    with contenders.emulate(INSTALLED, options.port) as server:
        unsigned = _status_without_credential(server)
        check([*command, "--out", str(options.report)])
    report = json.loads((options.report / "report.json").read_text())
    documents = Documents(DOCUMENTS)
    repeated = [
        repeat(finding, contract, documents, options.port) for finding in report["findings"] if finding["open"]
    ]
    checked = Checked(
        report=report, routes=routes, contract=contract, chosen=chosen, command=command, unsigned=unsigned,
    )  # fmt: skip
    write_page(options.out, checked, repeated)
    failed = [one for one in repeated if one.trouble or not one.passages]
    for one in failed:
        why = one.trouble or "its passage does not stand in the documents"
        print(f"{one.finding['operation']} {one.finding['check']}: {why}")
    print(f"{len(repeated)} findings, {sum(not one.trouble for one in repeated)} reproduced, "
          f"{sum(bool(one.passages) for one in repeated)} with their passage; wrote {options.out.name}")  # fmt: skip
    return 1 if failed or not repeated else 0


def registered(installed: Path) -> list[str]:
    """Return the keys of the management operations that emulate's Okta registers, as its code has them."""
    for file in sorted((installed / "node_modules" / "emulate" / "dist").glob("*.js")):
        text = file.read_text(encoding="utf-8")
        if '"/api/v1/authorizationServers"' in text:
            found = {f"{m.upper()} {re.sub(r':[A-Za-z]+', '{}', path)}" for m, path in _ROUTE.findall(text)}
            return sorted(found)
    raise BenchError("the installed emulate registers no routes that look like Okta's")


def check(command: Sequence[str]) -> None:
    """Run `twingen check`; findings are what it is run for."""
    environment = {**contenders.environment(), "TWINGEN_TOKEN": TOKEN}
    done = subprocess.run(contenders.twingen(*command), cwd=ROOT, env=environment, check=False)
    if done.returncode not in (0, 1):
        raise BenchError(f"the check ended with exit code {done.returncode}")


def repeat(finding: Mapping[str, Any], contract: Contract, documents: Documents, port: int) -> Repeated:
    """Run a finding's commands, as they stand in the report, on a server that was just started."""
    operation = next(one for one in contract.operations if one.key == finding["operation"])
    *before, last = finding["curl"]
    script = "\n".join(["exec 3>&1 >/dev/null", *before, f"{{ {last}\n}} >&3"])
    with contenders.emulate(INSTALLED, port):
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, timeout=120, check=False,
            env={**os.environ, "TWINGEN_TOKEN": TOKEN},
        )  # fmt: skip
    status, body = _answer(done.stdout)
    trouble = _unlike(finding, operation, contract, status, body)
    print(f"{'not reproduced' if trouble else 'reproduced':16}{finding['check']:30}{finding['operation']}", flush=True)
    sent = re.search(r"curl (?:-g )?-i (?:-I|-X (\S+))", last)
    method = (sent.group(1) or "HEAD") if sent else ""
    return Repeated(
        finding=finding, passages=tuple(documents.broken(finding, method, operation.method)),
        answered=f"{status} {body.decode('utf-8', 'replace')}".strip(), trouble=trouble,
    )  # fmt: skip


def _answer(output: bytes) -> tuple[int, bytes]:
    """Return status and body of what `curl -i` printed; 0 where nothing came."""
    head, _, rest = output.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 1"):
        head, _, rest = rest.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/\S+ (\d{3})", head)
    return (int(found.group(1)) if found else 0), rest


def _unlike(
    finding: Mapping[str, Any], operation: Operation, contract: Contract, status: int, body: bytes
) -> str:
    """Say why an answer is not the one that a finding reports.

    The status has to be the same; of an error also the text, but for ids and times; of an answer that
    breaks its schema the message of a validator that reads nothing but the contract.
    """
    wanted, _, text = finding["observed"].partition(" ")
    if str(status) != wanted:
        return f"{status} came where the finding reports {wanted}"
    if status >= 400:
        came = _VOLATILE.sub("*", " ".join(body.decode("utf-8", "replace").split()))
        if not came.startswith(_VOLATILE.sub("*", text.removesuffix("…"))):
            return f"another error came: {came[:100]}"
    if finding["check"] == "response_schema_conformance":
        message = finding["title"].removeprefix(_SCHEMA).removesuffix("…")
        if not any(one.startswith(message) for one in _violations(operation, contract, status, body)):
            return f"the answer does not break its schema so: {message}"
    return ""


def _violations(operation: Operation, contract: Contract, status: int, body: bytes) -> list[str]:
    schemas = {"components": {"schemas": dict(contract.schemas)}}
    for response in operation.responses:
        if response.status == str(status):
            for media in response.content:
                schema = _for_answers({**(media.schema or {}), **schemas})
                validator = jsonschema_rs.Draft202012Validator(schema)
                return [_message(one) for one in validator.iter_errors(json.loads(body))]
    return []


def _for_answers(schema: Any) -> Any:
    """Return a schema in which nothing satisfies what is `writeOnly`."""
    if isinstance(schema, Mapping):
        if schema.get("writeOnly") is True:
            return {"not": {}}
        return {name: _for_answers(inner) for name, inner in schema.items()}
    return [_for_answers(one) for one in schema] if isinstance(schema, (list, tuple)) else schema


def _message(error: jsonschema_rs.ValidationError) -> str:
    if list(error.schema_path)[-1:] == ["not"] and error.instance_path:
        return f'Property "{list(error.instance_path)[-1]}" is not allowed'
    return " ".join(error.message.split())


def _status_without_credential(server: contenders.Contender) -> int:
    known, server.credential = server.credential, ""
    try:
        status, _ = server.call("GET", "/api/v1/users")
    finally:
        server.credential = known
    return status


if __name__ == "__main__":
    sys.exit(main())
