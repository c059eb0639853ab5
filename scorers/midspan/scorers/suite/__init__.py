"""The suite file: tasks, and the matrix they are run with."""

from midspan.scorers.suite.answers import (
    AnswerFormat,
    ChoiceAnswer,
    FreeAnswer,
    JsonAnswer,
    NumberAnswer,
    PythonAnswer,
    RegexAnswer,
)
from midspan.scorers.suite.budget import Budget
from midspan.scorers.suite.cells import Cell, Variant
from midspan.scorers.suite.checks import (
    Check,
    ChoiceCheck,
    CommandCheck,
    ExactCheck,
    ExpectedCallsCheck,
    FileCheck,
    JsonCheck,
    KeyPointsCheck,
    NumberCheck,
    RegexCheck,
    StateCheck,
    SubstringCheck,
)
from midspan.scorers.suite.expected_calls import (
    ExpectedCall,
    ExpectedCalls,
    ExpectedDefaults,
    KeyedArguments,
)
from midspan.scorers.suite.harness import (
    CommandHarness,
    Harness,
    OpenAILoopHarness,
    PiHarness,
    PythonHarness,
    SmolagentsHarness,
)
from midspan.scorers.suite.inputs import FileCopy
from midspan.scorers.suite.launch import HFJobs, Launch
from midspan.scorers.suite.matrix import Exclude, Matrix
from midspan.scorers.suite.serve import Serve
from midspan.scorers.suite.served import Model
from midspan.scorers.suite.suite import Suite, suite_schema
from midspan.scorers.suite.target import Revision, Target, Tier
from midspan.scorers.suite.task import Defaults, Task

__all__ = [
    "AnswerFormat",
    "Budget",
    "Cell",
    "Check",
    "ChoiceAnswer",
    "ChoiceCheck",
    "CommandCheck",
    "CommandHarness",
    "Defaults",
    "ExactCheck",
    "Exclude",
    "ExpectedCall",
    "ExpectedCalls",
    "ExpectedCallsCheck",
    "ExpectedDefaults",
    "FileCheck",
    "FileCopy",
    "FreeAnswer",
    "HFJobs",
    "Harness",
    "JsonAnswer",
    "JsonCheck",
    "KeyPointsCheck",
    "KeyedArguments",
    "Launch",
    "Matrix",
    "Model",
    "NumberAnswer",
    "NumberCheck",
    "OpenAILoopHarness",
    "PiHarness",
    "PythonAnswer",
    "PythonHarness",
    "RegexAnswer",
    "RegexCheck",
    "Revision",
    "Serve",
    "SmolagentsHarness",
    "StateCheck",
    "SubstringCheck",
    "Suite",
    "Target",
    "Task",
    "Tier",
    "Variant",
    "suite_schema",
]
