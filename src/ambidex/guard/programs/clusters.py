"""What kubectl, helm and their relatives would delete and change in a cluster.

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

_VALUED = (
    *("namespace", "context", "cluster", "kubeconfig", "server", "token", "user", "as", "as-group"),
    *("certificate-authority", "client-certificate", "client-key", "request-timeout", "filename"),
    *("output", "selector", "kustomize", "container", "replicas", "grace-period", "timeout"),
    *("field-selector", "image", "patch", "patch-file", "type", "from-file", "from-literal"),
    *("from-env-file", "template", "tail", "since", "sort-by", "field-manager", "for", "port"),
    *("to-revision", "overrides", "env", "restart", "limits", "requests", "min", "max"),
    *("docker-server", "docker-username", "docker-password", "cert", "key", "clusterrole", "role"),
    *("serviceaccount", "group", "verb", "resource", "pod-selector", "revision"),
)
# Resources whose deletion takes data or everything below them along.
_GRAVE = frozenset(
    (
        *("namespace", "namespaces", "ns", "project", "projects", "pvc", "persistentvolumeclaim"),
        *("persistentvolumeclaims", "pv", "persistentvolume", "persistentvolumes", "crd", "crds"),
        *("customresourcedefinition", "customresourcedefinitions", "statefulset", "statefulsets"),
        *("sts", "node", "nodes", "no", "cluster", "clusters", "storageclass", "sc", "all"),
    )
)
_ROLES = frozenset(
    (
        *("clusterrolebinding", "rolebinding", "clusterrole", "role", "serviceaccount"),
        *("clusterrolebindings", "rolebindings", "clusterroles", "roles"),
    )
)


def kubectl(call: Invocation) -> None:
    """kubectl, oc: a verb and resources."""
    given = options.read(
        call.arguments, valued="nfolckspLvi", long=("all", "force", "now"), long_valued=_VALUED
    )
    words = given.operands
    if not words or given.has("help", "h"):
        return
    verb, rest = words[0], words[1:]
    if given.has("dry-run") and given.last("dry-run") != "none":
        return
    for name in given.all("kubeconfig", "token-file"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    if verb == "delete":
        _delete(call, given, rest)
    elif verb in ("get", "describe"):
        _get(call, given, rest)
    elif verb == "config":
        if rest[:1] == ["view"] and given.has("raw"):
            _emit(call, "secret", "kubectl config view --raw")
        elif rest[:1] and rest[0].startswith("delete-"):
            _emit(call, "delete", " ".join(rest))
    elif verb in ("drain", "cordon", "taint"):
        _emit(call, verb, " ".join(rest), *(("grave",) if verb == "drain" else ()))
    elif verb == "scale":
        if given.last("replicas") == "0":
            _emit(call, "stop", " ".join(rest), *(("all",) if given.has("all") else ()))
    elif verb == "replace" and given.has("force"):
        _emit(call, "delete", "resources in " + given.last("f", "filename"))
    elif verb in ("edit", "patch", "replace", "set", "annotate", "label", "autoscale", "expose"):
        _emit(call, "change", " ".join(rest))
    elif verb in ("apply", "create"):
        _apply(call, given, verb, rest)
    elif verb == "rollout":
        if rest[:1] in (["undo"], ["pause"]):
            _emit(call, "rollback", " ".join(rest[1:]))
        elif rest[:1] == ["restart"]:
            _emit(call, "change", " ".join(rest[1:]))
    elif verb in ("exec", "debug", "run", "rsh"):
        _command(call, rest)
    elif verb == "cp":
        _copy(call, rest)
    elif verb == "adm":
        _emit(call, "grant" if rest[:1] == ["policy"] else "change", " ".join(rest))


def _emit(call: Invocation, action: str, target: str, *flags: str) -> None:
    call.emit(effects.REMOTE, action=action, target=target.strip(), flags=("cluster", *flags))


def _delete(call: Invocation, given: Options, words: list[str]) -> None:
    flags: set[str] = set()
    kinds = set()
    if words:
        kinds = {kind.split(".", 1)[0].lower() for kind in words[0].split(",")}
    kinds |= {word.split("/", 1)[0].lower() for word in words if "/" in word}
    if kinds & _GRAVE:
        flags.add("grave")
    if given.has("all", "A", "all-namespaces"):
        flags.add("grave")
    if given.has("l", "selector"):
        flags.add("many")
    files = given.all("f", "filename", "k", "kustomize")
    if any(not name or "://" in name or call.sources(name) for name in files):
        flags.add("many")
    if any(call.sources(word) for word in words):
        flags.add("many")
    _emit(call, "delete", " ".join((*words, *files)), *flags)


def _get(call: Invocation, given: Options, words: list[str]) -> None:
    if not words or given.has("watch-only"):
        return
    kinds = {kind.split("/", 1)[0].lower() for kind in words[0].split(",")}
    shown = given.last("o", "output")
    prints = shown.startswith(("yaml", "json", "go-template", "custom-columns", "template"))
    if kinds & {"secret", "secrets"} and prints and not shown.startswith("custom-columns=NAME"):
        _emit(call, "secret", "kubectl get secret")
        call.output = call.unknown("$(kubectl get secret)", paths=("secret:kubectl",))


def _is_fetched(call: Invocation) -> bool:
    """Whether what comes in by standard input is the answer of a host."""
    return any(source.hosts for source in call.sources(call.stdin or ""))


def _apply(call: Invocation, given: Options, verb: str, words: list[str]) -> None:
    for name in given.all("from-file", "from-env-file"):
        call.emit(effects.READ, path=name.rsplit("=", 1)[-1], flags=("quiet",))
    names = given.all("f", "filename", "k", "kustomize")
    if any("://" in name or (name == "-" and _is_fetched(call)) for name in names):
        _emit(call, "deploy", " ".join(names), "foreign")
        return
    kind = words[0].lower() if words else ""
    if kind in ("edit-last-applied", "set-last-applied", "view-last-applied"):
        return
    if verb == "create" and kind in _ROLES and kind.endswith("binding"):
        role = given.last("clusterrole", "role")
        _emit(call, "grant", f"{' '.join(words)} {role}")
    elif given.has("prune"):
        _emit(call, "delete", "resources that the files do not name", "many")
    else:
        _emit(call, "change", " ".join((*words, *names)))


def _command(call: Invocation, words: list[str]) -> None:
    """The command behind `--`, in a pod."""
    if "--" not in call.arguments:
        return
    command = call.arguments[call.arguments.index("--") + 1 :]
    elsewhere.pod_inner(call, command, "".join(words[:1]))


def _copy(call: Invocation, words: list[str]) -> None:
    if len(words) != 2:
        return
    source, target = words
    if ":" in source.split("/", 1)[0] or ":" in source:
        call.write(saved_as(target, source), call.unknown(call.show(source)))
    else:
        call.read(source, flags=("quiet", "recursive"))


def helm(call: Invocation) -> None:
    """helm: releases of charts."""
    given = options.read(
        call.arguments,
        valued="nfo",
        long_valued=(
            *("namespace", "kube-context", "kubeconfig", "values", "set", "set-string", "version"),
            *("output", "repo", "timeout", "description", "set-file", "username", "password"),
            *("history-max", "post-renderer", "max", "revision", "filter"),
        ),
    )
    words = given.operands
    if not words or given.has("dry-run", "help"):
        return
    verb, names = words[0], " ".join(words[1:])
    if verb in ("uninstall", "delete", "del", "un"):
        _emit(call, "delete", f"release {names}", "release")
    elif verb == "rollback":
        _emit(call, "rollback", f"release {names}")
    elif verb in ("install", "upgrade"):
        _emit(call, "deploy", f"release {names}")
    elif verb == "push":
        call.emit(effects.PUBLISH, action="publish", target=names, flags=("cluster",))
    elif verb == "get" and words[1:2] in (["values"], ["all"], ["manifest"]):
        call.output = call.unknown(f"$(helm get {words[1]})", paths=("secret:helm",))


def local_cluster(call: Invocation) -> None:
    """kind, minikube, k3d, colima: clusters on this machine."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if "delete" in words[:2] or "rm" in words[:2]:
        flags = ("all",) if "--all" in call.arguments or "--purge" in call.arguments else ()
        _emit(call, "delete", f"{call.name} {' '.join(words)}", "local", *flags)


