"""Attribute names on spans: OTel GenAI, and what Phoenix and MLflow need beside it.

The names are literals on purpose: `opentelemetry-semantic-conventions` marks every `gen_ai.*`
constant as moved, and renames have broken it before.
"""

from typing import Final

# Run context: on every span.
RUN_ID: Final = "midspan.run.id"
EXPERIMENT: Final = "midspan.experiment"
TASK: Final = "midspan.task"
MODEL: Final = "midspan.model"
REVISION: Final = "midspan.revision"
TIER: Final = "midspan.tier"
TRIAL: Final = "midspan.trial"
HARNESS: Final = "midspan.harness"
SPANS_LOST: Final = "midspan.spans_lost"
"""How many spans of this run could not be written before this one."""
TRUNCATED: Final = "midspan.truncated"
"""Names of the attributes of a span that were cut off."""
METADATA: Final = "metadata"
"""JSON of the run context: what Phoenix can filter by."""

# Resource, together with PROJECT_NAME.
SERVICE_NAME: Final = "service.name"

# OTel GenAI.
OPERATION_NAME: Final = "gen_ai.operation.name"
PROVIDER_NAME: Final = "gen_ai.provider.name"
AGENT_NAME: Final = "gen_ai.agent.name"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_ID: Final = "gen_ai.response.id"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_TYPE: Final = "gen_ai.tool.type"
TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"
ERROR_TYPE: Final = "error.type"
HTTP_STATUS: Final = "http.response.status_code"

# OpenInference, for Phoenix.
SPAN_KIND: Final = "openinference.span.kind"
PROJECT_NAME: Final = "openinference.project.name"
INPUT_VALUE: Final = "input.value"
INPUT_MIME_TYPE: Final = "input.mime_type"
OUTPUT_VALUE: Final = "output.value"
OUTPUT_MIME_TYPE: Final = "output.mime_type"
PHOENIX_REASONING_TOKENS: Final = "llm.token_count.completion_details.reasoning"
PHOENIX_CACHE_WRITE_TOKENS: Final = "llm.token_count.prompt_details.cache_write"
JSON_MIME_TYPE: Final = "application/json"

# MLflow.
SPAN_TYPE: Final = "mlflow.spanType"
LLM_COST: Final = "mlflow.llm.cost"
TRACE_TAG: Final = "mlflow.traceTag."
TRACE_NAME: Final = "mlflow.traceTag.mlflow.traceName"
REQUEST_ID: Final = "mlflow.traceTag.mlflow.eval.requestId"

# Exception events.
EXCEPTION_EVENT: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"

# How a model was served: on the resource of all spans of a run.
SERVE_ENGINE: Final = "midspan.serve.engine"
SERVE_VERSION: Final = "midspan.serve.version"
SERVE_ENDPOINT: Final = "midspan.serve.endpoint"
SERVE_IMAGE: Final = "midspan.serve.image"
SERVE_WEIGHTS: Final = "midspan.serve.weights"
SERVE_REVISION: Final = "midspan.serve.revision"
"""Revision of the weights."""
SERVE_TOOL_CALL_PARSER: Final = "midspan.serve.tool_call_parser"
SERVE_REASONING_PARSER: Final = "midspan.serve.reasoning_parser"
SERVE_DTYPE: Final = "midspan.serve.dtype"
SERVE_MAX_MODEL_LEN: Final = "midspan.serve.max_model_len"
HARDWARE_FLAVOR: Final = "midspan.hardware.flavor"
HARDWARE_GPU: Final = "midspan.hardware.gpu"
HARDWARE_DRIVER: Final = "midspan.hardware.driver"

# What the GPUs did while a run ran: on its agent span, and on the events of that.
GPU_EVENT: Final = "midspan.gpu"
GPU_UTILIZATION_MEAN: Final = "midspan.gpu.utilization.mean"
"""Share of the time, 0 to 1, in which the GPUs worked; the mean of all of them."""
GPU_UTILIZATION_MAX: Final = "midspan.gpu.utilization.max"
GPU_MEMORY_MAX: Final = "midspan.gpu.memory.max"
"""Bytes in use on all GPUs together, at most."""
GPU_SAMPLES: Final = "midspan.gpu.samples"
