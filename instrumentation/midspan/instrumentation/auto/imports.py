"""Does something right after a module has been imported, and nothing where it never is."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

Action = Callable[[], None]


class AfterImport(MetaPathFinder):
    """Waits on the import path for modules to be imported."""

    def __init__(self) -> None:
        """Wait for none."""
        self._waiting: dict[str, list[Action]] = {}

    def do(self, module: str, action: Action) -> None:
        """Do it when the module has been imported; now, where it has been already."""
        if module in sys.modules:
            action()
            return
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        self._waiting.setdefault(module, []).append(action)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the others on the import path find, to be told when it is loaded."""
        actions = self._waiting.pop(name, None)
        if actions is None:
            return None
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            self._waiting[name] = actions
            return None
        spec.loader = _Told(spec.loader, actions)
        return spec


class _Told(Loader):
    """A loader that does something when its module has been loaded, and is gone then."""

    def __init__(self, loader: Loader, actions: list[Action]) -> None:
        self._loader = loader
        self._actions = actions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # As if nobody had been here: code of the module may ask its loader for resources.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        for action in self._actions:
            action()
