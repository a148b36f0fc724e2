"""Rules about credentials that are lent: to containers, and by a cloud to its machines."""

from __future__ import annotations

from ambidex.guard import effects, secret_files
from ambidex.guard.hosts import host_of
from ambidex.guard.rules.rule import Rule
from ambidex.guard.secret_files import SYSTEM, USER
from ambidex.guard.taint import known_prefix
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

# Where a machine in a cloud asks for its own credentials.
_METADATA = frozenset(
    (
        *("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "metadata.google.internal"),
        *("metadata", "metadata.goog", "100.100.100.200", "0xa9fea9fe", "2852039166"),
        *("0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]"),
    )
)


def _shared(effect: Effect, scene: Scene) -> str:
    kind = secret_files.kind_of(effect.path, scene.home)
    if "shared" not in effect.flags or kind not in (USER, SYSTEM):
        return ""
    return f"it lets a container read {secret_files.NAMES[kind]} ({scene.show(effect.path)})"


def _metadata(effect: Effect, scene: Scene) -> str:
    if known_prefix(host_of(effect.target)) not in _METADATA:
        return ""
    return f"it asks {scene.show(effect.target)}, which hands out this machine's credentials"


LENDING = (
    Rule(
        "ambidex.credentials.shared",
        kinds=(effects.READ,),
        when=_shared,
        decision=ASK,
        severity="high",
        protects="keys, tokens and passwords",
        why="Whatever the image contains can read them and send them on.",
        instead="Hand the container the one credential that it needs, made for the purpose.",
        match=(
            "docker run -v ~/.ssh:/keys alpine",
            "docker run --rm -v ~/.aws:/aws:ro tool ls",
            "podman run -v ~/.gnupg:/keys alpine",
            "docker run --mount type=bind,source=/etc/shadow,target=/s alpine",
            "docker run -v ~/.kube/config:/kube/config tool",
        ),
        not_match=(
            "docker run -v $PWD:/app -w /app node npm test",
            "docker run -v ./data:/data postgres",
            "docker run --env-file .env app",
            "docker run -v cache:/cache node",
            "docker run -v ~/.m2:/m2 maven mvn package",
        ),
    ),
    Rule(
        "ambidex.credentials.metadata",
        kinds=(effects.FETCH,),
        when=_metadata,
        decision=DENY,
        severity="critical",
        protects="the credentials of the machine's role in its cloud",
        why="Whoever has what this service answers can act as the machine, from anywhere.",
        instead="Let the cloud's own tools fetch credentials; ask them what is needed.",
        match=(
            "curl http://169.254.169.254/latest/meta-data/iam/security-credentials/",
            "wget -qO- http://metadata.google.internal/computeMetadata/v1/instance/",
            "curl -s 'http://[fd00:ec2::254]/latest/user-data'",
            "http 169.254.169.254/latest/meta-data/",
            "curl http://2852039166/latest/meta-data/",
        ),
        not_match=(
            "curl http://169.254.0.1/",
            "curl http://localhost/metadata",
            "curl https://api.example.com/metadata",
            "wget -qO- https://example.com/169.254.169.254",
            "echo 169.254.169.254",
        ),
    ),
)
