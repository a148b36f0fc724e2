"""What docker, podman and their relatives would remove, run, push and mount.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.hosts import saved_as
from ambidex.guard.programs import elsewhere, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation
    from ambidex.guard.programs.options import Options

_GLOBAL_VALUED = (
    *("config", "context", "host", "log-level", "tlscacert", "tlscert", "tlskey", "connection"),
    *("root", "runroot", "storage-driver", "url", "namespace", "address", "identity"),
)
# Source: docker's command-line reference 27, `docker run`.
_RUN_VALUED = (
    *("add-host", "annotation", "attach", "blkio-weight", "cap-add", "cap-drop", "cgroup-parent"),
    *("cgroupns", "cidfile", "cpu-period", "cpu-quota", "cpu-shares", "cpus", "cpuset-cpus"),
    *("cpuset-mems", "detach-keys", "device", "device-cgroup-rule", "dns", "dns-option"),
    *("dns-search", "domainname", "entrypoint", "env", "env-file", "expose", "gpus", "group-add"),
    *("health-cmd", "health-interval", "health-retries", "health-start-period", "health-timeout"),
    *("hostname", "ip", "ip6", "ipc", "isolation", "kernel-memory", "label", "label-file", "link"),
    *("log-driver", "log-opt", "mac-address", "memory", "memory-reservation", "memory-swap"),
    *("mount", "name", "network", "network-alias", "oom-score-adj", "pid", "pids-limit"),
    *("platform", "publish", "pull", "restart", "runtime", "security-opt", "shm-size"),
    *("stop-signal", "stop-timeout", "storage-opt", "sysctl", "tmpfs", "ulimit", "user", "userns"),
    *("uts", "volume", "volume-driver", "volumes-from", "workdir", "net", "pod", "secret"),
)
_RUN_SHORT = "acehlmpuvwg"

# Folders of the host that hold all of it; their content can be changed from inside.
_WHOLE = frozenset({"/", "/etc", "/root", "/boot", "/dev", "/sys", "/proc", "/var", "/usr"})
_NOUNS = frozenset(
    (
        *("container", "image", "volume", "network", "system", "builder", "buildx", "context"),
        *("secret", "config", "node", "service", "stack", "swarm", "plugin", "trust", "manifest"),
        *("machine", "pod"),
    )
)
_REMOVALS = frozenset(("rm", "remove", "rmi", "prune"))


def docker(call: Invocation) -> None:
    """docker, podman, nerdctl: a noun and a verb, or the short verb alone."""
    given = options.read(call.arguments, valued="Hlc", long_valued=_GLOBAL_VALUED, stops=True)
    words = given.operands
    if not words:
        return
    verb, rest = words[0], words[1:]
    if verb in ("compose", "stack") and verb == "compose":
        compose(call, rest)
        return
    noun = "container"
    if verb in _NOUNS:
        noun, verb, rest = verb, rest[0] if rest else "", rest[1:]
    elif verb == "rmi":
        noun = "image"
    if verb in ("run", "exec", "create"):
        _run(call, verb, rest)
    elif verb in _REMOVALS:
        _remove(call, noun, verb, rest)
    elif verb == "push" and noun in ("container", "image", "manifest"):
        _push(call, rest)
    elif verb == "build" or (noun == "buildx" and verb == "bake"):
        _build(call, rest)
    elif verb == "login":
        call.emit(effects.REMOTE, action="login", target=" ".join(rest), flags=("container",))
    elif verb == "cp":
        _copy(call, rest)
    elif noun == "machine" and verb == "reset":
        _emit(call, "delete", "machine", rest, "grave")
    elif noun == "swarm" and verb in ("leave", "init", "join"):
        _emit(call, "delete" if verb == "leave" else "change", "swarm", rest)
    elif noun == "system" and verb == "reset":
        _emit(call, "delete", "everything", rest, "grave")
    elif verb in ("kill", "stop") and noun == "container":
        if any("$(" in call.show(word) for word in rest):
            _emit(call, "stop", "containers", rest)
    elif verb in ("save", "export", "commit"):
        _saved(call, rest)


def _emit(call: Invocation, action: str, what: str, words: list[str], *flags: str) -> None:
    names = " ".join(word for word in words if not word.startswith("-"))
    call.emit(
        effects.REMOTE,
        action=action,
        target=f"{what} {names}".strip(),
        flags=("container", what.split(" ", maxsplit=1)[0], *flags),
    )


def _remove(call: Invocation, noun: str, verb: str, words: list[str]) -> None:
    given = options.read(
        words, long=("all", "force", "volumes", "filter"), long_valued=("filter", "builder")
    )
    if given.has("help"):
        return
    flags = {"all"} if given.has("all", "a") else set()
    if given.has("volumes") or (noun == "container" and verb == "rm" and given.has("v")):
        flags.add("volumes")
    if any(call.sources(word) for word in words):
        flags.add("many")
    if given.has("force", "f"):
        flags.add("force")
    if verb == "prune":
        flags.add("prune")
    if given.has("filter"):
        flags.add("filter")
    _emit(call, "delete", noun, given.operands, *flags)


def _push(call: Invocation, words: list[str]) -> None:
    given = options.read(words, long_valued=("authfile", "creds", "format", "cert-dir"))
    if given.operands:
        call.emit(effects.PUBLISH, action="image", target=given.operands[0], flags=("container",))


def _build(call: Invocation, words: list[str]) -> None:
    given = options.read(
        words,
        valued="ftoc",
        long_valued=(
            *("file", "tag", "build-arg", "output", "target", "platform", "secret", "ssh"),
            *("cache-from", "cache-to", "label", "iidfile", "metadata-file", "build-context"),
            *("network", "progress", "add-host", "builder", "shm-size", "ulimit", "allow"),
        ),
    )
    if given.has("push"):
        call.emit(
            effects.PUBLISH,
            action="image",
            target=given.last("t", "tag") or "an image",
            flags=("container",),
        )


def _copy(call: Invocation, words: list[str]) -> None:
    given = options.read(words)
    if len(given.operands) != 2:
        return
    source, target = given.operands
    inside = ":" in source.split("/", 1)[0]
    if inside:
        if target != "-":
            call.write(saved_as(target, source), call.unknown(call.show(source)))
    elif source != "-":
        call.read(source, flags=("quiet",))


def _saved(call: Invocation, words: list[str]) -> None:
    given = options.read(words, valued="ocam", long_valued=("output", "message", "author"))
    for name in given.all("o", "output"):
        call.write(name, call.unknown("an image"))


def _run(call: Invocation, verb: str, words: list[str]) -> None:
    """`run`, `create` and `exec`: mounts and privileges here, the command elsewhere."""
    given = options.read(words, valued=_RUN_SHORT, long_valued=_RUN_VALUED, stops=True)
    for name in given.all("env-file", "label-file"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    flags = {"container", "run"}
    if given.has("privileged"):
        flags.add("privileged")
    _privileges(given, flags)
    for source, options_text in _mounts(given):
        path = call.path(source) if source.startswith(("/", ".", "~")) else source
        is_read_only = "ro" in options_text.split(",") or "readonly" in options_text
        if path.endswith(("/docker.sock", "/podman.sock", "/containerd.sock")):
            flags.add("socket")
        elif path in _WHOLE:
            flags.add("host" if not is_read_only else "host-read")
        elif path.startswith("/"):
            facts = ("quiet", "shared") if is_read_only else ("quiet", "shared", "mount")
            call.emit(effects.READ, path=path, flags=facts)
    if flags - {"container", "run"}:
        call.emit(
            effects.REMOTE, action="run", target=" ".join(given.operands[:1]), flags=sorted(flags)
        )
    if verb == "create" or not given.operands:
        return
    elsewhere.container_inner(call, words, verb)


def _privileges(given: Options, flags: set[str]) -> None:
    for value in given.all("cap-add"):
        if value.upper().replace("CAP_", "") in ("ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE"):
            flags.add("privileged")
    for name in ("pid", "ipc", "uts", "userns"):
        if given.last(name) == "host" and name in ("pid", "userns"):
            flags.add("host-namespace")
    if any("/dev/sd" in value or "/dev/nvme" in value for value in given.all("device")):
        flags.add("privileged")
    if any(value.endswith("=unconfined") for value in given.all("security-opt")):
        flags.add("privileged")


def _mounts(given: Options) -> list[tuple[str, str]]:
    """Sources of bind mounts with their options."""
    found = []
    for value in given.all("v", "volume"):
        source, _, rest = value.partition(":")
        if rest:
            found.append((source, rest.partition(":")[2]))
    for value in given.all("mount"):
        facts = dict(part.partition("=")[::2] for part in value.split(","))
        source = facts.get("source") or facts.get("src") or ""
        if source:
            found.append((source, value))
    return found


def compose(call: Invocation, words: list[str] | None = None) -> None:
    """Docker compose, docker-compose, podman-compose."""
    given = options.read(
        call.arguments if words is None else words,
        valued="fpH",
        long_valued=(
            *("file", "project-name", "profile", "env-file", "project-directory", "parallel"),
            *("ansi", "progress", "context", "host"),
        ),
        stops=True,
    )
    if not given.operands:
        return
    verb, rest = given.operands[0], given.operands[1:]
    if rest and rest[-1] == "--help" and verb not in ("exec", "run"):
        return
    inner = options.read(rest, valued="t", long_valued=("rmi", "timeout", "scale"))
    if verb == "down":
        flags = {"compose"}
        if inner.has("v", "volumes"):
            flags.add("volumes")
        if len(flags) > 1:
            _emit(call, "delete", "compose project", inner.operands, *flags)
    elif verb == "rm" and inner.has("v", "volumes"):
        _emit(call, "delete", "compose project", inner.operands, "volumes")
    elif verb == "push":
        call.emit(effects.PUBLISH, action="image", target="compose images", flags=("container",))
    elif verb in ("exec", "run"):
        _compose_command(call, verb, rest)


def _compose_command(call: Invocation, verb: str, words: list[str]) -> None:
    given = options.read(
        words,
        valued="euwplv",
        long_valued=(
            *("env", "user", "workdir", "index", "entrypoint", "name", "publish", "volume"),
            *("label", "env-from-file", "cap-add", "cap-drop"),
        ),
        stops=True,
    )
    for source, facts in _mounts(given):
        if source in _WHOLE and "ro" not in facts.split(","):
            call.emit(effects.REMOTE, action="run", target=source, flags=("container", "host"))
    elsewhere.container_inner(call, words, verb)


def image_tool(call: Invocation) -> None:
    """skopeo, crane, regctl, oras, buildah: images in registries."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if not words:
        return
    verb = words[0]
    if verb in ("image", "tag", "manifest", "repo") and len(words) > 1:
        verb = words[1]
    if verb in ("push", "copy", "cp", "sync", "append", "mutate"):
        target = words[-1]
        if not target.startswith(("dir:", "oci:", "docker-archive:", "containers-storage:")):
            action = "publish" if verb == "push" else "image"
            call.emit(effects.PUBLISH, action=action, target=target, flags=("container",))
    elif verb in ("delete", "rm", "rmi"):
        what = "image" if call.name == "buildah" else "registry image"
        _emit(call, "delete", what, words[1:])
    elif verb == "prune":
        _emit(call, "delete", "image", words[1:], "prune")


MODELS = {
    "docker": docker,
    "podman": docker,
    "nerdctl": docker,
    "docker-compose": compose,
    "podman-compose": compose,
    "skopeo": image_tool,
    "crane": image_tool,
    "regctl": image_tool,
    "oras": image_tool,
    "buildah": image_tool,
}
