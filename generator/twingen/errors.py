"""Everything that can go wrong in the program or its use.

TwingenError                exit code 2 unless a class says otherwise
├── UsageError              wrong use: a bad name, folder, option or port
├── NoContractError         --docs holds no contract (exit code 4)
├── DocumentError           a document that cannot be read at all: broken YAML, alias bomb
├── TwinError               a twin on disk that cannot be used
│   ├── FormatError         a file breaks the twin format (a wrong key, a wrong type)
│   ├── NewerTwinError      written by a newer twingen
│   └── DamagedTwinError    a file is missing or does not parse
├── ExpressionError         an expression or template in a twin that does not compile
└── Interrupted             Ctrl-C (exit code 130)

Trouble in vendors' documents is not an exception but a `Diagnostic` (see contract/diagnostics.py).
"""

from __future__ import annotations


class TwingenError(Exception):
    """Trouble in the program or its use: what is wrong, where, and what to do about it."""

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, remedy: str | None = None):
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [self.message if self.where is None else f"{self.where}: {self.message}"]
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)


class UsageError(TwingenError):
    """The command was used wrongly: a bad name, folder, option or port."""


class NoContractError(TwingenError):
    """The documentation folder holds no contract that a reader understands."""

    exit_code = 4


class DocumentError(TwingenError):
    """A document that cannot be read at all."""


class TwinError(TwingenError):
    """A twin on disk that cannot be used."""


class FormatError(TwinError):
    """A file of a twin breaks the format."""


class NewerTwinError(TwinError):
    """The twin was written by a newer twingen than this one."""


class DamagedTwinError(TwinError):
    """A file of the twin is missing or does not parse."""


class ExpressionError(TwinError):
    """An expression or template in a twin that does not compile."""


class Interrupted(TwingenError):
    """The user pressed Ctrl-C."""

    exit_code = 130
