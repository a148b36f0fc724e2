"""What package managers would install, remove and publish."""

import time
from pathlib import Path

import pytest

from ambidex.guard import programs
from ambidex.guard.effects import INSTALL, PUBLISH, READ, Effect
from ambidex.guard.invocation import Invocation
from ambidex.guard.programs.packages import host_in
from ambidex.guard.shell.evaluate import Shell
from testing.guarding import decision_on, effects_of, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("packages") / "project")


def run(root: Path, line: str, **variables: str) -> list[Effect]:
    shell = Shell(scene(root))
    shell.deadline = time.process_time() + 10
    call = Invocation(shell, line.split(), str(root), variables)
    model = programs.model_of(call.name)
    assert model is not None
    model(call)
    return shell.effects


INSTALLED = [
    ("pip install requests flask==3", ["requests", "flask==3"]),
    ("pip3 install -U pip", ["pip"]),
    ("pip install -e .", ["."]),
    ("pip install -r requirements.txt", ["-r requirements.txt"]),
    ("uv pip install httpx", ["httpx"]),
    ("uv add httpx", ["httpx"]),
    ("uv tool install ruff", ["ruff"]),
    ("pipx install black", ["black"]),
    ("conda install -n work numpy", ["numpy"]),
    ("npm install lodash", ["lodash"]),
    ("npm i -g pnpm", ["pnpm"]),
    ("yarn add react", ["react"]),
    ("pnpm add -D vitest", ["vitest"]),
    ("bun add zod", ["zod"]),
    ("cargo install ripgrep", ["ripgrep"]),
    ("apt-get install -y curl jq", ["curl", "jq"]),
    ("brew install jq", ["jq"]),
    ("npm ci", []),
    ("npm install --dry-run lodash", []),
    ("pip list", []),
    ("brew search jq", []),
]


@pytest.mark.parametrize(("line", "names"), INSTALLED)
def test_what_is_installed(root: Path, line: str, names: list[str]) -> None:
    found = [e for e in run(root, line) if e.kind == INSTALL]
    assert [e.target for e in found] == names
    assert all(e.action == "install" for e in found)


FLAGGED = [
    ("pip install --index-url=https://pypi.example.net/simple a", "index"),
    ("pip install -i https://pypi.example.net/simple a", "index"),
    ("pip install --extra-index https://pypi.example.net/simple a", "index"),
    ("pip install --find-links https://files.example.net a", "index"),
    ("pip install https://files.example.net/a.whl", "elsewhere"),
    ("pip install git+https://git.example.net/a.git", "elsewhere"),
    ("pip install git+http://github.com/a/b", "unencrypted"),
    ("pip install a --break-system-packages", "system"),
    ("npm install https://files.example.net/a.tgz", "elsewhere"),
    ("npm install --registry https://registry.example.net a", "index"),
    ("apt-get install --allow-unauthenticated a", "unsigned"),
    ("npm install -g a", "global"),
]


@pytest.mark.parametrize(("line", "flag"), FLAGGED)
def test_from_where_it_comes(root: Path, line: str, flag: str) -> None:
    assert flag in {flag for e in run(root, line) if e.kind == INSTALL for flag in e.flags}


@pytest.mark.parametrize(
    "line",
    [
        *("pip install a", "pip install git+https://github.com/a/b.git", "npm install a"),
        "pip install torch --index-url=https://download.pytorch.org/whl/cpu",
        *("npm install --registry https://npm.pkg.github.com a", "brew install a"),
    ],
)
def test_usual_places_are_not_mentioned(root: Path, line: str) -> None:
    unusual = {"index", "elsewhere", "unencrypted", "unsigned", "system"}
    assert not unusual & {flag for e in run(root, line) for flag in e.flags}


def test_an_index_in_a_variable(root: Path) -> None:
    found = run(root, "pip install a", PIP_INDEX_URL="https://pypi.example.net/simple")
    assert "index" in {flag for e in found for flag in e.flags}
    found = run(root, "pip install a", PIP_INDEX_URL="https://mirror.pythonhosted.org/simple")
    assert "index" not in {flag for e in found for flag in e.flags}


def test_requirements_are_read(root: Path) -> None:
    found = run(root, "pip install -r requirements.txt")
    assert [e.path for e in found if e.kind == READ] == [f"{root}/requirements.txt"]


REMOVED = [
    ("apt-get remove -y nginx", "nginx"),
    ("apt purge nginx", "nginx"),
    ("apt autoremove", "autoremove"),
    ("brew uninstall node", "node"),
    ("pacman -Rns firefox", "firefox"),
    ("rpm -e httpd", "httpd"),
    ("dpkg -P nginx", "nginx"),
    ("conda env remove -n work", "work"),
    ("apk del curl", "curl"),
]


