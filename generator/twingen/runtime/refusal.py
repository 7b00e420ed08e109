"""A request that is turned down: which error case, with which values for its envelope."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Carries an error case of service.yaml and the values that its templates use."""

    def __init__(self, case: str, **give: Any):
        super().__init__(case)
        self.case = case
        self.give = give


class Unwritten(Exception):
    """The twin has no behaviour for this: a loud 501 that names itself."""
