"""Rules about cloud accounts and hosted services: what is destroyed, opened and granted there."""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _grave(effect: Effect, scene: Scene) -> str:
    if effect.action != "delete" or not effect.flags >= {"cloud", "grave"}:
        return ""
    return f"it destroys what cannot be had back ({scene.show(effect.target)})"


def _deleted(effect: Effect, scene: Scene) -> str:
    if effect.action != "delete" or "cloud" not in effect.flags or "grave" in effect.flags:
        return ""
    return f"it removes something from an account ({scene.show(effect.target)})"


def _granted(effect: Effect, scene: Scene) -> str:
    if effect.action != "grant" or "cloud" not in effect.flags:
        return ""
    return f"it changes who has access ({scene.show(effect.target)})"


_REMOTE = (effects.REMOTE,)

RULES = (
    Rule(
        "ambidex.cloud.destroyed",
        kinds=_REMOTE,
        when=_grave,
        decision=DENY,
        severity="critical",
        protects="data and machines in a cloud account",
        why="There is no undo, and others may depend on it.",
        instead="Name what should go and why, and let a person do it.",
        match=(
            "aws s3 rb s3://bucket --force",
            "aws s3 rm s3://bucket --recursive",
            "aws ec2 terminate-instances --instance-ids i-123",
            "aws rds delete-db-instance --db-instance-identifier db --skip-final-snapshot",
            "aws dynamodb delete-table --table-name t",
            "aws cloudformation delete-stack --stack-name s",
            "aws kms schedule-key-deletion --key-id k",
            "aws cloudtrail stop-logging --name main",
            "gcloud projects delete shop",
            "gcloud compute instances delete vm-1 --quiet",
            "gcloud sql instances delete db",
            "gsutil -m rm -r gs://bucket",
            "az group delete --name rg --yes",
            "az vm delete -g rg -n vm",
            "doctl compute droplet delete 123 --force",
            "hcloud server delete web",
            "bq rm -r -f dataset",
        ),
        not_match=(
            "aws s3 ls s3://bucket",
            "aws s3 rm s3://bucket/file --dryrun",
            "aws ec2 describe-instances",
            "aws ec2 terminate-instances --instance-ids i-123 --dry-run",
            "gcloud compute instances list",
            "az group list",
            "az -o delete vm list",
            "gcloud --format delete compute instances list",
            "aws ecr get-login-password",
        ),
    ),
    Rule(
        "ambidex.cloud.deleted",
        kinds=_REMOTE,
        when=_deleted,
        decision=ASK,
        severity="high",
        protects="what runs in a cloud account",
        why="It stops working for everybody who uses it.",
        instead="Check account and region, and let a person decide.",
        match=(
            "aws s3 rm s3://bucket/file",
            "aws lambda delete-function --function-name f",
            "aws sqs purge-queue --queue-url q",
            "gcloud functions delete f",
            "gcloud run services delete web",
            "az webapp delete -g rg -n web",
            "hcloud firewall delete web",
            "auth0 roles delete rol_1",
            "stripe products delete prod_1",
            "aws s3 sync build s3://bucket --delete",
        ),
        not_match=(
            "aws lambda list-functions",
            "aws lambda invoke --function-name f out.json",
            "gcloud functions describe f",
            "az webapp show -g rg -n web",
            "auth0 roles show rol_1",
            "stripe products list",
            "aws s3 ls",
        ),
    ),
    Rule(
        "ambidex.cloud.granted",
        kinds=_REMOTE,
        when=_granted,
        decision=ASK,
        severity="critical",
        protects="who may do what in a cloud account",
        why="Access that was given once stays, and opens more than was meant.",
        instead="Show the policy or the binding and let a person apply it.",
        match=(
            "aws iam create-access-key --user-name me",
            "aws iam attach-role-policy --role-name r --policy-arn arn",
            "aws s3api put-bucket-policy --bucket b --policy file://p.json",
            "aws ec2 authorize-security-group-ingress --group-id g --cidr 0.0.0.0/0 --port 22",
            "gcloud projects add-iam-policy-binding p --member=user:x --role=roles/owner",
            "gcloud iam service-accounts keys create key.json --iam-account=a",
            "az role assignment create --assignee me --role Owner",
            "az ad sp create-for-rbac",
            "gsutil iam ch allUsers:objectViewer gs://bucket",
            "aws s3 cp x s3://bucket/x --acl public-read",
        ),
        not_match=(
            "aws iam list-users",
            "aws iam get-policy --policy-arn arn",
            "aws iam simulate-principal-policy --policy-source-arn a --action-names s3:GetObject",
            "gcloud projects get-iam-policy p",
            "az role assignment list",
            "gsutil iam get gs://bucket",
            "aws s3 cp s3://bucket/x x",
        ),
    ),
)
