import pytest

from midspan.scorers.markers.shell import read_paths, started, written_files


def programs(text: str) -> list[str]:
    return [segment.program for segment in started(text) if segment.words]


def reads(text: str) -> list[str]:
    return [path for segment in started(text) for path in read_paths(segment)]


def writes(text: str) -> list[tuple[str, str | None]]:
    return [(one.path, one.content) for segment in started(text) for one in written_files(segment)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("git log", ["git"]),
        ("/usr/bin/git log", ["git"]),
        ("A=1 B='x y' git log", ["git"]),
        ("timeout -k 5 60 git log", ["timeout", "git"]),
        ("sudo -u me env A=1 nice -n 5 git log", ["sudo", "env", "nice", "git"]),
        ("nohup stdbuf -oL git log &", ["nohup", "stdbuf", "git"]),
        ("time git log", ["time", "git"]),
        ("ls | xargs -n 1 -I{} git show {}", ["ls", "xargs", "git"]),
        ("bash -c 'git log'", ["bash", "git"]),
        ('bash -lc "cd a && git log"', ["bash", "cd", "git"]),
        ("sh -e -o pipefail -c 'git log'", ["sh", "git"]),
        ("bash <<'EOF'\ngit log\nEOF", ["bash", "git"]),
        ("echo 'git log' | sh", ["echo", "sh", "git"]),
        ("eval 'git log'", ["eval", "git"]),
        ("env -S 'git log'", ["env", "git"]),
        (r"find . -name x -exec git add {} \;", ["find", "git"]),
        ("find . -exec git add {} + -print", ["find", "git"]),
        ("a && b || c; d & e\nf", ["a", "b", "c", "d", "e", "f"]),
        ("(cd a; b)", ["cd", "b"]),
        ("echo $(git log) `git status`", ["git", "git", "echo"]),
        ('echo "now: $(git log)"', ["git", "echo"]),
        ("diff <(git show a) b", ["git", "diff"]),
        ("if git diff; then a; else b; fi", ["git", "a", "b"]),
        ("for f in *; do git add $f; done", ["git"]),
        ("x=$(git log)", ["git"]),
        ("export A=$(git log)", ["git", "export"]),
        ("P=git; $P log", ["git"]),
        ("git \\\n  log", ["git"]),
        ("! git diff", ["git"]),
        ("python -m pytest -q", ["python", "pytest"]),
        ("python3 -W error -m pip install x", ["python3", "pip"]),
        ("uv run --with x pytest", ["uv", "pytest"]),
        ("poetry run pytest", ["poetry", "pytest"]),
        ("poetry install", ["poetry"]),
        ("cat <<EOF | git apply\nx\nEOF", ["cat", "git"]),
        ("cat > a <<EOF && git add a\ngit log\nEOF\nls", ["cat", "git", "ls"]),
    ],
)
def test_programs_that_a_text_starts(text: str, expected: list[str]) -> None:
    assert programs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "echo 'git log'",
        'echo "git log"',
        "grep git log.txt",
        "cd /repo/git && ls",
        "# git log",
        "command -v git",
        "cat <<'EOF'\ngit log\nEOF",
        "bash git",
        "ls -la git/",
        "echo 'unterminated && git log",
    ],
)
def test_what_starts_nothing(text: str) -> None:
    assert "git" not in programs(text)


def test_broken_syntax_costs_only_its_place() -> None:
    assert "git" in programs("git log\nif then (((\n")
    assert programs("git log && )") == ["git"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat a b/../c", ["a", "c"]),
        ("cd src && cat x.py", ["src/x.py"]),
        ("(cd src; cat x.py); cat y.py", ["src/x.py", "y.py"]),
        ("bash -c 'cat x' ", ["x"]),
        ("cd a && bash -c 'cat x'", ["a/x"]),
        ("head -n 20 a | tail -5", ["a"]),
        ("sed -n '1,20p' a", ["a"]),
        ("sed -e s/a/b/ f", ["f"]),
        ("grep -rn -A 3 word src a.py", ["src", "a.py"]),
        ("grep -e word a.py", ["a.py"]),
        ("awk -F: '{print $1}' a", ["a"]),
        ("jq .x a.json", ["a.json"]),
        ("wc -l < a", ["a"]),
        ("while read l; do echo $l; done < a", ["a"]),
        ("source env.sh", ["env.sh"]),
        ("cat - < /dev/null", []),
        ("cat 'my file'", ["my file"]),
        ('F=a.py; cat "$F"', ["a.py"]),
        ("ls a", []),
        ("sed -i s/a/b/ f", []),
    ],
)
def test_files_that_a_text_reads(text: str, expected: list[str]) -> None:
    assert reads(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo hi > a", [("a", "hi")]),
        ("cd d && printf hi >> a", [("d/a", "hi")]),
        ("cat > a <<'EOF'\nx\ny\nEOF", [("a", "x\ny\n")]),
        ("cat <<-EOF > a\n\tx\n\tEOF", [("a", "x\n")]),
        ("make 2>&1 > log", [("log", None)]),
        ("a | b > log", [("log", None)]),
        ("cat a && (b; c) > log", [("log", None)]),
        ("make &> log", [("log", None)]),
        ("make 2> /dev/null", []),
        ("make 2>&1", []),
        ("echo hi | tee -a a b", [("a", "hi"), ("b", "hi")]),
        ("tee a <<< hi", [("a", "hi")]),
        ("sed -i.bak 's/a/b/' f g", [("f", "-i.bak s/a/b/ f g"), ("g", "-i.bak s/a/b/ f g")]),
        ("perl -pi -e 's/a/b/' f", [("f", "-pi -e s/a/b/ f")]),
        ("cp a b", [("b", None)]),
        ("cp -r a b c/", [("c/a", None), ("c/b", None)]),
        ("mv -t d a", [("d/a", None)]),
        ("dd if=a of=b", [("b", None)]),
        ("{ a; b; } > log", [("log", None)]),
        ("cat a", []),
    ],
)
def test_files_that_a_text_writes(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert writes(text) == expected


@pytest.mark.parametrize(
    "unit",
    ["(", "$(", "${", "a; ", "'", "`", "a|", "<<A\n", "a <<E\n", "((a", "x=(", "if ", "{ ", ">",
     "bash -c '", "eval ", "timeout 1 ", "find . -exec "],
)  # fmt: skip
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (10_000_000 // len(unit))
    assert len(started(text)) <= 5_000
