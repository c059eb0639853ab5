"""The spans of the demo agent: the one place that knows midspan's instrumentation."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from midspan.instrumentation import (
    RunContext,
    SpoolReport,
    Telemetry,
    agent,
    conventions,
    llm_call,
    run,
    setup,
    tool_call,
)
from midspan.instrumentation.handlers import AgentHandle, LlmHandle, ToolHandle
from midspan.pipelines.records import PlannedRun

PROVIDER: Final = "scripted"


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Starts the steps of agents and keeps them in a spool."""

    tracer_provider: TracerProvider
    telemetry: Telemetry

    @classmethod
    @contextmanager
    def opened(cls, spool: Path, experiment: str, service_name: str) -> Iterator[Self]:
        """Yield a recorder that writes to a spool, apart from whatever this process traces else."""
        resource = {"service.name": service_name, conventions.PROJECT_NAME: experiment}
        provider = TracerProvider(
            resource=Resource.create(resource), sampler=ALWAYS_ON, shutdown_on_exit=False
        )
        telemetry = setup(spool=spool, tracer_provider=provider)
        try:
            yield cls(tracer_provider=provider, telemetry=telemetry)
        finally:
            provider.shutdown()

    def run(self, planned: PlannedRun) -> AbstractContextManager[RunContext]:
        """Return the block of a run: steps inside belong to it, its file closes at the end."""
        names = ("run_id", "experiment", "task", "model", "revision", "tier", "harness", "trial")
        return run(RunContext(**{name: getattr(planned, name) for name in names}))

    def report(self, run_id: str) -> SpoolReport:
        """Return how many spans of a run were written and lost."""
        return self.telemetry.report(run_id)

    def agent(self, name: str, *, question: str, model: str) -> AgentHandle:
        """Return the step around a whole run."""
        return agent(
            name,
            input=question,
            provider=PROVIDER,
            model=model,
            tracer_provider=self.tracer_provider,
        )

    @contextmanager
    def llm_call(self, request: Mapping[str, Any]) -> Iterator["LlmRecord"]:
        """Yield the step of one request to the model."""
        with llm_call(
            request["model"],
            provider=PROVIDER,
            messages=request["messages"],
            tools=request["tools"],
            tracer_provider=self.tracer_provider,
            seed=request["seed"],
        ) as step:
            yield LlmRecord(step)

    def tool_call(self, name: str, *, arguments: str, call_id: str) -> ToolHandle:
        """Return the step of one tool; the arguments as the model wrote them."""
        return tool_call(
            name, arguments=arguments, call_id=call_id, tracer_provider=self.tracer_provider
        )


@dataclass(frozen=True)
class LlmRecord:
    """One request to the model, to which its answer is to be said."""

    step: LlmHandle

    def answered(self, status: int, body: Mapping[str, Any]) -> None:
        """Keep the answer, be it a completion or an error."""
        self.step.record_openai(body, http_status=status)
