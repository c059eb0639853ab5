import pytest

from midspan.scorers.markers.python_code import PIECES, python_used, shell_in


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("import a.b\na.b.c()", ["a.b.c"]),
        ("import a.b as x\nx.c()", ["a.b.c"]),
        ("from a import b\nb()", ["a.b"]),
        ("from a import b as c\nc.d()", ["a.b.d"]),
        ("from a.b import *\nc()", ["c", "a.b.c"]),
        ("import a\nf = a.b\nf()", ["a.b"]),
        ("import a\nf = a\nf = 3\nf.b()", ["f.b"]),
        ("from a import b\ndef b(): pass\nb()", ["b"]),
        ("def f():\n    return b()\nfrom a import b", ["a.b"]),
        ("import a\n@a.b\ndef f(): pass", ["a.b"]),
        (
            "import importlib\nm = importlib.import_module('a')\nm.b()",
            ["importlib.import_module", "a.b"],
        ),
        ("import a\ngetattr(a, 'b')()", ["a.b", "getattr"]),
        ("from . import b\nb.c()", [".b.c"]),
        ("x = [f(i) for i in g()]", ["f", "g"]),
        ("print('a.b()')", ["print"]),
        ("# a.b()", []),
        ("a.b", []),
        ("f()()", ["f"]),
    ],
)
def test_calls(code: str, calls: list[str]) -> None:
    assert sorted(python_used(code).calls) == sorted(calls)


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import a.b.c", ["a", "a.b", "a.b.c"]),
        ("from a.b import c", ["a", "a.b", "a.b.c"]),
        ("import a, b as x", ["a", "b"]),
        ("__import__('a.b')", ["a", "a.b"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None", ["a"]),
        ("text = 'import a'", []),
    ],
)
def test_imports(code: str, imports: list[str]) -> None:
    assert list(python_used(code).imports) == imports


@pytest.mark.parametrize(
    "code",
    [
        "from a import b\nb(\n",
        "from a import b\nb()\nthis is no Python\n",
        "this is no Python\nfrom a import b\nb()",
        "%matplotlib inline\nfrom a import b\n!pip install a\nb()",
        "    from a import b\n    b()",
        "from a import b\nprint 'x'\nb()",
        "def f():\n    from a import b\n    b()\n    return (\n",
        "from a import b; b(); print 'x'",
        "from a import b\nx = {'k': b(), \n",
    ],
)
def test_broken_code_is_read_as_far_as_it_can_be(code: str) -> None:
    assert "a.b" in python_used(code).calls + python_used(code).imports


def test_names_hold_from_one_cell_to_the_next() -> None:
    known: dict[str, str] = {}
    assert python_used("import a as x", known).calls == ()
    assert python_used("x.b()", known).calls == ("a.b",)
    assert python_used("x = 1", known).calls == ()
    assert python_used("x.b()", known).calls == ("x.b",)


def test_shell_lines_of_notebooks() -> None:
    assert shell_in("x = 1\n!git log\n  ! ls") == "git log\nls"
    assert shell_in("%%bash\ngit log\nls\n") == "git log\nls\n"
    assert shell_in("%pip install a") == "pip install a"
    assert shell_in("x != 1") is None


@pytest.mark.parametrize(
    "code",
    ["(" * 100_000, "a." * 100_000, "-" * 100_000 + "1", "x\n(" * PIECES * 10, "[" * 90, "\0"],
)
def test_no_code_breaks_the_reader(code: str) -> None:
    assert python_used(code).imports == ()
