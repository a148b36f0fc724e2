"""Rules about clusters: what is deleted, stopped, rolled back and granted in them."""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

_STOPPING = frozenset({"drain", "cordon", "taint", "stop", "rollback"})


def _grave(effect: Effect, scene: Scene) -> str:
    flags = effect.flags
    if "cluster" not in flags or "local" in flags:
        return ""
    if effect.action == "delete" and flags & {"grave", "release"}:
        return f"it deletes {scene.show(effect.target)} with everything that belongs to it"
    return ""


def _deleted(effect: Effect, scene: Scene) -> str:
    flags = effect.flags
    if "cluster" not in flags or effect.action != "delete" or flags & {"grave", "release"}:
        return ""
    if "local" in flags and "all" not in flags:
        return ""
    return f"it deletes {scene.show(effect.target)}"


def _stopped(effect: Effect, scene: Scene) -> str:
    if "cluster" not in effect.flags or effect.action not in _STOPPING:
        return ""
    return f"it takes service away: {effect.action} {scene.show(effect.target)}"


def _changed(effect: Effect, scene: Scene) -> str:
    if "cluster" not in effect.flags:
        return ""
    if effect.action == "grant":
        return f"it grants permissions ({scene.show(effect.target)})"
    if effect.action == "deploy" and "foreign" in effect.flags:
        return f"it applies what {scene.show(effect.target)} says at this moment"
    return ""


_REMOTE = (effects.REMOTE,)

RULES = (
    Rule(
        "ambidex.clusters.grave",
        kinds=_REMOTE,
        when=_grave,
        decision=DENY,
        severity="critical",
        protects="services and data in a cluster",
        why="Everything below goes with it, volumes and their data included.",
        instead="Delete single resources by name, or let a person do this.",
        match=(
            "kubectl delete namespace shop",
            "kubectl delete ns/shop",
            "kubectl -n shop delete pvc data-0",
            "kubectl delete pods --all",
            "kubectl delete all -l app=shop",
            "oc delete project shop",
            "kubectl delete crd things.example.com",
            "helm uninstall shop",
            "helm -n shop delete shop",
            "eksctl delete cluster --name shop",
        ),
        not_match=(
            "kubectl get namespaces",
            "kubectl delete pod web-0",
            "kubectl delete namespace shop --dry-run=client",
            "helm list --all-namespaces",
            "kind delete cluster",
            "minikube delete",
            "kubectl describe pvc data-0",
        ),
    ),
    Rule(
        "ambidex.clusters.deleted",
        kinds=_REMOTE,
        when=_deleted,
        decision=ASK,
        severity="high",
        protects="services in a cluster",
        why="What is deleted serves nobody any more until something creates it again.",
        instead="Check the context (`kubectl config current-context`) and let a person decide.",
        match=(
            "kubectl delete pod web-0",
            "kubectl delete -f deploy.yaml",
            "kubectl --context prod delete deployment web",
            "kubectl replace --force -f pod.yaml",
            "minikube delete --all",
            "argocd appset delete-resource x",
            "kubectl apply --prune -f k8s/",
        ),
        not_match=(
            "kubectl get pods",
            "kubectl apply -f deploy.yaml",
            "kubectl logs web-0",
            "kind create cluster",
            "minikube stop",
            "kubectl delete pod web-0 --dry-run=server",
        ),
    ),
    Rule(
        "ambidex.clusters.stopped",
        kinds=_REMOTE,
        when=_stopped,
        decision=ASK,
        severity="high",
        protects="services in a cluster",
        why="Users feel it at once.",
        instead="Say what will be unavailable for how long, and let a person decide.",
        match=(
            "kubectl drain node-1 --ignore-daemonsets",
            "kubectl cordon node-1",
            "kubectl scale deployment/web --replicas=0",
            "kubectl scale --replicas 0 deploy web",
            "kubectl rollout undo deployment/web",
            "helm rollback shop 3",
            "kubectl taint nodes node-1 key=value:NoExecute",
        ),
        not_match=(
            "kubectl scale deployment/web --replicas=3",
            "kubectl rollout status deployment/web",
            "kubectl rollout history deployment/web",
            "kubectl uncordon node-1",
            "helm history shop",
            "kubectl top nodes",
        ),
    ),
    Rule(
        "ambidex.clusters.changed",
        kinds=_REMOTE,
        when=_changed,
        decision=ASK,
        severity="high",
        protects="who may do what in a cluster",
        why="Permissions outlive the work they were given for; foreign manifests run as they come.",
        instead="Show the binding or the manifest and let a person apply it.",
        match=(
            "kubectl create clusterrolebinding me --clusterrole=cluster-admin --user=me",
            "kubectl create rolebinding r --role=edit --user=me",
            "oc adm policy add-cluster-role-to-user cluster-admin me",
            "kubectl apply -f https://example.com/install.yaml",
            "kubectl create -f https://example.com/x.yaml",
            "kubectl apply -k https://github.com/example/repo",
        ),
        not_match=(
            "kubectl apply -f k8s/",
            "kubectl create namespace shop",
            "kubectl create configmap c --from-literal=a=b",
            "kubectl get clusterrolebindings",
            "kubectl auth can-i --list",
            "kubectl apply -k overlays/dev",
        ),
    ),
)
