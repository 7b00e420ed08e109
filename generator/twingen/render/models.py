"""models.py of a twin: TypedDicts of the contract's schemas, so that handlers are typed.

datamodel-code-generator takes seconds and much memory on large contracts, so it runs in a process
of its own while the build goes on, and what it made is kept by the digest of the schemas.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

_HEADER = '"""TypedDicts of the contract\'s schemas; written by twingen, not to be edited."""\n'
_LONGEST = 300  # seconds


class ModelsTask:
    """models.py in the making: `result()` waits for it."""

    def __init__(self, schemas: Mapping[str, Any], cache: Path | None):
        self._document = orjson.dumps(
            {
                "openapi": "3.1.0",
                "info": {"title": "schemas", "version": "1"},
                "paths": {},
                "components": {"schemas": schemas},
            }
        )
        self._file = None
        self._process: subprocess.Popen[bytes] | None = None
        self._found: str | None = None if schemas else _HEADER
        if cache is not None:
            digest = hashlib.sha256(self._document)
            digest.update(version("datamodel-code-generator").encode())
            self._file = cache / "models" / f"{digest.hexdigest()[:40]}.py"
            if self._found is None and self._file.is_file():
                self._found = self._file.read_text(encoding="utf-8")
        if self._found is None:
            with tempfile.TemporaryFile() as document:
                document.write(self._document)
                document.seek(0)
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "twingen.render.models"],
                    stdin=document,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
                )

    def result(self) -> tuple[str, str]:
        """Return the module's text and what went wrong ("" when nothing did)."""
        if self._found is not None:
            return self._found, ""
        assert self._process is not None
        try:
            out, err = self._process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            self.stop()
            return _HEADER, f"models.py took longer than {_LONGEST} s"
        if self._process.returncode != 0:
            last = err.decode("utf-8", "replace").strip().splitlines()[-1:]
            return _HEADER, f"models.py could not be generated: {''.join(last)[:300]}"
        self._found = out.decode("utf-8")
        if self._file is not None:
            _keep(self._file, self._found)
        return self._found, ""

    def stop(self) -> None:
        """End the process, if it still runs (a build that failed or was interrupted)."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def _keep(file: Path, text: str) -> None:
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        return  # a cache that cannot be written is no reason to fail


def generate_models(document: dict[str, Any]) -> str:
    """Return a module of TypedDicts for the schemas of an OpenAPI 3.1 document."""
    from datamodel_code_generator import GenerateConfig, InputFileType, PythonVersion, generate
    from datamodel_code_generator.enums import DataModelType
    from datamodel_code_generator.format import Formatter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = generate(
            document,
            config=GenerateConfig(
                input_file_type=InputFileType.OpenAPI,
                output_model_type=DataModelType.TypingTypedDict,
                target_python_version=PythonVersion.PY_311,
                formatters=[Formatter.BUILTIN],
                disable_timestamp=True,
            ),
        )
    lines = [line for line in str(source).splitlines() if not line.startswith("#")]
    return _HEADER + "\n".join(lines).strip("\n") + "\n"


if __name__ == "__main__":
    sys.stdout.write(generate_models(orjson.loads(sys.stdin.buffer.read())))
