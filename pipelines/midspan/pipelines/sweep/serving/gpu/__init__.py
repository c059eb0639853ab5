"""What the GPUs are, and what they did while a run ran."""

from midspan.pipelines.sweep.serving.gpu.devices import Devices, Reading, devices
from midspan.pipelines.sweep.serving.gpu.sampling import Sampler, Watch, sampled
from midspan.pipelines.sweep.serving.gpu.use import GpuUse

__all__ = ["Devices", "GpuUse", "Reading", "Sampler", "Watch", "devices", "sampled"]
