"""Attributes of the proxy's spans beside those that every step has."""

from typing import Final

RAW_ARGUMENTS: Final = "gen_ai.tool.call.arguments.raw"
"""The arguments of each emitted call as the model wrote them, where the messages, which hold them
as objects, do not show that to the letter. By its name it counts as content, and is redacted."""

TEXT_FORM: Final = "midspan.text_calls.form"
"""The form in which the model wrote calls as text."""

TRANSLATED: Final = "midspan.text_calls.translated"
"""Whether the client got these as native calls."""

UNTRANSLATED_BECAUSE: Final = "midspan.text_calls.reason"
"""Why they were left as they are, or that there were none where `tool_choice` asked for one."""

OUTSIDE: Final = "midspan.proxy.outside"
"""That a step was seen from outside of the agent, which may have a span of its own for it."""

NOT_RECORDED: Final = "midspan.proxy.not_recorded"
"""Which content is not on the span, and why."""

RESEND_COUNT: Final = "http.request.resend_count"
"""How often the client had sent this request before, where it says so; OpenTelemetry's name."""
