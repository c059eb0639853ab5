"""The names that Python code calls and imports, aliases resolved; the code is never run."""

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

Names = dict[str, str]
"""What a name in the code stands for: `pd` for `pandas`."""

_LOADERS: Final = frozenset({"importlib.import_module", "__import__"})


class Used(NamedTuple):
    """What a piece of code uses, in the order in which it stands there."""

    calls: tuple[str, ...]
    imports: tuple[str, ...]


class _Reader:
    """Collects names; `known` is what they stand for, also from code that ran before."""

    def __init__(self, known: Names) -> None:
        self.known = known
        self.stars: list[str] = []
        self.calls: dict[str, None] = {}
        self.imports: dict[str, None] = {}

    def read(self, tree: ast.AST) -> None:
        """Read a tree in the order of its text; its imports first, which functions may use."""
        nodes = list(_in_order(tree))
        for node in nodes:
            self._import(node)
        for node in nodes:
            self._use(node)

    def _import(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    self._imported(alias.name)
                    bound = alias.asname or alias.name.partition(".")[0]
                    self.known[bound] = alias.name if alias.asname else bound
            case ast.ImportFrom(names=names):
                module = "." * node.level + (node.module or "")
                self._imported(module)
                for alias in names:
                    if alias.name == "*":
                        self.stars.append(module)
                        continue
                    whole = f"{module}{'' if module.endswith('.') else '.'}{alias.name}"
                    self.imports[whole] = None
                    self.known[alias.asname or alias.name] = whole

    def _imported(self, module: str) -> None:
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            if parent := ".".join(parts[:end]):
                self.imports[parent] = None

    def _use(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._decorated(node.decorator_list)
                self.known.pop(name, None)
            case ast.ClassDef(name=name):
                self._decorated(node.decorator_list)
                self.known.pop(name, None)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._bind(name, value)
            case ast.Call(func=function):
                self._call(function, node)

    def _bind(self, name: str, value: ast.expr) -> None:
        """Remember `p = transformers.pipeline`; forget what else a name stood for."""
        meant = self._dotted(value) or self._loaded(value)
        if meant is not None and meant != name:
            self.known[name] = meant
        else:
            self.known.pop(name, None)

    def _call(self, function: ast.expr, node: ast.Call) -> None:
        called = self._dotted(function) or self._looked_up(function)
        if called is None:
            return
        self.calls[called] = None
        if called in _LOADERS and (module := _text(node.args)):
            self._imported(module)
        if "." not in called and called not in self.known:
            for module in self.stars:
                self.calls[f"{module}.{called}"] = None

    def _decorated(self, decorators: list[ast.expr]) -> None:
        for decorator in decorators:
            if (name := self._dotted(decorator)) is not None:
                self.calls[name] = None

    def _dotted(self, node: ast.expr) -> str | None:
        """Return the whole name of `a.b.c`, by what `a` stands for."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            parts.append(self.known.get(node.id, node.id))
        elif (module := self._loaded(node)) is not None and parts:
            parts.append(module)
        else:
            return None
        return ".".join(reversed(parts))

    def _loaded(self, node: ast.expr) -> str | None:
        """Return the module that `importlib.import_module("...")` gives."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            return _text(node.args) if self._dotted(node.func) in _LOADERS else None
        return None

    def _looked_up(self, node: ast.expr) -> str | None:
        """Return the name that `getattr(module, "name")` gives."""
        match node:
            case ast.Call(
                func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(name)), *_]
            ):
                whole = self._dotted(owner)
                return f"{whole}.{name}" if whole is not None else None
        return None


def used_names(trees: list[ast.Module], known: Names | None = None) -> Used:
    """Return what code calls and imports; `known` is filled with what its names stand for.

    >>> code = "from transformers import pipeline as p" + chr(10) + "p('ner')"
    >>> used_names([ast.parse(code)]).calls
    ('transformers.pipeline',)
    """
    reader = _Reader({} if known is None else known)
    for tree in trees:
        reader.read(tree)
    return Used(tuple(reader.calls), tuple(reader.imports))


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a tree's nodes in the order of the text; without recursion, as texts nest deep."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _text(arguments: list[ast.expr]) -> str | None:
    match arguments:
        case [ast.Constant(value=str(text)), *_]:
            return text
    return None