@pytest.mark.parametrize(("line", "name"), REMOVED)
def test_what_is_removed_from_the_machine(root: Path, line: str, name: str) -> None:
    (found,) = run(root, line)
    assert (found.kind, found.action, found.target) == (INSTALL, "remove", name)
    assert found.flags & {"system", "whole"}
    assert decision_on(line, scene(root)).rule == "ambidex.packages.remove"


PUBLISHES = {
    "publish": [
        *("npm publish", "pnpm publish -r", "yarn npm publish", "bun publish", "lerna publish"),
        *("twine upload dist/a", "uv publish", "poetry publish", "cargo publish -p a", "np"),
        *("gem push a.gem", "mvn -B clean deploy", "gradlew :a:publish", "rake release"),
        *("dotnet nuget push a.nupkg", "helm push a oci://b", "goreleaser release"),
        *("vsce publish", "pod trunk push a", "semantic-release", "mix hex.publish"),
    ],
    "withdraw": ["npm unpublish a", "npm deprecate a b", "cargo yank a --version 1", "gem yank a"],
    "access": ["npm owner add a b", "npm access public a", "npm team add a b"],
    "token": ["npm token create"],
}


@pytest.mark.parametrize(("action", "lines"), PUBLISHES.items())
def test_what_is_published(root: Path, action: str, lines: list[str]) -> None:
    for line in lines:
        assert [e.action for e in run(root, line) if e.kind == PUBLISH] == [action], line
        assert decision_on(line, scene(root)).action == "deny", line


@pytest.mark.parametrize(
    "line",
    [
        *("npm publish --dry-run", "npm pack", "npm run publish", "npm owner ls a", "npm whoami"),
        *("npm token list", "npm dist-tag ls a", "npm access list packages", "cargo package"),
        *("cargo publish --dry-run", "cargo owner --list", "twine check a", "poetry build"),
        *("mvn install", "gradle publishToMavenLocal", "goreleaser release --snapshot"),
        *("semantic-release --dry-run", "helm package a", "lerna run publish", "gem build a"),
        *("dotnet nuget list source", "rake test", "np --help"),
    ],
)
def test_what_is_not_published(root: Path, line: str) -> None:
    assert [e for e in run(root, line) if e.kind == PUBLISH] == []


SETTINGS = [
    ("npm config set registry https://registry.example.net", True),
    ("npm config set @a:registry=https://registry.example.net", True),
    ("npm set registry https://registry.example.net", True),
    ("pip config set global.find-links https://pypi.example.net", True),
    ("npm config set registry https://npm.pkg.github.com", False),
    ("npm config set save-exact true", False),
    ("npm config get registry", False),
    ("pip config list", False),
]


@pytest.mark.parametrize(("line", "expected"), SETTINGS)
def test_settings_that_stay(root: Path, line: str, expected: bool) -> None:
    assert any(e.action == "configure" for e in run(root, line)) is expected


def test_what_runs_behind_a_runner_is_judged(root: Path) -> None:
    for line in (
        *("uv run ambidex trust", "uvx ambidex trust", "pipx run ambidex trust"),
        *("uv run --with a -p 3.12 ambidex trust", "uv tool run ambidex@latest trust"),
        *("npm exec -- ambidex trust", "pnpm dlx ambidex trust"),
    ):
        assert decision_on(line, scene(root)).rule == "ambidex.own.person-only", line
    assert decision_on("uv run pytest -q", scene(root)).action == "allow"


def test_hosts_in_requirements() -> None:
    assert host_in("a @ git+https://user@Git.Example.net:8443/a.git") == "git.example.net"
    assert host_in("requests>=2") == ""


def test_effects_carry_the_words(root: Path) -> None:
    (found,) = effects_of("npm publish", scene(root))
    assert found.words == ("npm", "publish")


@pytest.mark.parametrize("tool", ["poetry", "pdm", "hatch", "rye"])
def test_what_a_project_tool_runs_is_judged(root: Path, tool: str) -> None:
    line = f"{tool} run ambidex trust"
    assert decision_on(line, scene(root)).rule == "ambidex.own.person-only"
    assert decision_on(f"{tool} run pytest --dry-run", scene(root)).action == "allow"
    assert decision_on(f"{tool} run git push --force -n x", scene(root)).action == "allow"
    assert decision_on(f"{tool} run git push --force", scene(root)).action == "deny"