def gitops(call: Invocation) -> None:
    """argocd, flux, kustomize and eksctl: clusters through another tool."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if "--help" in call.arguments or "-h" in call.arguments or words[:1] == ["help"]:
        return
    if any(word in ("get", "list", "diff", "history", "logs", "manifests") for word in words[:2]):
        return
    if any(
        word in ("delete", "uninstall", "terminate-op", "delete-resource") for word in words[:3]
    ):
        grave = any(word in ("cluster", "uninstall", "proj", "app", "nodegroup") for word in words)
        _emit(call, "delete", " ".join(words), *(("grave",) if grave else ()))
    elif any(word in ("rollback", "suspend") for word in words[:3]):
        _emit(call, "rollback", " ".join(words))
    elif words[:1] and words[0] in ("app", "reconcile", "bootstrap") and "sync" in words[:2]:
        _emit(call, "deploy", " ".join(words))


def etcd(call: Invocation) -> None:
    """etcdctl, consul, nomad: what a cluster keeps and runs."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if any(word in ("del", "delete", "purge", "rm", "defrag") for word in words[:3]):
        many = any(word in ("--prefix", "-recurse", "--from-key", "-purge") for word in call.words)
        _emit(call, "delete", " ".join(words), *(("grave",) if many else ()))


MODELS = {
    "kubectl": kubectl,
    "oc": kubectl,
    "k": kubectl,
    "kubecolor": kubectl,
    "microk8s.kubectl": kubectl,
    "helm": helm,
    "kind": local_cluster,
    "minikube": local_cluster,
    "k3d": local_cluster,
    "colima": local_cluster,
    "argocd": gitops,
    "flux": gitops,
    "eksctl": gitops,
    "etcdctl": etcd,
    "consul": etcd,
    "nomad": etcd,
}
