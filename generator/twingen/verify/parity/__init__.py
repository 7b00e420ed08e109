"""Parity: the same scenarios on a twin and on a server, and where their answers differ."""

from __future__ import annotations

from twingen.verify.parity.check import check_parity

__all__ = ["check_parity"]
