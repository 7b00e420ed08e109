"""One conversation: the model is asked, its tools are run, until it hands in or a limit ends it.

Every turn is in the ledger before the next begins. A turn whose prompt the ledger knows is not
asked again, so that a conversation that was cut off goes on where it was, and costs nothing twice.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from twingen.agent.client import Answer, Model, ModelError, Prompt
from twingen.agent.desk import Desk, ToolError
from twingen.agent.events import (
    End,
    Event,
    Said,
    ToolAnswered,
    ToolCalled,
    TurnStarted,
    Used,
    Waiting,
)
from twingen.agent.ledger import Ledger
from twingen.agent.slices import tokens
from twingen.agent.tool import Tool
from twingen.agent.usage import Price, Purse, Usage
from twingen.agent.workbench import TrialError
from twingen.errors import Interrupted

_SHOWN = 14_000  # characters of a tool's output that the model sees at once
_REPEATS, _TOO_MANY = 3, 5
_RECENT = 14
_NUDGES = 3
_CACHED = {"type": "ephemeral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a conversation is ended: turns, tokens in and out altogether, tokens of one prompt."""

    turns: int = 60
    tokens: int = 4_000_000
    prompt: int = 180_000
    answer: int = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a conversation ended, and what it used. `prompt` and `head` are turns of the ledger."""

    end: End
    reason: str
    head: str
    turns: int
    usage: Usage
    cost: float | None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What a conversation needs. `replay` are answers to be taken as given before any is asked for."""

    unit: str
    model: Model
    name: str
    system: Sequence[Mapping[str, Any]]
    opening: Sequence[Mapping[str, Any]]
    tools: Sequence[Tool]
    desk: Desk
    ledger: Ledger
    number: int
    root: str
    purse: Purse
    price: Price | None
    limits: Limits = field(default_factory=Limits)
    emit: Callable[[Event], None] = lambda event: None
    stop: threading.Event = field(default_factory=threading.Event)
    replay: tuple[str, ...] | None = None
    warmed: Callable[[], None] = lambda: None


def converse(talk: Conversation) -> Outcome:
    """Hold the conversation to its end; raises Interrupted when `stop` is set meanwhile."""
    return _Loop(talk).run()


class _Stopped(Exception):
    def __init__(self, end: End, reason: str):
        super().__init__(reason)
        self.end: End = end
        self.reason = reason


