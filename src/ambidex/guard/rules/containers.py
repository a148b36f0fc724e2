"""Rules about containers: what is lost with them, and which of them reach the machine."""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _is(effect: Effect, action: str) -> bool:
    return effect.action == action and "container" in effect.flags


def _volumes(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "delete"):
        return ""
    flags = effect.flags
    if "machine" in flags or "everything" in flags:
        return f"it deletes {effect.target} with all images, containers and volumes"
    if "volume" in flags or ("volumes" in flags and "container" in flags and "system" in flags):
        return f"it deletes volumes ({scene.show(effect.target)})"
    if "compose" in flags and "volumes" in flags:
        return "it deletes the volumes of a compose project"
    if "volumes" in flags and "many" in flags:
        return "it deletes containers together with their volumes"
    return ""


def _pruned(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "delete") or _volumes(effect, scene):
        return ""
    if "prune" in effect.flags and "system" in effect.flags:
        return "it deletes everything that no running container uses"
    if "prune" in effect.flags and "all" in effect.flags:
        return f"it deletes every {effect.target} that is not in use"
    if "many" in effect.flags and "filter" not in effect.flags:
        return f"it deletes what a list names ({scene.show(effect.target)})"
    if effect.flags & {"secret", "config", "service", "stack", "swarm", "node", "registry"}:
        return f"it deletes {scene.show(effect.target)}"
    return ""


def _host(effect: Effect, _scene: Scene) -> str:
    if not _is(effect, "run"):
        return ""
    if "host" in effect.flags:
        return "it lets a container write to all of this machine's files"
    return ""


def _powers(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "run") or _host(effect, scene):
        return ""
    if "privileged" in effect.flags:
        return "it gives a container the powers of this machine's administrator"
    if "socket" in effect.flags:
        return "it gives a container the socket by which it can start any other"
    if "host-namespace" in effect.flags:
        return "it gives a container this machine's processes or users"
    if "host-read" in effect.flags:
        return "it lets a container read all of this machine's files"
    return ""


def _pushed(effect: Effect, scene: Scene) -> str:
    if "container" not in effect.flags:
        return ""
    registry = effect.target.rpartition("/")[0]
    if registry.partition(":")[0] in ("localhost", "127.0.0.1"):
        return ""
    return f"it publishes {scene.show(effect.target)}"


def _by_socket(effect: Effect, scene: Scene) -> str:
    if "socket" not in effect.flags or effect.action not in ("post", "put", "delete", "patch"):
        return ""
    return f"it commands the container engine by its socket ({scene.show(effect.target)})"


_REMOTE = (effects.REMOTE,)

