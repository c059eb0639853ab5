"""A small world to try midspan on: scripted models, real tools, real spans.

`runner.run_demo` is a sweep of 144 runs. `ModelServer` alone is an OpenAI-compatible server whose
models are scripted: what other tests put an agent in front of.
"""

from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models

__all__ = ["ModelServer", "Models"]
