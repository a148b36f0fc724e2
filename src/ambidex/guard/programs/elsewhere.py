"""Commands that run somewhere else: on another machine, in a container, below another root.

What happens in a container stays there unless a folder of this machine is mounted in it. So the
effects of the inner command are taken back to this machine: paths below a mount are translated,
those of the container's own files are left out, except where a container that lives on loses its
data. On another machine paths mean other files: effects carry `via="remote:<host>"`.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.effects import Effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

# Options of `docker run`, `exec`, `create` and of compose that take no value.
_SWITCHES = frozenset(
    [
        "detach",
        "interactive",
        "tty",
        "publish-all",
        "rm",
        "privileged",
        "init",
        "read-only",
        "no-healthcheck",
        "quiet",
        "help",
        "oom-kill-disable",
        "sig-proxy",
        "disable-content-trust",
        "no-deps",
        "service-ports",
        "use-aliases",
        "build",
        "no-TTY",
        "remove-orphans",
        "quiet-pull",
        "latest",
        "use-api-socket",
        "replace",
        "env-host",
        "rmi",
    ]
)
_SWITCH_LETTERS = "ditPTqh"
_FAR = (effects.SEND, effects.FETCH, effects.REMOTE, effects.PUBLISH)
_OF_THE_MACHINE = (effects.HOST, effects.KILL, effects.DEVICE, effects.ROOT, effects.EXECUTE)
# Where containers keep what they are for.
_DATA = ("/", "/data", "/var", "/var/lib", "/srv", "/home", "/root", "/opt", "/usr", "/etc")


class Place:
    """Where an inner command runs.

    Attributes:
        via: see `ambidex.guard.effects.Effect.via`.
        mounts: path inside and path on this machine, and whether it may be written.
        open: whether the place is as good as the machine itself (`--privileged`).
        lasting: whether what it holds is still wanted afterwards.
    """

    __slots__ = ("lasting", "mounts", "open", "via")

    def __init__(self, via: str) -> None:
        self.via = via
        self.mounts: list[tuple[str, str, bool]] = []
        self.open = False
        self.lasting = False


def container_inner(call: Invocation, arguments: list[str], verb: str = "run") -> None:
    """Follow the command that `docker run`, `exec` and their relatives start.

    Args:
        call: the invocation of docker, podman, nerdctl or compose.
        arguments: the words after the verb.
        verb: `run` (a fresh container) or `exec` (one that runs already).
    """
    given, operands = _options(arguments)
    if not operands:
        return
    place = Place(f"container:{call.show(operands[0])}")
    place.lasting = verb == "exec"
    _mount(call, place, given)
    words = operands[1:]
    entry = given.get("entrypoint", [""])[-1]
    if entry:
        words = [entry, *words]
    folder = (given.get("w") or given.get("workdir") or [""])[-1]
    interactive = "i" in given or "interactive" in given or "compose" in call.arguments
    stdin = call.stdin if interactive else ""
    if words:
        cwd = folder or call.unknown("the container's folder")
        inside(call, words, place, cwd=cwd, stdin=stdin)


def _options(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Docker's options, most of which take a value, and the operands behind them."""
    given: dict[str, list[str]] = {}
    at = 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if word == "--":
            return given, arguments[at:]
        if word[:1] != "-" or word == "-":
            return given, arguments[at - 1 :]
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals and name not in _SWITCHES and at < len(arguments):
                value = arguments[at]
                at += 1
            given.setdefault(name, []).append(value)
            continue
        for place, letter in enumerate(word[1:], 2):
            value = ""
            if letter not in _SWITCH_LETTERS:
                value = word[place:].lstrip("=")
                if not value and at < len(arguments):
                    value = arguments[at]
                    at += 1
            given.setdefault(letter, []).append(value)
            if letter not in _SWITCH_LETTERS:
                break
    return given, []


