"""The workbench: a twin under work, tried in a process of its own with limits of time and memory."""

from twingen.workbench.bench import Bench

__all__ = ["Bench"]