RULES = (
    Rule(
        "ambidex.containers.volumes",
        kinds=_REMOTE,
        when=_volumes,
        decision=DENY,
        severity="critical",
        protects="data in volumes",
        why="A volume is where a container keeps its data: a database is gone with it for good.",
        instead="Delete by name what is no longer needed, after a backup, and leave volumes out.",
        match=(
            "docker system prune -a --volumes",
            "docker volume rm app_pgdata",
            "docker volume prune -f",
            "docker volume rm $(docker volume ls -q)",
            "docker compose down -v",
            "docker-compose down --volumes --remove-orphans",
            "podman volume prune",
            "podman system reset --force",
            "docker --context remote volume rm data",
        ),
        not_match=(
            "docker volume ls",
            "docker compose down",
            "docker-compose down --remove-orphans",
            "docker rm -f web",
            "docker volume create data",
            "docker volume inspect data",
            "docker compose -p shop ps --volumes",
        ),
    ),
    Rule(
        "ambidex.containers.pruned",
        kinds=_REMOTE,
        when=_pruned,
        decision=ASK,
        severity="medium",
        protects="containers and images of other work",
        why="It takes what others on this machine built or stopped for later.",
        instead="Delete by name what this work created.",
        match=(
            "docker system prune -f",
            "docker image prune -a",
            "docker rm -f $(docker ps -aq)",
            "docker rmi $(docker images -q)",
            "docker secret rm db_password",
            "docker service rm web",
            "docker stack rm shop",
            "podman rm --force $(podman ps -aq)",
        ),
        not_match=(
            "docker rm -f web",
            "docker rmi app:old",
            "docker image prune",
            "docker container prune --help",
            "docker images",
            "docker stop web",
            "docker network rm testnet",
        ),
    ),
    Rule(
        "ambidex.containers.host",
        kinds=_REMOTE,
        when=_host,
        decision=DENY,
        severity="critical",
        protects="this machine",
        why="Inside of such a container, root is root here.",
        instead="Mount the one folder that is needed, read-only where that is enough.",
        match=(
            "docker run -v /:/host alpine",
            "docker run --rm -it -v /etc:/etc alpine sh",
            "docker run --mount type=bind,source=/,target=/host alpine",
            "podman run --volume=/root:/r alpine",
            "docker create -v /var:/var alpine",
            "docker run -v /:/mnt --rm alpine chroot /mnt sh",
        ),
        not_match=(
            'docker run -v "$PWD":/src node:20 npm test',
            "docker run -v data:/var/lib/postgresql/data postgres",
            "docker run --rm alpine ls /",
            "docker run -v /tmp/cache:/cache alpine",
            "docker run -v ./conf:/etc/app:ro nginx",
            "docker run --env-file .env -p 80:80 nginx",
        ),
    ),
    Rule(
        "ambidex.containers.powers",
        kinds=_REMOTE,
        when=_powers,
        decision=ASK,
        severity="high",
        protects="this machine",
        why="From such a container there are ways out to everything on this machine.",
        instead="Give it the one capability or device that it needs.",
        match=(
            "docker run --privileged alpine",
            "docker run -v /var/run/docker.sock:/var/run/docker.sock tool",
            "docker run --cap-add=SYS_ADMIN alpine",
            "docker run --pid=host alpine",
            "docker exec --privileged web sh",
            "podman run --security-opt apparmor=unconfined alpine",
            "docker run -v /:/host:ro alpine ls /host",
        ),
        not_match=(
            "docker run --cap-add NET_BIND_SERVICE nginx",
            "docker run --network host nginx",
            "docker run --pids-limit 100 alpine",
            "docker exec web ls",
            "docker run --security-opt no-new-privileges alpine",
            "docker build --network host .",
        ),
    ),
    Rule(
        "ambidex.containers.pushed",
        kinds=(effects.PUBLISH,),
        when=_pushed,
        decision=ASK,
        severity="high",
        protects="those who use the image",
        why="A pushed tag replaces what others and deployments pull.",
        instead="Build and test it here, and let a person push it.",
        match=(
            "docker push team/app:latest",
            "docker image push ghcr.io/team/app",
            "docker build --push -t team/app .",
            "docker buildx build --platform linux/arm64 --push -t team/app .",
            "skopeo copy docker-daemon:app docker://docker.io/team/app",
            "crane copy a.example.com/x b.example.com/x",
            "podman push app registry.example.com/app",
        ),
        not_match=(
            "docker push localhost:5000/app",
            "docker pull team/app",
            "docker build -t team/app .",
            "docker buildx build --load -t app .",
            "skopeo inspect docker://docker.io/team/app",
            "crane ls registry.example.com/app",
        ),
    ),
    Rule(
        "ambidex.containers.socket",
        kinds=_REMOTE,
        when=_by_socket,
        decision=ASK,
        severity="high",
        protects="this machine",
        why="Who commands the engine can start a container that has all of this machine.",
        instead="Use the engine's own command line.",
        match=(
            "curl --unix-socket /var/run/docker.sock -X POST http://localhost/containers/create",
            "curl --unix-socket /var/run/docker.sock -X DELETE http://d/containers/web",
            "curl --unix-socket=/run/podman/podman.sock -XPOST http://d/v4/images/prune",
            "curl --unix-socket /var/run/docker.sock -d '{}' http://d/containers/web/exec",
            "curl -s --unix-socket /run/docker.sock -X PUT http://d/containers/web/archive",
            "curl --unix-socket /var/run/docker.sock --json '{}' http://d/volumes/prune",
        ),
        not_match=(
            "curl --unix-socket /var/run/docker.sock http://localhost/containers/json",
            "curl -X POST http://localhost/containers/create",
            "curl --unix-socket /run/docker.sock http://d/version",
            "curl -s --unix-socket /run/docker.sock http://d/info",
            "docker ps",
            "docker info",
        ),
    ),
)
