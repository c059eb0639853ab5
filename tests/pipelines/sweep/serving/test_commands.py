"""What each engine is told, as its program sees it."""

from pathlib import Path

import httpx
import pytest

from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.sweep.serving.conftest import Serving
from tests.support.engine_programs import Programs

QUESTION = {"messages": [{"role": "user", "content": "Are you?"}]}


def told(programs: Programs, name: str) -> list[str]:
    """Return the arguments of the only start; the port is any."""
    (call,) = programs.calls(name)
    argv: list[str] = call["argv"]
    argv[argv.index("--port") + 1] = "PORT"
    return argv


def answer(base_url: str | None, model: str) -> str:
    reply = httpx.post(f"{base_url}/chat/completions", json={"model": model, **QUESTION})
    return str(reply.json()["choices"][0]["message"]["content"])


def test_vllm_takes_the_parsers_of_the_family_and_tells_its_version(
    programs: Programs, serving: Serving
) -> None:
    programs.add("vllm", model="Qwen/Qwen3-14B", version="0.33.0")
    # The suite's image is for jobs: what is recorded is where this one runs.
    serve = {"image": "me/another", "max_model_len": 8192}
    job = {"MIDSPAN_IMAGE": "vllm/vllm-openai:v0.33.0"}
    with serving("Qwen/Qwen3-14B", revision="40c0698", serve=serve, variables=job) as server:
        assert answer(server.base_url, "Qwen/Qwen3-14B") == "ready"
        assert server.record == {
            "engine": "vllm",
            "version": "0.33.0",
            "image": "vllm/vllm-openai:v0.33.0",
            "weights": "Qwen/Qwen3-14B",
            "revision": "40c0698",
            "dtype": "auto",
            "max_model_len": 8192,
            "tool_call_parser": "hermes",
            "tool_call_parser_from": "family",
            "reasoning_parser": "qwen3",
        }
    assert told(programs, "vllm") == [
        *("serve", "Qwen/Qwen3-14B", "--served-model-name", "Qwen/Qwen3-14B"),
        *("--host", "127.0.0.1", "--port", "PORT", "--revision", "40c0698"),
        *("--max-model-len", "8192", "--enable-auto-tool-choice", "--tool-call-parser", "hermes"),
        *("--reasoning-parser", "qwen3"),
    ]


