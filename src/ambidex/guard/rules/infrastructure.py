"""Rules about infrastructure as code: what is destroyed, applied unseen and forgotten."""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _is(effect: Effect, action: str) -> bool:
    return effect.action == action and "infrastructure" in effect.flags


def _destroyed(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "destroy"):
        return ""
    if "local" in effect.flags:
        return ""
    return f"it destroys what the code describes ({scene.show(effect.target)})"


def _machines(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "destroy") or "local" not in effect.flags:
        return ""
    return f"it deletes a virtual machine ({scene.show(effect.target)})"


def _applied(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "deploy"):
        return ""
    return f"it changes real infrastructure ({scene.show(effect.target)})"


def _state(effect: Effect, scene: Scene) -> str:
    if not _is(effect, "state"):
        return ""
    return f"it edits what the tool knows of reality ({scene.show(effect.target)})"


_REMOTE = (effects.REMOTE,)

RULES = (
    Rule(
        "ambidex.infrastructure.destroyed",
        kinds=_REMOTE,
        when=_destroyed,
        decision=DENY,
        severity="critical",
        protects="machines, networks and data that run",
        why="Everything that the code describes goes at once, data included.",
        instead="Show `plan -destroy` and let a person do it.",
        match=(
            "terraform destroy",
            "terraform -chdir=prod destroy -auto-approve",
            "terraform apply -destroy",
            "tofu destroy --auto-approve",
            "terragrunt run-all destroy",
            "pulumi destroy --yes",
            "cdk destroy --force",
            "kops delete cluster prod --yes",
            "sam delete --no-prompts",
        ),
        not_match=(
            "terraform plan -destroy",
            "terraform plan",
            "terraform destroy -help",
            "pulumi preview",
            "cdk diff",
            "cdk list",
            "tofu validate",
            "sam build",
        ),
    ),
    Rule(
        "ambidex.infrastructure.applied",
        kinds=_REMOTE,
        when=_applied,
        decision=ASK,
        severity="high",
        protects="machines, networks and data that run",
        why="What others use changes, and some changes replace what they change.",
        instead="Show the plan and let a person apply it.",
        match=(
            "terraform apply",
            "terraform apply -auto-approve",
            "terraform apply tfplan",
            "tofu apply",
            "pulumi up --yes",
            "cdk deploy --require-approval never",
            "sam deploy --guided",
            "cdktf deploy --auto-approve",
        ),
        not_match=(
            "terraform plan -out tfplan",
            "terraform init",
            "terraform fmt -recursive",
            "terraform validate",
            "terraform show tfplan",
            "terraform apply -help",
            "cdk synth",
        ),
    ),
    Rule(
        "ambidex.infrastructure.state",
        kinds=_REMOTE,
        when=_state,
        decision=ASK,
        severity="high",
        protects="the state of infrastructure as code",
        why="What the state no longer names is recreated, or runs on unseen and is paid for.",
        instead="Back the state up with `state pull`, and let a person edit it.",
        match=(
            "terraform state rm aws_instance.web",
            "terraform state push backup.tfstate",
            "terraform force-unlock 1234",
            "terraform workspace delete staging",
            "terraform taint aws_instance.web",
            "pulumi stack rm dev",
            "tofu state mv a b",
        ),
        not_match=(
            "terraform state list",
            "terraform state show aws_instance.web",
            "terraform workspace list",
            "terraform workspace select staging",
            "terraform output",
            "pulumi stack ls",
        ),
    ),
    Rule(
        "ambidex.infrastructure.machine",
        kinds=_REMOTE,
        when=_machines,
        decision=ASK,
        severity="high",
        protects="virtual machines on this machine",
        why="What was done inside goes with its disk.",
        instead="Halt it, or let a person delete it.",
        match=(
            "vagrant destroy -f",
            "virsh undefine vm --remove-all-storage",
            "VBoxManage unregistervm vm --delete",
            "multipass delete vm --purge",
            "lxc delete box --force",
            "vagrant box remove box",
        ),
        not_match=(
            "vagrant up",
            "vagrant halt",
            "virsh list --all",
            "VBoxManage list vms",
            "multipass list",
            "lxc list",
        ),
    ),
)
