"""The table of a sweep's jobs."""

from rich.console import Console

from midspan.dashboards.terminal.sweep_jobs import JobRow, jobs_page

ROWS = [
    JobRow(
        job="6870000000000000aa3f600b",
        batch="Qwen-Qwen3-14B",
        stage="RUNNING",
        done=37,
        planned=120,
        seconds=2467.0,
        usd=1.03,
    ),
    JobRow(job=None, batch="tiny", stage="REFUSED", done=0, planned=1, note="no\x1b[31m credit"),
]


def drawn(rows: list[JobRow], *, queued: int = 0, width: int = 80) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as shown:
        console.print(jobs_page(rows, width, queued=queued))
    return [line.rstrip() for line in shown.get().splitlines()]


def test_jobs_notes_and_sums() -> None:
    assert drawn(ROWS, queued=1) == [
        "batch             stage    runs   time   cost  job",
        "Qwen-Qwen3-14B  RUNNING  37/120  41:07  $1.03  aa3f600b",
        "tiny            REFUSED     0/1      ·      ·  ·",
        "tiny: no[31m credit",
        "2 jobs, 1 going, 1 to be submitted; cost so far $1.03",
    ]


def test_no_job_yet() -> None:
    assert drawn([], queued=2) == ["0 jobs, 2 to be submitted"]


def test_a_narrow_screen_breaks_the_names() -> None:
    assert max(map(len, drawn(ROWS[:1], width=50))) <= 50
