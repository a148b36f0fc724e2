"""What containers and clusters would lose, and which containers reach this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.guard import effects
from testing.guarding import decision_on, effects_of, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("containers") / "project")


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("docker run --privileged alpine", {"privileged"}),
        ("docker run --cap-add=CAP_SYS_ADMIN alpine", {"privileged"}),
        ("docker run --device /dev/sda alpine", {"privileged"}),
        ("docker run --pid host alpine", {"host-namespace"}),
        ("docker run -v /:/h alpine", {"host"}),
        ("docker run -v /:/h:ro alpine", {"host-read"}),
        ("docker run --mount type=bind,source=/etc,target=/e alpine", {"host"}),
        ("docker run --mount type=bind,src=/etc,dst=/e,readonly alpine", {"host-read"}),
        ("docker run -v /var/run/docker.sock:/s alpine", {"socket"}),
        ("docker --context other run -v /:/h alpine", {"host"}),
        ("podman container run --volume=/root:/r alpine", {"host"}),
    ],
)
def test_what_a_container_is_given(command: str, flags: set[str], root: Path) -> None:
    run = [e for e in effects_of(command, scene(root)) if e.action == "run"]
    assert run[0].flags == flags | {"container", "run"}


@pytest.mark.parametrize(
    "command",
    [
        "docker run alpine ls /",
        "docker run -v data:/var/lib/data alpine",
        "docker run -v ./src:/src alpine",
        "docker run --cap-add NET_ADMIN alpine",
        "docker run --network host alpine",
        "docker run alpine echo -v /:/h --privileged",
    ],
)
def test_an_ordinary_container_is_given_nothing(command: str, root: Path) -> None:
    assert [e for e in effects_of(command, scene(root)) if e.action == "run"] == []


def test_an_environment_file_is_read_but_not_shown(root: Path) -> None:
    command = "docker run --env-file .env alpine"
    read = [e for e in effects_of(command, scene(root)) if e.kind == effects.READ]
    assert [(e.path, "quiet" in e.flags) for e in read] == [(f"{root}/.env", True)]
    assert decision_on(command, scene(root)).action == "allow"


@pytest.mark.parametrize(
    ("command", "action"),
    [
        ("docker compose down", "allow"),
        ("docker compose down --volumes", "deny"),
        ("docker compose -f a.yml -p shop down -v", "deny"),
        ("docker compose rm -v web", "deny"),
        ("docker compose stop", "allow"),
        ("docker-compose up -d", "allow"),
        ("docker volume rm a", "deny"),
        ("docker volume ls", "allow"),
        ("docker rm -fv web", "allow"),
        ("docker rm -fv $(docker ps -aq)", "deny"),
        ("docker rm -f $(docker ps -aq)", "ask"),
        ("docker container prune -f", "allow"),
        ("docker image prune --all", "ask"),
        ("docker system prune", "ask"),
        ("docker system prune --volumes", "deny"),
        ("docker push a/b", "ask"),
        ("docker push localhost:5000/b", "allow"),
        ("docker build --push -t a/b .", "ask"),
    ],
)
def test_what_is_lost_with_containers(command: str, action: str, root: Path) -> None:
    assert decision_on(command, scene(root)).action == action


@pytest.mark.parametrize(
    ("command", "action"),
    [
        ("kubectl delete ns a", "deny"),
        ("kubectl -n a delete pod/b", "ask"),
        ("kubectl delete pvc/data", "deny"),
        ("kubectl delete deploy,pvc -l app=a", "deny"),
        ("kubectl delete pods --all", "deny"),
        ("kubectl delete pod a --dry-run=client", "allow"),
        ("kubectl delete pod a --dry-run=none", "ask"),
        ("kubectl get pods -o yaml", "allow"),
        ("kubectl get secret a -o yaml", "ask"),
        ("kubectl get secret a", "allow"),
        ("kubectl scale deploy a --replicas 0", "ask"),
        ("kubectl scale deploy a --replicas=2", "allow"),
        ("kubectl apply -f https://example.com/a.yaml", "ask"),
        ("kubectl apply -f a.yaml", "allow"),
        ("kubectl exec a -- ls", "allow"),
        ("helm uninstall a", "deny"),
        ("helm list", "allow"),
        ("kind delete cluster", "allow"),
        ("kind delete clusters --all", "ask"),
        ("consul kv delete -recurse a/", "deny"),
        ("etcdctl get a", "allow"),
    ],
)
def test_what_is_lost_in_clusters(command: str, action: str, root: Path) -> None:
    assert decision_on(command, scene(root)).action == action