class _Loop:
    def __init__(self, talk: Conversation):
        self.talk = talk
        self.by_name = {tool.name: tool for tool in talk.tools}
        self.usage = Usage()
        self.cost: float | None = 0.0 if talk.price is not None else None
        self.turns = 0
        self.nudges = 0
        self.recent: deque[str] = deque(maxlen=_RECENT)
        self.head = talk.root
        self.messages: list[dict[str, Any]] = []
        # A branch: these answers are taken as given, the one after them is asked for anew.
        self.replay: deque[str] | None = None if talk.replay is None else deque(talk.replay)

    def run(self) -> Outcome:
        self._say(list(self.talk.opening))
        try:
            while True:
                self._within()
                answer = self._answer()
                self._say(self._react(answer))
        except _Stopped as stopped:
            return self._outcome(stopped.end, stopped.reason)
        except ModelError as error:
            return self._outcome("trouble", str(error))

    def _outcome(self, end: End, reason: str) -> Outcome:
        return Outcome(
            end=end, reason=reason, head=self.head, turns=self.turns, usage=self.usage, cost=self.cost
        )

    def _within(self) -> None:
        limits = self.talk.limits
        if self.talk.stop.is_set():
            raise Interrupted("interrupted")
        if self.turns >= limits.turns:
            raise _Stopped("turns", f"{limits.turns} turns were not enough (--max-turns)")
        if self.usage.total > limits.tokens:
            raise _Stopped("tokens", f"more than {limits.tokens:,} tokens were used")

    # Asking

    def _answer(self) -> Answer:
        """Return the model's answer to the conversation so far: the ledger's, else a new one."""
        self.turns += 1
        known = self._remembered()
        self.talk.emit(TurnStarted(unit=self.talk.unit, number=self.turns, remembered=known is not None))
        if known is None:
            known = self._asked()
        self.talk.warmed()
        self.messages.append({"role": "assistant", "content": known.content})
        for block in known.content:
            if block["type"] == "text" and block["text"].strip():
                self.talk.emit(Said(unit=self.talk.unit, text=block["text"].strip()))
        return known

    def _remembered(self) -> Answer | None:
        # A refusal is asked about again in a later build; all else that was paid for is taken.
        answers = [one for one in self.talk.ledger.answers(self.head) if one.stop != "refusal"]
        if self.replay is not None:
            wanted = self.replay.popleft() if self.replay else ""
            answers = [turn for turn in answers if turn.digest == wanted]
            if not answers:
                self.replay = None
        if not answers:
            return None
        turn = answers[-1]
        self.head = turn.digest
        self.talk.ledger.advance(self.talk.number, self.head)
        return Answer(content=turn.content, stop=turn.stop, model=turn.model)

    def _asked(self) -> Answer:
        talk = self.talk
        prompt = self._prompt()
        size = tokens(orjson.dumps([prompt.system, prompt.tools, prompt.messages]).decode())
        if size > talk.limits.prompt:
            raise _Stopped("tokens", f"the conversation has grown to some {size:,} tokens")
        worst = 0.0
        if talk.price is not None:
            worst = talk.price.cost(Usage(cache_write=int(size * 1.3), output=prompt.max_tokens))
        if not talk.purse.reserve(worst):
            raise _Stopped("budget", f"the budget of ${talk.purse.limit:.2f} does not cover another turn")
        paid = Usage()
        cost: float | None = None
        try:
            answer = talk.model.ask(prompt, self._waiting)
            paid, cost = self._paid(answer.usage, answer.lost)
        except ModelError as error:
            paid, cost = self._paid(error.lost)
            raise
        finally:
            talk.purse.settle(worst, cost or 0.0)
            self.usage += paid
            if self.cost is not None:
                self.cost += cost or 0.0
        content = [block for block in answer.content if block["type"] != "text" or block.get("text")]
        answer.content = content or [{"type": "text", "text": "(nothing)"}]
        self.head = talk.ledger.add(
            self.head, "assistant", answer.content, stop=answer.stop, usage=paid, cost=cost,
            model=answer.model,
        )  # fmt: skip
        talk.ledger.advance(talk.number, self.head)
        talk.emit(Used(unit=talk.unit, usage=paid, cost=cost))
        return answer

    def _paid(self, *used: Usage) -> tuple[Usage, float | None]:
        price = self.talk.price
        total = Usage()
        for one in used:
            total += one
        return total, None if price is None else sum(price.cost(one) for one in used)

    def _waiting(self, why: str, seconds: float, attempt: int) -> None:
        self.talk.emit(Waiting(unit=self.talk.unit, why=why, seconds=seconds, attempt=attempt))

    def _prompt(self) -> Prompt:
        """Return the prompt: what all units share is cached, and so is the conversation so far."""
        messages = [dict(message) for message in self.messages]
        for message in messages[-1:]:
            blocks = [dict(block) for block in message["content"]]
            blocks[-1]["cache_control"] = _CACHED
            message["content"] = blocks
        return Prompt(
            model=self.talk.name, system=self.talk.system,
            tools=[tool.definition() for tool in self.talk.tools], messages=messages,
            max_tokens=self.talk.limits.answer,
        )  # fmt: skip

    def _say(self, content: list[Mapping[str, Any]]) -> None:
        """Add a turn of ours."""
        blocks = [dict(block) for block in content]
        self.messages.append({"role": "user", "content": blocks})
        self.head = self.talk.ledger.add(self.head, "user", blocks)
        self.talk.ledger.advance(self.talk.number, self.head)

    # Reacting

    def _react(self, answer: Answer) -> list[Mapping[str, Any]]:
        """Return what to say to an answer; raises _Stopped where it was the last."""
        calls = [block for block in answer.content if block["type"] == "tool_use"]
        match answer.stop:
            case "refusal":
                raise _Stopped("refused", "the model declined: " + _text(answer))
            case "model_context_window_exceeded":
                raise _Stopped("tokens", "the conversation no longer fits the model's window")
            case "pause_turn" if not calls:
                return [_note("Go on.")]
            case "max_tokens" if not calls:
                return self._nudged(
                    "Your answer was cut off at its limit of "
                    f"{self.talk.limits.answer} tokens. Go on in smaller steps: one tool call, or a part of a file."
                )
            case _ if not calls:
                return self._nudged(
                    "You called no tool. Go on with your work by tools; when it is done, or cannot be, call submit."
                )
            case _:
                pass
        self.nudges = 0
        results: list[Mapping[str, Any]] = []
        for number, call in enumerate(calls):
            cut = answer.stop == "max_tokens" and number == len(calls) - 1
            results.append(self._called(call, cut=cut))
        if self.talk.desk.submitted:
            self._say(results)
            raise _Stopped("submitted", self.talk.desk.summary)
        return results

    def _nudged(self, text: str) -> list[Mapping[str, Any]]:
        self.nudges += 1
        if self.nudges > _NUDGES:
            raise _Stopped("stalled", "the model answered several times without calling a tool")
        return [_note(text)]

    def _called(self, call: Mapping[str, Any], *, cut: bool) -> dict[str, Any]:
        """Return the result of one tool call; what goes wrong is told to the model."""
        talk, name = self.talk, str(call["name"])
        tool = self.by_name.get(name)
        given = call.get("input") or {}
        talk.emit(ToolCalled(unit=talk.unit, tool=name, about=_brief(tool, given)))
        failed = True
        if cut:
            text = "Your answer was cut off inside this call, so it was not made; write less at once."
        elif talk.desk.submitted:
            text = "The unit is handed in already; this was not done."
        elif tool is None:
            text = f"There is no tool {name!r}; there are {', '.join(self.by_name)}."
        else:
            try:
                text, failed = tool.call(talk.desk, given), False
            except ToolError as error:
                text = str(error)
            except TrialError as error:
                text = f"the twin cannot be tried: {error}"
        text = self._noticed(name, given, text)
        shown = self._cut(text)
        truncated = shown is not text
        talk.emit(
            ToolAnswered(
                unit=talk.unit, tool=name, failed=failed, characters=len(text), truncated=truncated
            )
        )
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": shown}
        return {**result, "is_error": True} if failed else result

    def _noticed(self, name: str, given: Mapping[str, Any], text: str) -> str:
        """Return the text with a warning where the same call came to the same several times."""
        seen = sha256(orjson.dumps([name, given, text], option=orjson.OPT_SORT_KEYS)).hexdigest()
        self.recent.append(seen)
        times = self.recent.count(seen)
        if times >= _TOO_MANY:
            raise _Stopped("loop", f"the same call of {name} came to the same {times} times")
        if times >= _REPEATS:
            text += (
                f"\n\n(This is the same call with the same result for time {times}. Do something else, "
                "or submit what you have and say what stays open.)"
            )
        return text

    def _cut(self, text: str) -> str:
        """Return what the model sees of an output; the whole of a long one is kept in the ledger."""
        if len(text) <= _SHOWN:
            return text
        name = self.talk.ledger.keep(text.encode())[:12]
        self.talk.desk.outputs[name] = text
        head, tail = text[: _SHOWN - 3000], text[-2000:]
        left = len(text) - len(head) - len(tail)
        return f"{head}\n\n… {left} characters are cut here; read_output {name} offset {len(head)} shows them …\n\n{tail}"


def _note(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _text(answer: Answer) -> str:
    return " ".join(block["text"] for block in answer.content if block["type"] == "text")[:300]


def _brief(tool: Tool | None, given: Mapping[str, Any]) -> str:
    """Return what a log line says of a call, whatever its input is."""
    try:
        return " ".join((tool.about(given) if tool is not None else "").split())[:120]
    except Exception:  # an input that does not fit the schema
        return ""


def prompt_root(
    model: str, role: str, system: Sequence[Mapping[str, Any]], tools: Sequence[Tool]
) -> dict[str, Any]:
    """Return the head of a prompt as the ledger keeps it: everything that is asked before the first turn."""
    return {
        "model": model, "role": role, "system": [dict(block) for block in system],
        "tools": [tool.definition() for tool in tools],
    }  # fmt: skip


