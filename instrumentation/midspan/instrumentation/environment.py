"""Every environment variable that midspan reads, each with what it does.

Run context (`MIDSPAN_RUN_ID` to `MIDSPAN_LAUNCH`) is how a parent process tells a child, in
whatever language, which run its spans belong to.
"""

from typing import Final

RUN_ID: Final = "MIDSPAN_RUN_ID"
"""The run that spans of this process belong to: 32 lower-case hex digits."""

EXPERIMENT: Final = "MIDSPAN_EXPERIMENT"
"""Phoenix project and MLflow experiment of the run; `default` when unset."""

TASK: Final = "MIDSPAN_TASK"
"""Task id of the run."""

MODEL: Final = "MIDSPAN_MODEL"
"""Model of the run, as the experiment names it."""

REVISION: Final = "MIDSPAN_REVISION"
"""Revision of the target under test."""

TIER: Final = "MIDSPAN_TIER"
"""Tier of the run: what the agent was given (bare, clone, skill, ...)."""

TRIAL: Final = "MIDSPAN_TRIAL"
"""Number of the run within its cell, from 0."""

HARNESS: Final = "MIDSPAN_HARNESS"
"""The program that drives the model, as `name@version`."""

LAUNCH: Final = "MIDSPAN_LAUNCH"
"""How often this run was started before; 0 when unset."""

SPOOL: Final = "MIDSPAN_SPOOL"
"""Directory for the spool: one OTLP file per run. No spool when unset."""

TRACE: Final = "MIDSPAN_TRACE"
"""Set by `midspan trace` to its process id: Python processes turn on what is installed."""

TRACE_WITHOUT: Final = "MIDSPAN_TRACE_WITHOUT"
"""Libraries that `midspan trace` leaves alone, with commas between them."""

TRACE_REPORT: Final = "MIDSPAN_TRACE_REPORT"
"""The pipe on which a process tells `midspan trace` what it wrote and lost."""

FSYNC: Final = "MIDSPAN_FSYNC"
"""When spool files are forced to the disk: `never`, left to the system, which is the default;
`close`, once a run is over; `always`, with each span."""

HOME: Final = "MIDSPAN_HOME"
"""Where `midspan up` keeps servers and their data, and sweeps their cache of repositories and
environments; the platform's data and cache directories when unset."""

FLAVOR: Final = "MIDSPAN_FLAVOR"
"""Name of the hardware that a job runs on, such as `a10g-large`; set by what started the job."""

IMAGE: Final = "MIDSPAN_IMAGE"
"""Container image that a job runs in; set by what started the job."""

WEIGHTS: Final = "MIDSPAN_WEIGHTS"
"""Folder with weights of models to serve, each below its name: `Qwen/Qwen3-14B/config.json`."""

WEIGHTS_REVISION: Final = "MIDSPAN_WEIGHTS_REVISION"
"""The commit of the weights in that folder, to be recorded; the suite's revision when unset."""

PHOENIX_TOKEN: Final = "PHOENIX_API_KEY"
"""Phoenix's own variable: the bearer token for a Phoenix that asks for one."""

MLFLOW_TOKEN: Final = "MLFLOW_TRACKING_TOKEN"
"""MLflow's own variable: the bearer token for an MLflow that asks for one."""

DEBUG: Final = "MIDSPAN_DEBUG"
"""`1` shows the traceback behind an error, as `--debug` does."""

STATUS_OK: Final = "MIDSPAN_STATUS_OK"
"""`false` leaves the status of successful steps unset.

OpenTelemetry leaves OK to the application. midspan sets it, as MLflow counts a tool call without it
as failed.
"""

CONTENT: Final = "MIDSPAN_CONTENT"
"""How much content stands on spans: `full`, `metadata` (roles, tool names, why the model stopped)
or `none`. It comes before OpenTelemetry's own switch."""

REDACT: Final = "MIDSPAN_REDACT"
"""`off` leaves keys, tokens and passwords in; `emails` takes addresses of email out as well."""

REDACT_PATTERNS: Final = "MIDSPAN_REDACT_PATTERNS"
"""Further secrets: a line `KIND=REGULAR EXPRESSION` each."""

UNTOUCHED: Final = "MIDSPAN_REDACT_UNTOUCHED"
"""Attributes in which nothing is replaced: names or patterns, with commas between them."""

LEAVE_OUT: Final = "MIDSPAN_LEAVE_OUT"
"""Attributes that are not kept at all: names or patterns, with commas between them."""

LONGEST: Final = "MIDSPAN_LONGEST_TEXT"
"""Characters after which an attribute is cut off; 4194304 when unset."""

CAPTURE_CONTENT: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""OpenTelemetry's own switch: `false`, `NO_CONTENT` or `EVENT_ONLY` keeps
messages, arguments and results off spans.

midspan records content unless this says otherwise, since steps cannot be judged without it.
"""