def test_what_the_suite_names_comes_before_the_family(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", model="Qwen/Qwen3-14B")
    serve = {
        "tool_call_parser": "qwen3_json",
        "reasoning_parser": "none",
        "dtype": "bfloat16",
        "arguments": ["--enforce-eager"],
    }
    with serving("Qwen/Qwen3-14B", serve=serve) as server:
        assert server.record["tool_call_parser_from"] == "suite"
        assert "reasoning_parser" not in server.record
    assert told(programs, "vllm")[8:] == [
        *("--dtype", "bfloat16", "--enable-auto-tool-choice", "--tool-call-parser", "qwen3_json"),
        "--enforce-eager",
    ]


def test_an_unknown_family_must_be_named_before_anything_starts(
    programs: Programs, serving: Serving
) -> None:
    programs.add("vllm")
    with pytest.raises(InvalidInput, match="org/model: no parser") as caught, serving(serve={}):
        pass
    assert caught.value.fix is not None
    assert "serve: {tool_call_parser: NAME}" in caught.value.fix
    assert programs.calls("vllm") == []
    with serving(serve={"tool_call_parser": "none"}):
        assert "--enable-auto-tool-choice" not in told(programs, "vllm")


def test_weights_in_a_folder_come_before_the_hub(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("vllm", model="Qwen/Qwen3-14B")
    placed = tmp_path / "weights" / "Qwen" / "Qwen3-14B"
    placed.mkdir(parents=True)
    variables = {"MIDSPAN_WEIGHTS": str(tmp_path / "weights")}
    with serving("Qwen/Qwen3-14B", revision="40c0698", serve={}, variables=variables) as server:
        assert server.record["weights"] == "Qwen/Qwen3-14B"
        assert server.record["revision"] == "40c0698"
    argv = told(programs, "vllm")
    assert argv[1:4] == [str(placed), "--served-model-name", "Qwen/Qwen3-14B"]
    assert "--revision" not in argv
    variables["MIDSPAN_WEIGHTS_REVISION"] = "40c0698000000000000000000000000000000000"
    with serving("Qwen/Qwen3-14B", revision="main", serve={}, variables=variables) as server:
        assert server.record["revision"] == "40c0698000000000000000000000000000000000"


def test_transformers_is_started_where_the_name_leads_to_the_weights(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("transformers", version="5.23.0")
    weights = tmp_path / "checkpoint"
    weights.mkdir()
    serve = {"engine": "transformers", "weights": str(weights), "dtype": "float32"}
    with serving(serve=serve) as server:
        assert answer(server.base_url, "org/model") == "ready"
        assert server.record == {
            "engine": "transformers",
            "version": "5.23.0",
            "weights": str(weights),
            "dtype": "float32",
        }
        (call,) = programs.calls("transformers")
        assert Path(call["cwd"], "org/model").resolve() == weights
    assert told(programs, "transformers") == [
        *("serve", "org/model", "--host", "127.0.0.1", "--port", "PORT", "--dtype", "float32")
    ]


def test_transformers_gets_a_revision_by_a_download(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("transformers")
    snapshot = tmp_path / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    programs.write("hf", f'echo "$@" >&2; echo {snapshot}')
    with serving(revision="abc", serve={"engine": "transformers"}) as server:
        assert (server.record["weights"], server.record["revision"]) == ("org/model", "abc")
        (call,) = programs.calls("transformers")
        assert Path(call["cwd"], "org/model").resolve() == snapshot
    log = (tmp_path / "logs" / "server.log").read_text()
    assert log.startswith("download org/model --revision abc --quiet\n")


def test_a_download_that_fails_is_told_with_what_it_said(
    programs: Programs, serving: Serving
) -> None:
    programs.add("transformers")
    programs.write("hf", 'echo "Access to model org/model is restricted" >&2; exit 1')
    with (
        pytest.raises(SurroundingsError, match="restricted") as caught,
        serving(revision="abc", serve={"engine": "transformers"}),
    ):
        pass
    assert caught.value.fix == "For a gated or private repository log in first: hf auth login"
    assert programs.calls("transformers") == []


def test_llama_cpp_finds_the_one_file_of_a_folder(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("llama-server", version="b9603-abc")
    folder = tmp_path / "gguf"
    folder.mkdir()
    (folder / "model-00001-of-00002.gguf").touch()
    (folder / "model-00002-of-00002.gguf").touch()
    serve = {"engine": "llama-cpp", "weights": str(folder), "max_model_len": 4096}
    with serving(serve=serve) as server:
        assert answer(server.base_url, "org/model") == "ready"
        assert server.record["version"] == "b9603-abc"
    assert told(programs, "llama-server") == [
        *("--model", str(folder / "model-00001-of-00002.gguf"), "--alias", "org/model"),
        *("--host", "127.0.0.1", "--port", "PORT", "--jinja", "--ctx-size", "4096"),
    ]
    (folder / "other.gguf").touch()
    with pytest.raises(SurroundingsError, match=r"there: model-00001-of-00002\.gguf, other\.gguf"):
        serving(serve=serve).__enter__()


def test_llama_cpp_fetches_a_repository_itself(programs: Programs, serving: Serving) -> None:
    programs.add("llama-server")
    with serving(serve={"engine": "llama-cpp", "weights": "ggml-org/gemma-GGUF:Q4_K_M"}) as server:
        assert server.record["weights"] == "ggml-org/gemma-GGUF"
        assert server.record["dtype"] == "Q4_K_M"
        assert server.attributes["midspan.serve.dtype"] == "Q4_K_M"
    assert told(programs, "llama-server")[:2] == ["--hf-repo", "ggml-org/gemma-GGUF:Q4_K_M"]


def test_the_quantisation_that_llama_cpp_chooses_is_recorded(
    programs: Programs, serving: Serving
) -> None:
    path = "/cache/ggml-org_gemma-GGUF_gemma-Q5_K_S.gguf"
    programs.add("llama-server", model_path=path)
    with serving(serve={"engine": "llama-cpp", "weights": "ggml-org/gemma-GGUF"}) as server:
        assert server.record["file"] == "ggml-org_gemma-GGUF_gemma-Q5_K_S.gguf"
        assert server.record["dtype"] == "Q5_K_S"


def test_of_mounted_weights_the_file_of_the_quantisation_is_served(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("llama-server")
    folder = tmp_path / "mounted" / "org" / "model"
    (folder / "BF16").mkdir(parents=True)
    names = ("m-Q4_K_M.gguf", "m-Q8_0.gguf", "mmproj-BF16.gguf", "BF16/m-00001-of-00002.gguf")
    for name in names:
        (folder / name).touch()
    variables = {"MIDSPAN_WEIGHTS": str(tmp_path / "mounted")}
    for asked, name in (("q4_k_m", names[0]), ("Q8_0", names[1]), ("BF16", names[3])):
        serve = {"engine": "llama-cpp", "weights": f"org/gguf:{asked}"}
        with serving(serve=serve, variables=variables) as server:
            assert server.record["file"] == Path(name).name
        argv = programs.calls("llama-server")[-1]["argv"]
        assert argv[:2] == ["--model", str(folder / name)]
    serve = {"engine": "llama-cpp", "weights": "org/gguf:Q4_K"}
    why = r"is Q4_K cannot be told; there: BF16/m-00001-of-00002.gguf, m-Q4_K_M.gguf, m-Q8_0.gguf\n"
    with pytest.raises(SurroundingsError, match=why):
        serving(serve=serve, variables=variables).__enter__()


@pytest.mark.parametrize(
    ("engine", "message", "fix"),
    [
        ("vllm", "no `vllm` on PATH", "pip install vllm"),
        ("transformers", "no `transformers` on PATH", "pip install 'transformers[serving]' torch"),
        ("llama-cpp", "no `llama-server` on PATH", "Install llama.cpp (https://"),
    ],
)
def test_a_missing_program_is_told_with_how_to_get_it(
    serving: Serving, engine: str, message: str, fix: str
) -> None:
    name = "Qwen/Qwen3-14B"
    with pytest.raises(SurroundingsError, match=message) as caught:
        serving(name, serve={"engine": engine}).__enter__()
    assert str(caught.value.fix).startswith(fix)
