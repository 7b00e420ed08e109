"""Scenarios: end-to-end stories in Arazzo 1.0, played on a twin or a server many times over."""

from __future__ import annotations

from twingen.verify.scenarios.check import check_scenarios
from twingen.verify.scenarios.reading import parse_scenarios, read_scenarios

__all__ = ["check_scenarios", "parse_scenarios", "read_scenarios"]
