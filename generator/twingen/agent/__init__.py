"""The agent: a language model that writes what rules cannot know, unit by unit."""

from twingen.agent.improving import Improved, Planned, improve, plan
from twingen.agent.scene import DEFAULT_MODEL, Settings, Work

__all__ = ["DEFAULT_MODEL", "Improved", "Planned", "Settings", "Work", "improve", "plan"]
