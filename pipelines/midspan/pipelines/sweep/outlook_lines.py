"""What is ahead of a sweep, in the words of people."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from midspan.pipelines.sweep.cost import Estimate
from midspan.pipelines.sweep.experiment import read_experiment
from midspan.pipelines.sweep.outlook import Outlook
from midspan.pipelines.sweep.standing import Counts
from midspan.scorers.suite import Target

_SHOWN_SHA: Final = 12
_LISTED: Final = 5
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def outlook_lines(ahead: Outlook) -> Iterator[str]:
    """Yield what belongs below the matrix: counts, revisions, where it runs, at what cost."""
    under_way = f" ({ahead.under_way:,} under way)" if ahead.under_way else ""
    yield counts_line(ahead.counts) + under_way
    if target := ahead.plan.suite.target:
        commits = ", ".join(f"{one.label} = {one.sha[:_SHOWN_SHA]}" for one in ahead.plan.revisions)
        since = " (as when this sweep began)" if _are_settled(ahead, target) else ""
        yield f"{target.repository}: {commits}{since}"
    yield from launch_lines(ahead)
    yield f"Directory: {ahead.folder.root}"


def counts_line(counts: Counts) -> str:
    """Return how many runs are how far.

    >>> counts_line(Counts(planned=240, done=200, again=3, missing=37))
    '240 runs: 200 done, 3 to run again, 37 missing'
    """
    again = f", {counts.again:,} to run again" if counts.again else ""
    return f"{_runs(counts.planned)}: {counts.done:,} done{again}, {counts.missing:,} missing"


def launch_lines(ahead: Outlook) -> Iterator[str]:
    """Yield where what is to do runs, for how long and at what cost, as far as it is known."""
    launch, cost = ahead.plan.suite.launch, ahead.estimate
    if not ahead.counts.to_do:
        yield "Nothing is left to do."
        return
    if launch.kind == "local":
        time = _time(cost)
        yield f"On this machine, {_runs(launch.concurrency)} at a time{': ' if time else ''}{time}"
        return
    assert launch.hf_jobs is not None
    flavor = launch.hf_jobs.flavor
    price = cost.price_per_minute
    priced = f" at ${price * 60:,.2f} an hour" if price is not None else ""
    jobs = f"{cost.jobs:,} job{'' if cost.jobs == 1 else 's'}"
    at_once = f", {launch.concurrency} at a time" if cost.jobs > 1 else ""
    yield f"On HF Jobs: {jobs} on {flavor}{priced}{at_once}; all of them {_time(cost)}"
    if cost.too_short:
        names = ", ".join(cost.too_short[:_LISTED]) + (", ..." if cost.too_short[_LISTED:] else "")
        yield (
            f"The timeout of {launch.hf_jobs.timeout} is too short for {len(cost.too_short)} of "
            f"them ({names}): raise `timeout`, or say `per: cell`"
        )


def change_lines(ahead: Outlook) -> Iterator[str]:
    """Yield what became of runs that were done before the suite was changed."""
    if left := ahead.unplanned:
        known = Counter(one.planned.cell_name for one in left if one.planned is not None)
        shown = [f"{cell} ({count})" for cell, count in known.most_common(_LISTED)]
        told = f": {', '.join(shown)}{', ...' if len(known) > _LISTED else ''}" if shown else ""
        yield f"{_runs(len(left))} no longer planned, kept in {ahead.folder.spool}{told}"
    yield from _setting_lines(ahead)
    for problem in ahead.problems:
        yield f"{problem}: its run is started again"


def _setting_lines(ahead: Outlook) -> Iterator[str]:
    """Yield which runs that count were made or judged by what the suite says no more."""
    changed = ahead.changed
    if changed.settings:
        yield (
            f"{_runs(changed.runs)} {_were(changed.runs)} done before these were changed: "
            f"{', '.join(changed.settings)}; kept beside the others "
            "(--experiment NAME runs all anew)"
        )
    for task in changed.tasks:
        those = [each for each in changed.outdated if each.run.task.id == task]
        yield (
            f"{_runs(len(those))} {_were(len(those))} done before the checks of {task} were "
            "changed: their answers are judged by the new ones"
        )
        lost = dict.fromkeys(name for each in those for name in each.unanswerable)
        if lost:
            elsewhere = ahead.folder.root.with_name(f"{ahead.folder.root.name}-2")
            yield (
                f"of these, {', '.join(lost)} cannot be answered, as the directories of the runs "
                "are gone: they stay unscored. To run them anew: midspan sweep run "
                f"{ahead.plan.suite_file} --only {task} --into {elsewhere}"
            )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _are_settled(ahead: Outlook, target: Target) -> bool:
    """Return whether the commits are those that the sweep began with, and were not asked for."""
    if not ahead.folder.experiment_file.is_file():
        return False
    stored = read_experiment(ahead.folder)
    return all(stored.known(target, label=one.label, ref=one.ref) for one in ahead.plan.revisions)


def time_words(minutes: float) -> str:
    """Return a time in one unit, rounded up to what people plan with.

    >>> time_words(0.5), time_words(12), time_words(90), time_words(6000)
    ('30 s', '12 min', '1.5 h', '4.2 d')
    """
    seconds = minutes * 60
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    amount = seconds / size
    return f"{amount:.0f} {unit}" if size <= 60 or amount.is_integer() else f"{amount:.1f} {unit}"


def _time(cost: Estimate) -> str:
    """Return how long it takes and what that costs: at most, and as finished runs tell."""
    parts = []
    if cost.most_minutes is not None:
        parts.append(f"at most {time_words(cost.most_minutes)}{_money(cost.most_usd)}")
    if cost.expected_minutes is not None:
        parts.append(
            f"about {time_words(cost.expected_minutes)}{_money(cost.expected_usd)} "
            f"by {_runs(cost.timed_runs)} that {'is' if cost.timed_runs == 1 else 'are'} done"
        )
    return ", ".join(parts)


def _money(usd: float | None) -> str:
    return "" if usd is None else f" (${usd:,.2f})"


def _runs(count: int) -> str:
    return f"{count:,} run" if count == 1 else f"{count:,} runs"
