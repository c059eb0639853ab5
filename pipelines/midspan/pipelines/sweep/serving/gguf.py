"""Which .gguf file holds the weights that are meant, and how they are quantised."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final

from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import Model

_SHOWN: Final = 8
_BESIDE: Final = ("mmproj", "imatrix")
"""How files begin that belong to a model and are none."""
_QUANTISATION: Final = re.compile(
    r"(?<![A-Za-z0-9])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP\d(?:_MOE)?|BF16|F16|F32))"
    r"(?![A-Za-z0-9_])",
    re.IGNORECASE,
)


def quantisation_asked(model: Model) -> str | None:
    """Return the quantisation that the suite names behind the repository.

    >>> quantisation_asked(
    ...     Model.model_validate(
    ...         {"name": "m", "serve": {"engine": "llama-cpp", "weights": "org/m-GGUF:Q4_K_M"}}
    ...     )
    ... )
    'Q4_K_M'
    """
    serve = model.serve
    if serve is None or serve.path:
        return None
    return (serve.weights or model.name).partition(":")[2] or None


def quantisation_in(name: str) -> str | None:
    """Return the quantisation that the name of a file tells.

    >>> quantisation_in("gemma-3-4b-it-Q4_K_M.gguf"), quantisation_in("model.gguf")
    ('Q4_K_M', None)
    """
    found = _QUANTISATION.findall(PurePosixPath(name).name)
    return found[-1] if found else None


def meant_file(model: Model, names: Iterable[str], *, where: str) -> str:
    """Return the file with the weights, of all that there are `where`; it has to be one.

    Raises:
        SurroundingsError: With the files that may be meant.
    """
    names, serve = sorted(names), model.served_by
    if serve.file is not None:
        if serve.file not in names:
            raise SurroundingsError(
                f"{model.name}: {where} has no {serve.file}; there: {_listed(_firsts(names))}",
                fix="Name a file that is there: serve: {file: NAME.gguf}",
            )
        return serve.file
    firsts = _firsts(names)
    asked = quantisation_asked(model)
    found = [name for name in firsts if asked is None or _is_so(name, asked)]
    if len(found) == 1:
        return found[0]
    meant = "is meant is not said" if asked is None else f"is {asked} cannot be told"
    raise SurroundingsError(
        f"{model.name}: which .gguf file of {where} {meant}; there: {_listed(found or firsts)}",
        fix="Name it: serve: {file: NAME.gguf}",
    )


def _firsts(names: Iterable[str]) -> list[str]:
    """Return the files that a server can be given: of a model in numbered parts the first."""
    files = [PurePosixPath(name) for name in names if name.endswith(".gguf")]
    return [
        str(file)
        for file in files
        if ("-of-" not in file.name or "-00001-of-" in file.name)
        and not file.name.casefold().startswith(_BESIDE)
    ]


def _is_so(name: str, quantisation: str) -> bool:
    """Return whether a file, or the folder it is in, is called by a quantisation.

    >>> _is_so("m-Q4_K_M.gguf", "q4_k_m"), _is_so("m-Q4_K_M.gguf", "Q4_K")
    (True, False)
    """
    whole = rf"(?<![A-Za-z0-9_]){re.escape(quantisation)}(?![A-Za-z0-9_])"
    return re.search(whole, name, re.IGNORECASE) is not None


def _listed(names: Sequence[str]) -> str:
    more = ", ..." if names[_SHOWN:] else ""
    return f"{', '.join(names[:_SHOWN])}{more}" if names else "none"
