"""The tools of each role, one a module."""

from __future__ import annotations

from twingen.agent.tool import Tool
from twingen.agent.tools.add_operation import ADD_OPERATION
from twingen.agent.tools.call_twin import CALL_TWIN
from twingen.agent.tools.edit_file import EDIT_FILE
from twingen.agent.tools.list_files import LIST_FILES
from twingen.agent.tools.read_docs import READ_DOCS
from twingen.agent.tools.read_file import READ_FILE
from twingen.agent.tools.read_output import READ_OUTPUT
from twingen.agent.tools.rule import RULE
from twingen.agent.tools.run_checks import RUN_CHECKS
from twingen.agent.tools.search_docs import SEARCH_DOCS
from twingen.agent.tools.show_operation import SHOW_OPERATION
from twingen.agent.tools.show_schema import SHOW_SCHEMA
from twingen.agent.tools.submit import SUBMIT
from twingen.agent.tools.submit_additions import SUBMIT_ADDITIONS
from twingen.agent.tools.submit_exam import SUBMIT_EXAM
from twingen.agent.tools.write_file import WRITE_FILE
from twingen.agent.tools.write_scenario import WRITE_SCENARIO

READING: tuple[Tool, ...] = (SEARCH_DOCS, READ_DOCS, SHOW_OPERATION, SHOW_SCHEMA, READ_OUTPUT)
BUILDER: tuple[Tool, ...] = (
    *READING, LIST_FILES, READ_FILE, WRITE_FILE, EDIT_FILE, CALL_TWIN, RUN_CHECKS, SUBMIT,
)  # fmt: skip
EXAMINER: tuple[Tool, ...] = (*READING, WRITE_SCENARIO, SUBMIT_EXAM)
JUDGE: tuple[Tool, ...] = (RULE,)
ADDITIONS: tuple[Tool, ...] = (*READING, ADD_OPERATION, SUBMIT_ADDITIONS)
