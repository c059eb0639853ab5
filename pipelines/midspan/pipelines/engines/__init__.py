"""Where tasks run: in this process, in a pool of them, or on a Ray cluster."""

from midspan.pipelines.engines.attempts import Failed, attempted
from midspan.pipelines.engines.executor import Executor, WorkerLost
from midspan.pipelines.engines.local import Workers
from midspan.pipelines.engines.ray_workers import RayWorkers

__all__ = ["Executor", "Failed", "RayWorkers", "WorkerLost", "Workers", "attempted"]
