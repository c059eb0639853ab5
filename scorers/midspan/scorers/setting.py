"""What is known beside the tables: what each task expects, and how the profile sees tools.

A scorer finds it as `tables.setting`. Without suite and profile it is the default profile and no
task: nothing is expected, and what needs an expectation is not evaluated.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from midspan.scorers.matching import TaskFrames
from midspan.scorers.profile import Profile, Rule
from midspan.scorers.suite import AnswerFormat, Check, ExpectedCalls, FreeAnswer, Suite


@dataclass(frozen=True, kw_only=True)
class TaskSetting:
    """What a task asks for, as far as scores compare with it."""

    expected: ExpectedCalls | None = None
    """The calls to compare with; none: not compared."""
    answer: AnswerFormat = field(default_factory=FreeAnswer)
    """The form of the final answer."""
    retries: int | None = None
    """The retry budget; none: no limit, or not said."""
    checks: tuple[Check, ...] = ()
    """What must hold for a success; none: the task is not scored."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """What a run must or must not do on its way, beside the profile's rules."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The tasks by their ids, and the profile."""

    profile: Profile
    tasks: Mapping[str, TaskSetting] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        suite: Suite | None = None,
        profile: Profile | None = None,
        expectations: Mapping[str, ExpectedCalls] | None = None,
    ) -> "Setting":
        """Return what a suite and a profile say; expectations overlay those of the suite."""
        tasks = {
            task.id: TaskSetting(
                expected=task.expected_calls,
                answer=task.answer,
                retries=task.budget.retries,
                checks=task.checks,
                rules=task.rules,
            )
            for task in (suite.tasks if suite else ())
        }
        for task_id, expected in (expectations or {}).items():
            known = tasks.get(task_id, TaskSetting())
            tasks[task_id] = replace(known, expected=expected)
        return cls(profile=profile or default_profile(), tasks=tasks)

    @cached_property
    def digest(self) -> str:
        """Return a short hash of all of it: scores of equal digests were judged alike."""
        text = self.profile.model_dump_json() + repr(
            sorted(self.tasks.items(), key=lambda of: of[0])
        )
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @cached_property
    def expected_calls(self) -> TaskFrames:
        """Return the expected calls of all tasks in the form that runs are compared with."""
        expected = {
            task_id: task.expected
            for task_id, task in self.tasks.items()
            if task.expected is not None
        }
        return TaskFrames.of(expected, self.profile.tools.state_changing)


@cache
def default_profile() -> Profile:
    """Return the profile that holds where none is named."""
    return Profile.default()


@cache
def default_setting() -> Setting:
    """Return the default profile without any task."""
    return Setting(profile=default_profile())
