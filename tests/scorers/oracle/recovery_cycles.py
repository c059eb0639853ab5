"""Cycles of failing calls, in plain Python."""

from tests.scorers.oracle.recovery_links import Call, identical, leaves


def cycles(
    run: list[Call],
    found: dict[int, tuple[int | None, str | None]],
    longest: int,
    times: int,
    judged: tuple[str, ...],
) -> set[int]:
    """The failures whose responses are part of a cycle."""
    inside: set[int] = set()
    for agent in {call["agent"] for call in run}:
        rows: list[list[Call]] = [[]]
        for call in sorted(run, key=lambda call: call["call"]):
            if call["agent"] != agent:
                continue
            if call["failed"] and leaves(call) is not None:
                rows[-1].append(call)
            elif (
                call["failed"]
                or call["state_changing"]
                or not (call["neutral"] or call["read_only"])
            ):
                rows.append([])
        for row in rows:
            for period in range(1, longest + 1):
                for first in range(len(row)):
                    last = first
                    while last + period < len(row) and identical(row[last], row[last + period]):
                        last += 1
                    if first and row[first - 1 : first] and last > first:
                        before = row[first - 1]
                        if first - 1 + period < len(row) and identical(
                            before, row[first - 1 + period]
                        ):
                            continue  # part of a longer stretch
                    if last - first < period * (times - 1):
                        continue
                    stretch = row[first : last + period]
                    part = [
                        failed["call"]
                        for failed in stretch
                        if found[failed["call"]][1] in judged
                        and (found[failed["call"]][0] or 0) <= stretch[-1]["call"]
                    ]
                    if any(found[number][1] != "justified_retry" for number in part):
                        inside.update(part)
    return inside
