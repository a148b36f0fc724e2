"""What the rules decide about single effects: every flag, verb and target that a rule asks for.

A row is an effect and all that the rules say about it, as `rule: decision`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.guard import effects, sql
from ambidex.guard.effects import Effect
from ambidex.guard.examples import HOME
from ambidex.guard.judge import hits
from ambidex.guard.taint import FILE, INTERACTIVE, OUTPUT, VARIABLE, Source
from testing.guarding import project, scene

CI = "containers."
NET = "network."
FAR = "198.51.100.7:4444"
REMOTE, SEND, FETCH, GIT, HOST = (
    *(effects.REMOTE, effects.SEND, effects.FETCH, effects.GIT, effects.HOST),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("decisions") / "project")


def said(effect: Effect, root: Path) -> dict[str, str]:
    """Every rule that applies → its decision; each says what it saw in one clause."""
    found = list(hits([effect], scene(root)))
    assert all(hit.saw and hit.saw == hit.saw.strip() for hit in found)
    return {hit.rule.id.removeprefix("ambidex."): hit.decision for hit in found}


def containers() -> list[tuple[str, str, str, dict[str, str]]]:
    """Action, flags, target → what is said; every one of them is an effect on a container."""
    volumes = {CI + "volumes": "deny"}
    pruned = {CI + "pruned": "ask"}
    host, powers = {CI + "host": "deny"}, {CI + "powers": "ask"}
    return [
        ("delete", "machine", "x", volumes),
        ("delete", "everything", "x", volumes),
        ("delete", "volume", "x", volumes),
        ("delete", "volumes system", "x", volumes),
        ("delete", "volumes", "x", {}),
        ("delete", "compose volumes", "x", volumes),
        ("delete", "compose", "x", {}),
        ("delete", "volumes many", "x", volumes),
        ("delete", "volumes many prune all", "x", volumes),
        ("delete", "many", "x", pruned),
        ("delete", "many filter", "x", {}),
        ("delete", "prune system", "x", pruned),
        ("delete", "system", "x", {}),
        ("delete", "prune all", "x", pruned),
        ("delete", "prune", "x", {}),
        ("delete", "all", "x", {}),
        *(("delete", flag, "x", pruned) for flag in ("secret", "config", "service", "stack")),
        *(("delete", flag, "x", pruned) for flag in ("swarm", "node", "registry")),
        ("delete", "", "x", {}),
        ("run", "volume many secret", "", {}),
        ("run", "host", "", host),
        ("run", "host privileged", "", host),
        *(("run", flag, "", powers) for flag in ("privileged", "socket", "host-namespace")),
        ("run", "host-read", "", powers),
        ("run", "", "", {}),
        ("delete", "host privileged", "x", {}),
        ("post", "host privileged", "x", {}),
        *((verb, "socket", "x", {CI + "socket": "ask"}) for verb in ("post", "put", "patch")),
        ("delete", "socket", "x", {CI + "socket": "ask"}),
        ("get", "socket", "x", {}),
        ("post", "", "x", {}),
    ]


@pytest.mark.parametrize(("action", "flags", "target", "expected"), containers())
def test_containers(
    action: str, flags: str, target: str, expected: dict[str, str], root: Path
) -> None:
    of_containers = Effect(
        REMOTE, action=action, target=target, flags=["container", *flags.split()]
    )
    assert said(of_containers, root) == expected
    if expected and "socket" not in flags:
        other = said(Effect(REMOTE, action=action, target=target, flags=flags.split()), root)
        assert not any(rule.startswith(CI) for rule in other)


@pytest.mark.parametrize(
    ("image", "asks"),
    [
        ("team/app", True),
        ("app", True),
        ("ghcr.io/team/app:1", True),
        ("localhost/app", False),
        ("localhost:5000/app", False),
        ("127.0.0.1:5000/app", False),
        ("127.0.0.1/app", False),
        ("localhost:5000:1/app", False),
        ("xlocalhost/app", True),
        ("localhost", True),
    ],
)
def test_an_image_is_published(image: str, asks: bool, root: Path) -> None:
    effect = Effect(effects.PUBLISH, target=image, flags=["container"])
    assert (CI + "pushed" in said(effect, root)) == asks
    assert CI + "pushed" not in said(Effect(effects.PUBLISH, target=image), root)


@pytest.mark.parametrize(
    ("flags", "action", "expected"),
    [
        ("cloud grave", "delete", "cloud.destroyed deny"),
        ("cloud", "delete", "cloud.deleted ask"),
        ("grave", "delete", "delivery.delete-hosted deny"),
        ("cloud grave", "grant", "cloud.granted ask"),
        ("cloud", "grant", "cloud.granted ask"),
        ("", "grant", ""),
        ("cluster grave", "delete", "clusters.grave deny"),
        ("cluster release", "delete", "clusters.grave deny"),
        ("cluster", "delete", "clusters.deleted ask"),
        ("cluster grave local", "delete", ""),
        ("cluster local", "delete", ""),
        ("cluster local all", "delete", "clusters.deleted ask"),
        *(("cluster", verb, "clusters.stopped ask") for verb in ("drain", "cordon", "taint")),
        *(("cluster", verb, "clusters.stopped ask") for verb in ("stop", "rollback")),
        ("cluster", "scale", ""),
        ("", "drain", ""),
        ("cluster", "grant", "clusters.changed ask"),
        ("cluster foreign", "deploy", "clusters.changed ask"),
        ("infrastructure", "destroy", "infrastructure.destroyed deny"),
        ("infrastructure local", "destroy", "infrastructure.machine ask"),
        ("infrastructure", "deploy", "infrastructure.applied ask"),
        ("infrastructure", "state", "infrastructure.state ask"),
        ("", "destroy", ""),
        ("", "state", ""),
        ("database", sql.DESTROY, "databases.destroyed deny"),
        ("database", sql.DROP, "databases.destroyed deny"),
        ("database", sql.ROWS, "databases.destroyed deny"),
        ("database", sql.ALTER, "databases.altered ask"),
        ("database", sql.GRANT, "databases.altered ask"),
        ("database", sql.RUN, "databases.run deny"),
        ("database file", sql.DESTROY, "databases.file ask"),
        ("database file", sql.DROP, "databases.file ask"),
        ("database file", sql.ROWS, "databases.file ask"),
        ("database file", sql.ALTER, "databases.file ask"),
        ("database file", sql.GRANT, ""),
        ("database temporary", sql.DROP, ""),
        ("database temporary", sql.ALTER, ""),
        ("database temporary file", sql.DROP, ""),
        ("", sql.DROP, ""),
        ("store", "delete", "credentials.store-deleted deny"),
        ("", "secret", "credentials.stored ask"),
    ],
)
def test_what_others_rely_on(flags: str, action: str, expected: str, root: Path) -> None:
    got = said(Effect(REMOTE, action=action, target="it", flags=flags.split()), root)
    got.pop("delivery.deploy", None)
    assert [f"{rule} {decision}" for rule, decision in got.items()] == [expected] * bool(expected)


GIT_ROWS = [
    ("push", "force", "git.force-push deny"),
    ("push", "mirror", "git.force-push deny"),
    ("push", "lease", "git.force-push-with-lease ask"),
    ("push", "lease force", "git.force-push deny"),
    ("push", "delete", "git.delete-remote-branch ask"),
    ("push", "prune", "git.delete-remote-branch ask"),
    ("push", "", ""),
    ("fetch", "force mirror lease delete prune", ""),
]


@pytest.mark.parametrize(("action", "flags", "expected"), GIT_ROWS)
def test_pushes(action: str, flags: str, expected: str, root: Path) -> None:
    effect = Effect(GIT, action=action, target="topic", data="origin", flags=flags.split())
    shown = [hit.saw for hit in hits([effect], scene(root))]
    assert all(saw.endswith(" to origin topic") for saw in shown)
    got = [f"{rule} {decision}" for rule, decision in said(effect, root).items()]
    assert got == [expected] * bool(expected)
    bare = Effect(GIT, action=action, flags=flags.split())
    assert all(" to " not in hit.saw for hit in hits([bare], scene(root)))


def test_a_network_effect_by_its_flags(root: Path) -> None:
    where = scene(root)

    def names(kind: str = SEND, **facts: object) -> list[str]:
        found = hits([Effect(kind, **facts)], where)  # type: ignore[arg-type]
        for hit in (kept := list(found)):
            assert hit.saw
        return sorted(
            f"{hit.rule.id.removeprefix('ambidex.network.')} {hit.decision}" for hit in kept
        )

    def mark(kind: str = OUTPUT, text: str = "$(x)", **facts: object) -> str:
        return where.sources.mark(Source(kind, text, **facts))  # type: ignore[arg-type]

    assert names(target="x", flags=["tunnel"]) == ["tunnel ask"]
    assert names(target="x", flags=["descriptor"]) == ["tunnel ask"]
    assert names(target="listen", flags=["shell", "listen"]) == ["shell deny"]
    assert names(target="listen", flags=["program", "listen"]) == ["shell deny"]
    assert names(target=FAR, flags=["shell"]) == ["shell deny"]
    assert names(target=FAR, flags=["program"]) == []
    assert names(target="localhost:80", flags=["shell"]) == ["shell deny"]
    shell = mark(text=INTERACTIVE)
    assert names(target=FAR, data=shell) == ["shell deny"]
    assert names(target="localhost:80", data=shell) == []
    for word in ("bash", "/bin/bash", "/usr/local/bin/bash"):
        connected = names(target=FAR, action="connect", words=[word, "x"])
        assert connected == ["shell deny"]
    assert names(target="localhost:80", action="connect", words=["bash"]) == [
        "ambidex.remote-code.reverse-shell deny"
    ]
    assert names(target=FAR, action="connect") == []
    assert names(target=FAR, action="connect", words=["exec"]) == ["raw-channel ask"]
    assert names(target=FAR, action="connect", words=["/x/exec"]) == ["raw-channel ask"]
    assert names(target="localhost:80", action="connect", words=["exec"]) == []
    assert names(target=FAR, words=["exec"]) == []
    assert names(target=FAR, action="connect", words=["seq"], data=mark()) == ["raw-channel ask"]
    assert names(target=FAR, action="connect", words=["seq"], data="1") == []
    sink = mark(FILE, paths=["/dev/null"])
    assert names(target=FAR, action="connect", words=["seq"], data=sink) == []
    assert names(target=FAR, flags=["raw"], data=mark(program="seq")) == ["raw-channel ask"]
    assert names(target=FAR, data=mark(program="seq")) == []
    assert names(target="listen", flags=["raw"], data=mark(program="seq")) == []
    for program in ("cat", "tar"):
        raw = names(target=FAR, flags=["raw"], data=mark(program=program))
        assert "raw-channel ask" not in raw
    assert "raw-channel ask" not in names(target=FAR, flags=["raw"], data=mark(VARIABLE))

    readme = mark(FILE, "README.md", paths=[f"{root}/README.md"])
    far = "https://x.example.com"
    assert names(target=far, data=readme) == ["file-leaves ask"]
    assert names(target=far, data=mark(FILE, "x")) == ["file-leaves ask"]
    assert names(target=far, data=mark(VARIABLE, "$x")) == []
    assert names(target=far, data=sink) == []
    assert names(target=far, data=sink + readme) == ["file-leaves ask"]
    for flag in ("name", "hosting"):
        assert names(target=far, data=readme, flags=[flag]) == []
    assert names(target="listen", data=readme) == []
    assert names(target="http://localhost", data=readme) == []
    assert names(target="s3:x", data=readme) == ["file-leaves ask"]
    assert names(target="gs:x", data=readme) == ["file-leaves ask"]

    for kind, action, flags, expected in (
        (SEND, "delete", [], ["deletes ask"]),
        (SEND, "change", ["ftp"], ["deletes ask"]),
        (SEND, "change", [], []),
        (SEND, "post", ["ftp"], []),
        (FETCH, "delete", [], []),
    ):
        assert names(kind, action=action, flags=flags, target=far) == expected
    assert names(action="delete", target="http://localhost") == []

    for kind, data, expected in (
        (SEND, "", ["drop ask"]),
        (SEND, "x", ["drop ask"]),
        (FETCH, "", []),
    ):
        assert names(kind, target="https://paste.rs/x", data=data) == expected

    for kind in (SEND, FETCH):
        for part in (mark(), mark(FILE)):
            asked = names(kind, target=f"{part}.example.com", flags=["name"])
            assert asked == ["name-carries-data ask"]
        assert names(kind, target=f"{mark()}.example.com") == []
        assert names(kind, target=f"{mark(VARIABLE, '$H')}.example.com", flags=["name"]) == []
        assert names(kind, target=mark(), flags=["name"]) == []
        assert names(kind, target=f"{mark()}x", flags=["name"]) == []
        assert names(kind, target="a.example.com", flags=["name"]) == []


SECRETS = """AWS_SECRET_ACCESS_KEY:amazonaws.com AWS_SESSION_TOKEN:amazonaws.com
GITHUB_TOKEN:github.com GH_TOKEN:github.com GH_PAT:github.com GITLAB_TOKEN:gitlab.example.com
CI_JOB_TOKEN:gitlab.com NPM_TOKEN:npmjs.example NODE_AUTH_TOKEN:npm.example.com
ANTHROPIC_API_KEY:api.anthropic.com OPENAI_API_KEY:api.openai.com DATABASE_URL: SSH_PRIVATE_KEY:"""


@pytest.mark.parametrize("pair", SECRETS.split())
def test_a_variable_goes_where_it_belongs(pair: str, root: Path) -> None:
    name, _, home = pair.partition(":")
    for text in (f"${name}", f"${{{name}}}"):
        where = scene(root)
        data = where.sources.mark(Source(VARIABLE, text))

        def leaves(host: str, data: str = data, where: object = where) -> bool:
            effect = Effect(SEND, target=host, data=data)
            return any(
                hit.rule.id == "ambidex.network.secret-leaves" and hit.decision == "deny"
                for hit in hits([effect], where)  # type: ignore[arg-type]
            )

        assert leaves("https://collect.example.com")
        assert leaves("fd:3")
        assert not leaves("http://localhost:80")
        if home:
            assert not leaves(f"https://{home}/x")
    where = scene(root)
    for source in (Source(OUTPUT, f"${name}"), Source(VARIABLE, name), Source(VARIABLE, "$OTHER")):
        effect = Effect(SEND, target="https://x.example.com", data=where.sources.mark(source))
        assert not list(hits([effect], where))


def test_what_of_a_folder_or_store_leaves(root: Path) -> None:
    where = scene(root)

    def saw(kind: str, source: Source, target: str = "https://x.example.com") -> str:
        effect = Effect(kind, target=target, data=where.sources.mark(source))
        return "".join(hit.saw for hit in hits([effect], where) if "secret" in hit.rule.id)

    token = Source(OUTPUT, "$(pass x)", paths=["secret:pass"])
    assert "(pass)" in saw(SEND, token)
    assert saw(FETCH, token) == ""
    assert "id_rsa" in saw(SEND, Source(FILE, "x", paths=[f"{HOME}/.ssh/id_rsa"]))
    assert "id_rsa" in saw(FETCH, Source(FILE, "x", paths=[f"{HOME}/.ssh/id_rsa"]))
    assert "environment" in saw(SEND, Source(FILE, "x", paths=["/proc/self/environ"]))
    assert "kept" in saw(SEND, Source(OUTPUT, "x", paths=["/srv/keys"]))
    assert "lies" in saw(SEND, Source(OUTPUT, "x", paths=[str(root)]))
    assert saw(SEND, Source(OUTPUT, "x", paths=[f"{root}/src"])) == ""
    assert saw(SEND, Source(OUTPUT, "$(env x)", program="env", paths=[f"{root}/a"])) == ""
    assert saw(SEND, Source(FILE, "x", paths=[f"{HOME}/.ssh/id_rsa"])).endswith("to x.example.com")


ROWS = """
host    shutdown                    host.stop deny
host    fork-bomb                   host.stop deny
host    endless-recursion           host.stop deny
host    boot                        host.stop deny
host    kernel                      host.stop deny
host    service-stop                host.disable deny
host    service-stop +user          host.change ask
host    firewall-flush              host.disable deny
host    network-down                host.disable deny
host    schedule-delete             host.disable deny
host    schedule-delete +user       -
host    user                        host.users deny
host    user-delete                 host.users deny
host    service-change              host.change ask
host    service-change +user        host.change ask
host    firewall                    host.change ask
host    network                     host.change ask
host    schedule                    host.change ask
host    settings                    host.change ask
host    mount                       host.change ask
host    unmount                     host.change ask
host    swapon                      host.change ask
host    swapoff                     host.change ask
host    reading                     -
host    ambidex                     own.person-only deny
host    client +unguarded           own.unguarded deny
host    client +changes             own.client ask
host    client                      -
host    other +unguarded            -
host    other +changes              -
host    uninstall-hooks             hooks-bypass.uninstall deny
device  format                      devices.destroy deny
device  partition                   devices.destroy deny
device  erase                       devices.destroy deny
device  destroy                     devices.destroy deny
device  shrink                      devices.destroy deny
device  reencrypt                   devices.destroy deny
device  detach                      devices.detach ask
device  read                        -
install install +index              packages.unusual-source ask
install install +elsewhere          packages.unusual-source ask
install install +unencrypted        packages.unusual-source ask
install install +unsigned           packages.unusual-source ask
install install +system             packages.system-python ask
install install +whole              -
install install                     -
install configure                   packages.source-setting ask
install remove +system              packages.remove ask
install remove +whole               packages.remove ask
install remove +index               -
install remove                      -
publish publish                     packages.publish deny
publish withdraw                    packages.withdraw deny
publish access                      packages.withdraw deny
publish token                       packages.withdraw deny
publish read                        -
git     commit +no-verify           hooks-bypass.no-verify deny
git     config                      -
git     config +executes            hooks-bypass.executing-setting deny
git     config +executes,once       hooks-bypass.executing-setting-once ask
git     config +once                -
git     config +redirects           hooks-bypass.redirecting-setting ask
git     config +edit                hooks-bypass.redirecting-setting ask
git     other +executes             -
git     other +executes,once        -
git     other +redirects,edit       -
git     add +hides                  hooks-bypass.hidden-changes ask
git     reset +uncommitted          git.discard-changes deny
git     worktree +uncommitted       git.remove-worktree deny
git     submodule +uncommitted      git.remove-worktree deny
git     clean +untracked            git.clean deny
git     clean +untracked,interactive git.clean-interactively ask
git     clean +interactive          -
git     stash +stash                git.drop-stash deny
git     other +stash                -
git     checkout +conflict          git.take-one-side ask
git     merge +abort                git.abort ask
git     branch +commits             git.delete-branch deny
git     reset +moves                git.move-reference ask
git     tag +delete                 git.delete-tag ask
git     other +delete               -
git     reflog +recovery            git.forget deny
git     filter +rewrite             git.rewrite-history deny
git     daemon +serves              git.serve ask
git     send +sends                 git.serve ask
git     credential +prints          git.credential deny
git     other +prints               -
remote  merge +hosting              delivery.merge deny
remote  merge                       -
remote  deploy                      delivery.deploy ask
remote  deploy +infrastructure      infrastructure.applied ask
remote  configure                   delivery.configure-hosts ask
remote  delete                      delivery.delete-hosted deny
remote  delete +hosting             delivery.delete-on-host deny
remote  delete +container           -
remote  delete +database            -
remote  change                      delivery.change-hosted ask
remote  connect                     delivery.change-hosted ask
remote  change +hosting             delivery.change-on-host ask
remote  change +container           -
remote  change +cluster             -
remote  change +cloud               -
remote  change +infrastructure      -
remote  change +database            -
remote  change +store               -
remote  connect +cluster            delivery.change-hosted ask
remote  run +hosting                delivery.change-on-host ask
remote  release +hosting            delivery.change-on-host ask
remote  approve +hosting            delivery.change-on-host ask
remote  run                         -
remote  expose                      delivery.expose ask
remote  token                       delivery.token deny
remote  push                        git.push-elsewhere ask
remote  push +published             git.push-elsewhere ask
remote  read                        -
""".strip().splitlines()


@pytest.mark.parametrize("row", ROWS)
def test_verbs_and_flags(row: str, root: Path) -> None:
    kind, action, *more = row.split()
    flags = more.pop(0)[1:].split(",") if more[0].startswith("+") else []
    effect = Effect(
        kind, action=action, target="the-target", data="x", flags=flags, words=("seen", "this")
    )
    got = [f"{rule} {decision}" for rule, decision in said(effect, root).items()]
    assert got == ([] if more == ["-"] else [" ".join(more)])
    for hit in hits([effect], scene(root)):
        assert any(word in hit.saw for word in ("the-target", "seen this", " x ", "git"))


@pytest.mark.parametrize("kind", ["host", "device"])
def test_without_a_target_it_is_said_too(kind: str, root: Path) -> None:
    for action in ("shutdown", "kernel") if kind == "host" else ("format", "detach"):
        [hit] = hits([Effect(kind, action=action)], scene(root))
        assert "(" not in hit.saw
        assert not hit.saw.endswith(" ")


@pytest.mark.parametrize("target", ["core.hooksPath", "CORE.HOOKSPATH", "core"])
def test_where_hooks_come_from(target: str, root: Path) -> None:
    for flags, expected in (
        ("executes", {"hooks-bypass.hooks-path": "deny"}),
        ("executes once", {"hooks-bypass.hooks-path": "deny"}),
        ("", {}),
    ):
        effect = Effect(GIT, action="config", target=target, flags=flags.split())
        assert said(effect, root) == expected
    assert said(Effect(GIT, action="get", target=target, flags=["executes"]), root) == {}


@pytest.mark.parametrize(
    ("action", "target", "flags", "expected"),
    [
        ("everything", "", "", "all"),
        ("process", "-1", "", "all"),
        ("process", "1", "", "all"),
        ("process", "0", "", "many"),
        ("process", "4711", "", ""),
        ("users-of-file", "/srv", "mount", "all many"),
        ("users-of-file", "/srv/x", "", "many"),
        ("users-of-file", "8080/tcp", "", ""),
        ("users-of-file", "53/udp", "", ""),
        ("users-of-file", "8080 tcp", "", ""),
        ("users-of-file", "53 udp", "", ""),
        ("name", "x", "", "all"),
        ("name", "x", "exact", ""),
        ("name", ".", "", "all"),
        ("name", "ab", "", ""),
        ("name", "ab", "inverse", "all"),
        ("name", "", "user exact", "all"),
        ("name", "", "session exact", "all"),
        ("name", "", "parent", ""),
        ("name", "x", "parent", "all"),
        ("name", "my-app", "user", ""),
        ("name", "SSHD", "", "all"),
        ("name", "Chrome", "", "many"),
        ("process", "chrome", "", ""),
    ],
)
def test_what_is_ended(action: str, target: str, flags: str, expected: str, root: Path) -> None:
    effect = Effect(effects.KILL, action=action, target=target, flags=flags.split())
    decisions = {"all": ("host.kill-all", "deny"), "many": ("host.kill-many", "ask")}
    assert said(effect, root) == dict(decisions[word] for word in expected.split())


VITAL = """systemd init launchd sshd dbus-daemon xorg gnome-shell kwin_wayland windowserver
loginwindow finder dockerd containerd login kernel_task claude tmux screen bash zsh sh fish
wayland gdm sddm ssh"""
COMMON = """node python python3 java ruby php docker postgres mysqld npm redis-server nginx chrome
firefox code electron go cargo make apache2 httpd git vim emacs deno bun perl mongod safari"""


def test_names_of_processes(root: Path) -> None:
    for names, decision in ((VITAL, "deny"), (COMMON, "ask")):
        for name in names.split():
            got = said(Effect(effects.KILL, action="name", target=name), root)
            assert list(got.values()) == [decision], name
            assert said(Effect(effects.KILL, action="name", target=f"{name}-x"), root) == {}


MODES = {
    "world-writable deny": """777 666 0777 =777 +002 o+w a+w o=rw a=rwx ugo+w u+x,o+w go+w +w,o+w
        0602 0603 0606 0607 002 acl:o::rw acl:other::rwx acl:o:rw acl:other:w
        acl:default:other:rw acl:d:o::w acl:u:x:r,o::w""",
    "run-as-owner ask": """4755 2755 6755 5755 7755 u+s g+s +s u=rws ug+s""",
    "- -": """644 755 600 700 1777 3777 5666x o-w a-w u+w g+w o+r +x u=rw,o=r acl:u:x:rwx
        acl:o::r attributes:x 1755""",
}


@pytest.mark.parametrize("expected", MODES)
def test_modes_inside_of_the_project(expected: str, root: Path) -> None:
    rule, decision = expected.split()
    for mode in MODES[expected].split():
        action = mode.replace("acl:", "acl ", 1).replace("attributes:", "attributes ", 1)
        got = said(Effect(effects.MODE, action=action, path=f"{root}/src/app.py"), root)
        if rule == "-":
            assert not {"permissions.world-writable", "permissions.run-as-owner"} & set(got), mode
        else:
            assert got.get(f"permissions.{rule}") == decision, mode


@pytest.mark.parametrize(
    ("mode", "locks"),
    [
        *((mode, True) for mode in ("000", "0", "100", "200", "300", "044", "a-r", "-r", "u-r")),
        *((mode, True) for mode in ("u=", "a=x", "u=w", "u-rwx", "=", "ug-r", "u=X", "u=st")),
        *((mode, False) for mode in ("400", "700", "+000", "-000", "go-r", "u-w", "u=r", "u=g")),
        *((mode, False) for mode in ("o=", "acl u:x:-", "attributes -r", "as x", "+r", "u+w")),
    ],
)
def test_modes_that_lock_out(mode: str, locks: bool, root: Path) -> None:
    rule = "permissions.lock-out"
    for path in (root, root / "src"):
        effect = Effect(effects.MODE, action=mode, path=str(path), flags=["recursive"])
        assert (said(effect, root).get(rule) == "deny") == locks
    assert rule not in said(Effect(effects.MODE, action=mode, path=f"{root}/src"), root)
    far = Effect(effects.MODE, action=mode, path="/tmp/x", flags=["recursive"])
    assert rule not in said(far, root)


@pytest.mark.parametrize(
    ("mode", "tightens"),
    [
        *((mode, True) for mode in ("600", "700", "0400", "500", "go-rwx", "o-r", "g-w", "u+x")),
        *((mode, True) for mode in ("u=rw,go-r", "u+r")),
        *((mode, False) for mode in ("640", "604", "1700", "300", "755", "a-r", "-r", "go+r")),
        *((mode, False) for mode in ("u+x,g+x", "uo-x", "acl x", "as x")),
    ],
)
def test_modes_outside_of_the_project(mode: str, tightens: bool, root: Path) -> None:
    got = said(Effect(effects.MODE, action=mode, path="/elsewhere/x"), root)
    assert (got.get("permissions.outside") == "ask") == (not tightens)
    got = said(Effect(effects.MODE, action=mode, path=HOME), root)
    assert (got.get("permissions.far") == "deny") == (not tightens)
    for path in ("/etc", "/"):
        assert said(Effect(effects.MODE, action=mode, path=path), root)["permissions.far"] == "deny"
    tree = Effect(effects.MODE, action=mode, path="/elsewhere/x", flags=["recursive"])
    assert said(tree, root)["permissions.far"] == "deny"
    assert "permissions.outside" not in said(tree, root)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        *((word, "permissions.unprotect deny") for word in ("-i", "-a", "-ia", "=e", "nouchg")),
        *((word, "permissions.unprotect deny") for word in ("noschg", "nosappnd", "0", "-di")),
        *((word, "permissions.immutable ask") for word in ("+i", "+a", "=i", "+u", "uchg")),
        *((word, "permissions.immutable ask") for word in ("schg", "uimmutable", "simmutable")),
        *((word, "") for word in ("-e", "+d", "nodump", "hidden", "i", "-d")),
    ],
)
def test_attributes(attributes: str, expected: str, root: Path) -> None:
    path = f"{root}/src/app.py"
    got = said(Effect(effects.MODE, action=f"attributes {attributes}", path=path), root)
    assert [f"{rule} {decision}" for rule, decision in got.items()] == [expected] * bool(expected)
    assert said(Effect(effects.MODE, action=f"as {attributes}", path=path), root) == {}


@pytest.mark.parametrize(
    ("mask", "asks"),
    [
        *((mask, True) for mask in ("000", "0", "0000", "004", "075")),
        *((mask, False) for mask in ("022", "002", "077", "026", "7", "x", "u=rwx")),
    ],
)
def test_masks(mask: str, asks: bool, root: Path) -> None:
    effect = Effect(effects.ENVIRON, action="umask", data=mask)
    assert said(effect, root) == ({"permissions.umask": "ask"} if asks else {})
    assert said(Effect(effects.ENVIRON, action="set", data=mask), root) == {}


@pytest.mark.parametrize("name", ["CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_DISABLE_HOOKS"])
def test_variables_of_the_client(name: str, root: Path) -> None:
    assert said(Effect(effects.ENVIRON, target=name), root) == {"own.unguarded": "deny"}
    assert said(Effect(effects.ENVIRON, target=f"{name}X"), root) == {}


def test_raw_devices(root: Path) -> None:
    kinds = ("write", "append", "edit", "link", "mode", "move", "owner")
    for kind in kinds:
        got = said(Effect(kind, path="/dev/sda", action="600"), root)
        assert got["devices.raw-write"] == "deny", kind
        for path in ("tcp/x", "udp/x", "pts/1", "tty1", "fd/3", "log", "snd/x", "null"):
            got = said(Effect(kind, path=f"/dev/{path}", action="600"), root)
            assert "devices.raw-write" not in got, path


def test_the_emergency_keyboard(root: Path) -> None:
    for kind in ("write", "append"):
        got = said(Effect(kind, path="/proc/sysrq-trigger"), root)
        assert got["host.emergency-keys"] == "deny"
        assert "host.emergency-keys" not in said(Effect(kind, path="/proc/sysrq"), root)


METADATA = """169.254.169.254 169.254.170.2 metadata.google.internal metadata metadata.goog
100.100.100.200 0xa9fea9fe 2852039166 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376"""


def test_addresses_that_hand_out_credentials(root: Path) -> None:
    for host in METADATA.split():
        got = said(Effect(FETCH, target=f"http://{host}/latest"), root)
        assert list(got) == ["credentials.metadata"], host
        assert said(Effect(FETCH, target=f"http://x{host}/latest"), root) == {}
