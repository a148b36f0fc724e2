"""A Messages API that says what a script tells it to, on loopback."""

from __future__ import annotations

import http.server
import itertools
import json
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from ambidex.client import wire
from ambidex.client.requests import JUDGEMENT, MAIN, SUBAGENT, SUMMARY, Request
from ambidex.client.turns import Answer, ApiError, Script, Text, ToolCall, Turn, as_script


class ScriptedModel:
    """A model that plays a script to one run of the client and records what it was asked.

    Conversations are kept apart: main, each subagent, hooks' judgements. Titles and other requests
    that the client makes for itself get a neutral answer and never use up a turn. Used as a context
    manager it listens on a free port of 127.0.0.1, or on the socket it is given.

    Attributes:
        requests: every request for a message, in the order of arrival.
        errors: what went wrong while answering (a callable turn that raised); empty when all is
            well.
    """

    def __init__(
        self, script: Script | Sequence[Turn] = (), *, listener: socket.socket | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.errors: list[str] = []
        self._script = as_script(script)
        self._turns = iter(self._script.turns)
        self._judgements = iter(self._script.judgements)
        self._subagents: dict[str, Iterator[Turn]] = {}
        # A resumed conversation meets the tool calls of an earlier run: ids must not repeat.
        self._run = uuid.uuid4().hex[:12]
        self._number = itertools.count(1)
        self._lock = threading.Lock()
        self._listener = listener
        self._server: _Server | None = None

    def __enter__(self) -> ScriptedModel:
        self._server = _Server(self, self._listener)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The base address to give to the client."""
        if self._server is None:
            raise RuntimeError("the scripted model is not listening: use it as a context manager")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def told(self, kind: str | None = MAIN) -> list[str]:
        """What the model was newly told, one text per request.

        Args:
            kind: only requests of this kind; None for all.
        """
        with self._lock:
            return [r.told for r in self.requests if kind is None or r.kind == kind]

    def answer(self, request: Request) -> ApiError | Sequence[Text | ToolCall]:
        """The next answer of the script for this request."""
        with self._lock:
            self.requests.append(request)
            turn = self._next(request)
        # Outside the lock: a callable may wait for something that another request brings about.
        answer: Answer = turn(request) if callable(turn) else turn
        return [answer] if isinstance(answer, (Text, ToolCall)) else answer

    def _next(self, request: Request) -> Turn:
        if request.kind == MAIN:
            return next(self._turns, self._script.then)
        if request.kind == SUBAGENT:
            return next(self._subagent(request), Text("done"))
        if request.kind == JUDGEMENT:
            met = {"ok": True, "reason": "The condition is met."}
            if request.tools:
                return next(self._judgements, ToolCall("StructuredOutput", met))
            return next(self._judgements, Text(json.dumps(met)))
        if request.kind == SUMMARY:
            return Text(f"<analysis>none</analysis>\n<summary>\n{self._script.summary}\n</summary>")
        return Text(json.dumps({"title": "A scripted session", "isNewTopic": False}))

    def _subagent(self, request: Request) -> Iterator[Turn]:
        agent = request.agent or request.opening
        if agent not in self._subagents:
            where = request.opening + request.system
            key = next((key for key in self._script.subagents if key in where), None)
            turns = self._script.subagents[key] if key is not None else ()
            self._subagents[agent] = iter(turns)
        return self._subagents[agent]

    def reply(self, request: Request) -> tuple[int, str, bytes]:
        """HTTP status, content type and body for this request."""
        number = next(self._number)
        try:
            answer = self.answer(request)
        except Exception as error:  # a turn of the script is the caller's code
            self.errors.append(f"turn {number}: {type(error).__name__}: {error}")
            answer = ApiError(400, "invalid_request_error", self.errors[-1])
        if isinstance(answer, ApiError):
            request.answer = {"error": answer.type, "message": answer.message}
            return answer.status, "application/json", wire.error(answer)
        ids = [f"toolu_{self._run}_{number}_{index}" for index, _ in enumerate(answer)]
        model = str(request.body.get("model", ""))
        body = wire.message(answer, model, f"msg_{self._run}_{number}", ids)
        request.answer = body
        if request.body.get("stream"):
            return 200, "text/event-stream", wire.stream(body)
        return 200, "application/json", wire.whole(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, model: ScriptedModel, listener: socket.socket | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=listener is None)
        self.model = model
        if listener is not None:
            self.socket.close()
            self.socket = listener
            self.server_address = listener.getsockname()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up (it was killed, or it gave up waiting) is no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._send(200, "application/json", b"{}")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", "0")))
        path = self.path.partition("?")[0]
        if path.endswith("/count_tokens"):
            self._send(200, "application/json", b'{"input_tokens":100}')
        elif path.endswith("/v1/messages"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(json.loads(raw), headers)
            self._send(*self.server.model.reply(request))
        else:
            self._send(404, "application/json", wire.error(ApiError(404, "not_found_error", path)))

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("request-id", "req_scripted")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what the client asked is in `ScriptedModel.requests`."""
