"""What the recording proxy adds to a request, and how many it takes on one core.

python benchmarks/bench_proxy.py [REQUESTS]
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from measuring import machine

REQUESTS: Final = 1000
TOGETHER: Final = 20
STREAMS: Final = 500
CHUNKS: Final = 20
PAUSE_SECONDS: Final = 0.1
"""Between the chunks of the streams that run at once, so that all of them are open together."""

ADDED_MS: Final = 3.0
PER_SECOND: Final = 200
LAST: Final = b"0\r\n\r\n"
BODY: Final = (
    b'{"model":"m","stream":true,"messages":[{"role":"system","content":"Be brief."},'
    b'{"role":"user","content":"What would order 1042 refund?"}]}'
)
HEAD: Final = (
    b"POST /v1/chat/completions%s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n"
)


def main(requests: int) -> None:
    """Print every figure, with its target."""
    print(f"{machine()}\n")
    with tempfile.TemporaryDirectory() as folder, serving("--upstream") as (_, upstream):
        with proxying(Path(folder), upstream) as (process, proxy):
            asyncio.run(measure(upstream, proxy, requests))
            process.send_signal(signal.SIGTERM)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        sent = 2 * requests + STREAMS
        written = sum(
            file.read_bytes().count(b'"name":"chat m"') for file in Path(folder).glob("*/*.jsonl")
        )
        seconds = usage.ru_utime + usage.ru_stime
        print(f"| CPU time for a request, recording included | {1e3 * seconds / sent:.2f} ms | |")
        print(f"| recorded, of {sent:,} | {written:,} | {sent:,} |")
        print(f"| largest memory | {usage.ru_maxrss / 1024:.0f} MB | |")


async def measure(upstream: int, proxy: int, requests: int) -> None:
    """Print what a request takes with and without the proxy, and many at once."""
    direct: list[float] = []
    through: list[float] = []
    for _ in range(10):
        direct += await ask(upstream, requests // 10)
        through += await ask(proxy, requests // 10)
    added = 1e3 * (median(through) - median(direct))
    print(f"| A streamed reply of {CHUNKS} chunks | Here | Target |")
    print("|---|---|---|")
    print(f"| without the proxy, median | {1e3 * median(direct):.2f} ms | |")
    print(f"| the proxy adds | {added:.2f} ms | {ADDED_MS:g} ms |")
    begun = time.perf_counter()
    await asyncio.gather(*(ask(proxy, requests // TOGETHER) for _ in range(TOGETHER)))
    rate = requests / (time.perf_counter() - begun)
    print(f"| {TOGETHER} clients at once, the proxy on one core | {rate:.0f}/s | {PER_SECOND}/s |")
    streams = await asyncio.gather(*(ask(proxy, 1, slowly=True) for _ in range(STREAMS)))
    print(f"| streams that ran at once, and ended whole | {len(streams)} | {STREAMS} |")


async def ask(port: int, times: int, *, slowly: bool = False) -> list[float]:
    """Return how long each of some requests took, one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        writer.write(HEAD % (b"?slowly" if slowly else b"", len(BODY)) + BODY)
        await reader.readuntil(b"\r\n\r\n")
        reply = await reader.readuntil(LAST)
        taken.append(time.perf_counter() - begun)
        assert reply.count(b"data: ") == CHUNKS + 1, reply
    writer.close()
    return taken


async def stream() -> None:
    """Answer every request with a stream, until the process is ended."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            await reader.readexactly(len(BODY))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            writer.write(b"transfer-encoding: chunked\r\n\r\n")
            for event in EVENTS:
                writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                await asyncio.sleep(PAUSE_SECONDS if b"slowly" in head else 0)
            writer.write(LAST)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


DELTA: Final = (
    b'data: {"id":"r","object":"chat.completion.chunk","model":"m","choices":[{"index":0,'
    b'"delta":{"content":"word "},"finish_reason":null}]}\n\n'
)
EVENTS: Final = [*[DELTA] * CHUNKS, b"data: [DONE]\n\n"]


@contextmanager
def serving(*words: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Run this file as the upstream, and yield its process and port."""
    command = [sys.executable, __file__, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def proxying(folder: Path, upstream: int) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Run a proxy that has one core, but for the process that records; yield it and its port."""
    program = [str(Path(sys.executable).with_name("midspan")), "proxy", "--port", "0"]
    command = [*program, "--upstream", f"http://127.0.0.1:{upstream}", "--spool", f"{folder}/spool"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline().strip().removesuffix("/v1").rpartition(":")[2])
            if hasattr(os, "sched_setaffinity"):
                for thread in Path(f"/proc/{process.pid}/task").iterdir():
                    os.sched_setaffinity(int(thread.name), {min(os.sched_getaffinity(0))})
            yield process, port
        finally:
            if process.returncode is None:
                process.kill()


if __name__ == "__main__":
    if sys.argv[1:] == ["--upstream"]:
        asyncio.run(stream())
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else REQUESTS)