def _mount(call: Invocation, place: Place, given: dict[str, list[str]]) -> None:
    """What of this machine is visible inside."""
    for text in [*given.get("v", []), *given.get("volume", [])]:
        source, _, rest = text.partition(":")
        target, _, flags = rest.partition(":")
        if (target and source[:1] in "/.~") or "$" in source or not source.isascii():
            _bind(call, place, source, target, "ro" not in flags.split(","))
    for text in given.get("mount", []):
        facts = dict(part.partition("=")[::2] for part in text.split(","))
        source = facts.get("source", facts.get("src", ""))
        target = facts.get("target", facts.get("destination", facts.get("dst", "")))
        if facts.get("type", "bind") == "bind" and source and target:
            writable = facts.get("readonly", facts.get("ro", "no")) == "no"
            _bind(call, place, source, target, writable)
    if "privileged" in given or "host" in (*given.get("pid", []), *given.get("ipc", [])):
        place.open = True
    if given.get("device") or "SYS_ADMIN" in given.get("cap-add", []):
        place.open = True


def _bind(call: Invocation, place: Place, source: str, target: str, writable: bool) -> None:
    if source.endswith("docker.sock"):
        place.open = True
    if source == "~" or source.startswith("~/"):
        scene = getattr(call.machine, "scene", None)
        source = (scene.home if scene is not None else "/root") + source[1:]
    place.mounts.append((target.rstrip("/") or "/", call.path(source), writable))


def inside(call: Invocation, words: list[str], place: Place, **changes: Any) -> None:
    """Run `words` in `place`; its effects become those that they have on this machine."""
    happened = call.machine.effects
    before = len(happened)
    call.output = call.run(words, via=place.via, **changes)
    inner = happened[before:]
    del happened[before:]
    for effect in inner:
        happened.extend(_taken_back(effect, call, place))


def _taken_back(effect: Effect, call: Invocation, place: Place) -> list[Effect]:
    """What `effect` in `place` is for this machine."""
    outer = call.via
    if effect.via != place.via:
        outer = effect.via if effect.via.startswith("wrapper:") and not call.via else call.via
    if effect.kind in _FAR:
        return [_like(effect, effect.path, outer)]
    if not effect.path:
        return [_like(effect, "", outer)] if place.open and effect.kind in _OF_THE_MACHINE else []
    found = []
    best = ""
    for target, source, writable in place.mounts:
        below = _below(target, effect.path)
        if below is not None and len(target) > len(best):
            best = target
            host = source if not below else f"{source.rstrip('/')}/{below}"
            found = [_like(effect, host, outer)] if writable or effect.kind == effects.READ else []
    if best:
        return found
    if "recursive" in effect.flags:
        # Above a mount: what is mounted goes, too.
        for target, source, writable in place.mounts:
            if writable and _below(effect.path, target) is not None:
                found.append(_like(effect, source, outer))
    path = effect.path.rstrip("/") or "/"
    if place.lasting and effect.kind == effects.DELETE and "recursive" in effect.flags:
        if path in _DATA or path.startswith("/var/lib/") or path[:2] in ("/*", "/\U00100000"):
            found.append(_like(effect, effect.path, place.via))
    elif place.open and effect.kind == effects.DEVICE:
        found.append(_like(effect, effect.path, outer))
    return found


def _below(base: str, path: str) -> str | None:
    if base == "/":
        return path[1:]
    if path == base:
        return ""
    return path[len(base) + 1 :] if path.startswith(base + "/") else None


def _like(effect: Effect, path: str, via: str) -> Effect:
    return Effect(
        effect.kind,
        action=effect.action,
        path=path,
        target=effect.target,
        data=effect.data,
        flags=effect.flags,
        words=effect.words,
        via=via,
    )


def pod_inner(call: Invocation, words: list[str], pod: str) -> None:
    """Follow the command behind `kubectl exec pod --`; a pod's files are somebody's data."""
    place = Place(f"container:{call.show(pod)}")
    place.lasting = True
    if words:
        inside(call, words, place, cwd=call.unknown("the pod's folder"))


def rooted(call: Invocation, words: list[str], root: str) -> None:
    """Follow a command whose `/` is the folder `root` of this machine."""
    place = Place(f"root:{call.show(root)}")
    place.mounts.append(("/", call.path(root), True))
    place.open = True
    inside(call, words, place, cwd="/")
