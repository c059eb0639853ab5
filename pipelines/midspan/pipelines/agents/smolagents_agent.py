"""A ToolCallingAgent of smolagents with midspan's four tools: `smolagents_agent.py < task.json`.

It runs in an interpreter that has smolagents, and needs nothing of midspan there but the two files
beside it. The end of the run goes into the file that the task names.
"""

from __future__ import annotations  # for older interpreters

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midspan.pipelines.agents.workbench import DEFINITIONS, ToolError, Workbench
else:
    from workbench import DEFINITIONS, ToolError, Workbench


def main() -> int:
    """Return 0 where the agent ended by itself or by its turns, 1 where it failed."""
    task = json.loads(sys.stdin.buffer.read())
    end: dict[str, Any] = {}
    try:
        end = _end_of(task)
    except Exception as error:
        end = {"failed": f"{type(error).__name__}: {error}"[:1000]}
        sys.stderr.write(f"smolagents: {end['failed']}\n")
    part = Path(task["end"] + ".part")
    part.write_text(json.dumps(end))
    part.replace(task["end"])
    return 1 if end.get("failed") else 0


def _end_of(task: dict[str, Any]) -> dict[str, Any]:
    smolagents: Any = importlib.import_module("smolagents")
    # Older releases know it by the longer name.
    kind = getattr(smolagents, "OpenAIModel", None) or smolagents.OpenAIServerModel
    model = kind(
        model_id=task["model"],
        api_base=task["base_url"],
        api_key=task["api_key"],
        client_kwargs={"max_retries": task["retries"]},
    )
    if hasattr(model, "retryer"):
        # Its own would come on top of the client's, with minutes in between.
        model.retryer.max_attempts = 1
    agent = smolagents.ToolCallingAgent(
        tools=_tools(smolagents.Tool),
        model=model,
        return_full_result=True,
        **({} if task["max_turns"] is None else {"max_steps": task["max_turns"]}),
    )
    result = agent.run(task["prompt"])
    if result.state == "max_steps_error":
        # What it then says was asked for without tools, after the last turn.
        return {"budget": "turns"}
    output = result.output
    return {"answer": output if isinstance(output, str) or output is None else json.dumps(output)}


def _tools(base: type) -> list[Any]:
    workbench = Workbench(Path.cwd())
    return [_tool(base, workbench, definition["function"]) for definition in DEFINITIONS]


def _tool(base: type, workbench: Workbench, function: dict[str, Any]) -> Any:
    """Return a tool of smolagents, which looks at the signature of `forward`."""
    parameters = function["parameters"]
    inputs = {
        name: dict(schema) | ({} if name in parameters["required"] else {"nullable": True})
        for name, schema in parameters["properties"].items()
    }

    def forward(self: Any, *values: Any, **named: Any) -> str:
        given = dict(zip(inputs, values, strict=False)) | named
        try:
            return workbench.call(function["name"], given)
        except ToolError as error:
            raise RuntimeError(str(error)) from None

    members = {
        "name": function["name"],
        "description": function["description"],
        "inputs": inputs,
        "output_type": "string",
        "skip_forward_signature_validation": True,
        "forward": forward,
    }
    return type(f"{function['name'].title()}Tool", (base,), members)()


if __name__ == "__main__":
    sys.exit(main())
