"""The GPUs that a server may use, read through NVIDIA's own library."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from midspan.pipelines.servers.home import Say, say_nothing

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Which GPUs programs of this process see, as NVIDIA's libraries understand it."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the GPUs do at one moment."""

    utilization: float | None
    """Share, 0 to 1, the mean of all; None where they do not tell, as parts of a GPU (MIG) do."""
    memory: int | None
    """Bytes in use, of all together."""


@dataclass(frozen=True, kw_only=True)
class Devices:
    """One or more GPUs, and their driver."""

    name: str
    """As NVIDIA calls it; with their number before it when they are several."""
    driver: str
    _nvml: Any
    _handles: tuple[Any, ...]

    def read(self) -> Reading | None:
        """Return what they do now; None when they cannot be asked any more."""
        utilization, memory = [], []
        for handle in self._handles:
            rates = self._asked("nvmlDeviceGetUtilizationRates", handle)
            if rates is not None:
                utilization.append(rates.gpu / 100)
            held = self._asked("nvmlDeviceGetMemoryInfo", handle)
            if held is not None:
                memory.append(int(held.used))
        if not utilization and not memory:
            return None
        return Reading(
            utilization=sum(utilization) / len(utilization) if utilization else None,
            memory=sum(memory) if memory else None,
        )

    def _asked(self, function: str, handle: Any) -> Any:
        try:
            return getattr(self._nvml, function)(handle)
        except self._nvml.NVMLError:
            return None


@contextmanager
def devices(
    variables: Mapping[str, str] = os.environ, say: Say = say_nothing
) -> Iterator[Devices | None]:
    """Give the visible GPUs; None, said once, where there is none or nothing to ask them with."""
    try:
        import pynvml  # type: ignore[import-untyped]
    except ImportError:
        say("GPU use is not recorded: pip install 'midspan[gpu]'")
        yield None
        return
    try:
        pynvml.nvmlInit()
    except (pynvml.NVMLError, OSError) as error:
        say(f"GPU use is not recorded: {error}")
        yield None
        return
    try:
        yield _found(pynvml, variables, say)
    finally:
        try:
            pynvml.nvmlShutdown()
        except pynvml.NVMLError as error:
            say(f"the GPUs' library did not close: {error}")


def _found(nvml: Any, variables: Mapping[str, str], say: Say) -> Devices | None:
    try:
        every = [nvml.nvmlDeviceGetHandleByIndex(n) for n in range(nvml.nvmlDeviceGetCount())]
        handles = _visible(nvml, every, variables.get(VISIBLE))
        names = Counter(_text(nvml.nvmlDeviceGetName(handle)) for handle in handles)
        driver = _text(nvml.nvmlSystemGetDriverVersion())
    except nvml.NVMLError as error:
        say(f"GPU use is not recorded: {error}")
        return None
    if not handles:
        say("GPU use is not recorded: no GPU is visible")
        return None
    named = [f"{count} x {name}" if count > 1 else name for name, count in names.items()]
    return Devices(name=", ".join(named), driver=driver, _nvml=nvml, _handles=tuple(handles))


def _visible(nvml: Any, every: list[Any], said: str | None) -> list[Any]:
    """Return the GPUs that the variable names by number or id; a wrong one ends the list."""
    if said is None:
        return every
    found = []
    for word in filter(None, (word.strip() for word in said.split(","))):
        if word.isdigit():
            one = every[int(word)] if int(word) < len(every) else None
        else:
            one = next(
                (h for h in every if _text(nvml.nvmlDeviceGetUUID(h)).startswith(word)), None
            )
        if one is None:
            break
        found.append(one)
    return found


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
