"""What keeps a sweep from beginning: everything at once, each with what fixes it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.scorers.errors import Exit, MidspanError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that keeps a sweep from beginning."""

    what: str
    fix: str | None = None
    exit_code: Exit = Exit.NOT_EVALUATED

    @classmethod
    def of(cls, error: MidspanError) -> "Problem":
        """Return the problem that an error tells."""
        return cls(what=str(error.args[0]), fix=error.fix, exit_code=error.exit_code)

    def told(self) -> str:
        """Return it as an item of a list, what fixes it below."""
        lines = [*self.what.splitlines(), *(self.fix or "").splitlines()]
        return "\n".join(f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines))


Check = Callable[[SweepPlan, SweepFolder], Iterable[Problem]]
"""Looks for problems, and changes nothing."""


class NotReady(MidspanError):
    """A sweep that cannot begin."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems; what is wrong in files weighs more than the surroundings."""
        self.problems = tuple(dict.fromkeys(problems))
        codes = {problem.exit_code for problem in self.problems}
        self.exit_code = codes.pop() if len(codes) == 1 else Exit.NOT_EVALUATED
        if len(self.problems) == 1:
            super().__init__(self.problems[0].what, fix=self.problems[0].fix)
        else:
            head = f"{len(self.problems)} problems; nothing was started"
            super().__init__("\n".join([head, *(problem.told() for problem in self.problems)]))


class Found:
    """Problems as they are found."""

    def __init__(self) -> None:
        """Begin with none."""
        self.problems: list[Problem] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Note the error that is raised meanwhile, and go on."""
        try:
            yield
        except NotReady as error:
            self.problems += error.problems
        except MidspanError as error:
            self.problems.append(Problem.of(error))

    def require_none(self) -> None:
        """Raise what was found, all of it together."""
        if self.problems:
            raise NotReady(self.problems)
