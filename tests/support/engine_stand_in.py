"""A program in the place of `vllm`, `llama-server` or `transformers`: serves scripted models.

`python engine_stand_in.py HOW.json ARGUMENT ...`; what it does, and does wrong, stands in HOW.json:

    version           what it says its version is
    model_path        the file of the weights that it says it serves
    probes            how often /health is asked before it is well (0); null: it never is
    says              lines for its log
    exit              ends at once with this code
    port_off          listens on this many ports above the one it was told
    host              listens there instead of where it was told
    refuses           answers every question with 400 and this text
    child             starts a child with a session of its own that takes no notice of SIGTERM
    deaf              takes no notice of SIGTERM itself
    scripted          answers as this scripted model of the demo, not always with "ready"

Only the standard library is imported, unless a scripted model is asked for: tests start it often.
"""

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

DEAF_CHILD = """
import os, signal, sys, time
os.setsid()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(f"child {os.getpid()}", flush=True)
time.sleep(600)
"""
ADDRESS = ("--host", "--port")


def ready(model: str) -> dict[str, Any]:
    """Return a completion of one word."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "ready"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
    }


def scripted(behaviour: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return status and body of what a scripted model of the demo answers."""
    from midspan.pipelines.demo.models import Models, RefusedError

    try:
        return 200, dict(Models().complete({**request, "model": behaviour}).body())
    except RefusedError as refused:
        return refused.status, refused.body


class Handler(BaseHTTPRequestHandler):
    how: ClassVar[dict[str, Any]]
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        version = self.how.get("version", "1.2.3")
        if self.path == "/health":
            self.asked.append(self.path)
            probes = self.how.get("probes", 0)
            well = probes is not None and len(self.asked) > probes
            self.send(200 if well else 503, {"status": "ok" if well else "loading"})
        elif self.path == "/version":
            self.send(200, {"version": version})
        elif self.path == "/props":
            told = {"build_info": version, "model_path": self.how.get("model_path")}
            self.send(200, told)
        else:
            self.send(404, {})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if text := self.how.get("refuses"):
            self.send(400, {"error": {"message": text}})
        elif request["model"] != self.how["model"]:
            self.send(404, {"error": {"message": f"there is no model {request['model']}"}})
        elif behaviour := self.how.get("scripted"):
            self.send(*scripted(behaviour, request))
        else:
            self.send(200, ready(request["model"]))

    def log_message(self, format: str, *arguments: object) -> None:
        print(format % arguments, file=sys.stderr, flush=True)

    def send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main(file: str, arguments: list[str]) -> int:
    how = json.loads(Path(file).read_text())
    if arguments == ["version"]:
        print(how.get("version", "1.2.3"))
        return 0
    note = {"argv": arguments, "pid": os.getpid(), "cwd": os.getcwd(), "variables": {**os.environ}}
    with Path(file).with_suffix(".calls").open("a") as calls:
        calls.write(json.dumps(note) + "\n")
    for line in how.get("says", ()):
        print(line, flush=True)
    if "exit" in how:
        return int(how["exit"])
    if how.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how.get("child"):
        subprocess.Popen([sys.executable, "-c", DEAF_CHILD])
    host, port = (arguments[arguments.index(name) + 1] for name in ADDRESS)
    Handler.how = how
    place = (how.get("host", host), int(port) + how.get("port_off", 0))
    ThreadingHTTPServer(place, Handler).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
