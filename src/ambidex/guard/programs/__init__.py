"""What programs do with their arguments: one model per program, imported when it is called.

Hot path: only the family at hand is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ambidex.guard.invocation import Invocation

    Model = Callable[[Invocation], None]

# Module in this package → the programs that it has models for, in its table `MODELS`.
FAMILIES: dict[str, tuple[str, ...]] = {
    "curl": ("curl", "curl.exe", "curlie"),
    "http": (
        *("wget", "wget2", "http", "https", "xh", "xhs", "aria2c", "lynx", "w3m", "links"),
        *("elinks", "grpcurl"),
    ),
    "sockets": (
        *("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet", "websocat"),
        *("wscat", "nmap", "masscan"),
    ),
    "transfer": (
        *("scp", "sftp", "ftp", "lftp", "rclone", "s3cmd", "s5cmd", "mc", "croc", "wormhole"),
        *("magic-wormhole", "ffsend", "ngrok", "cloudflared", "bore", "lt", "mail", "mailx"),
        *("mutt", "sendmail", "msmtp", "swaks", "dig", "nslookup", "host", "drill", "ping"),
        *("whois",),
    ),
    "containers": (
        *("docker", "podman", "nerdctl", "docker-compose", "podman-compose", "skopeo", "crane"),
        *("regctl", "oras", "buildah"),
    ),
    "clusters": (
        *("kubectl", "oc", "k", "kubecolor", "microk8s.kubectl", "helm", "kind", "minikube"),
        *("k3d", "colima", "argocd", "flux", "eksctl", "etcdctl", "consul", "nomad"),
    ),
    "cloud": (
        *("aws", "gcloud", "gsutil", "bq", "az", "doctl", "hcloud", "linode-cli", "oci"),
        *("ibmcloud", "aliyun", "cf", "auth0", "okta", "stripe", "supabase", "pscale", "heroku"),
        *("fly", "flyctl", "vercel", "netlify", "firebase", "wrangler", "railway", "render"),
        *("neonctl", "neon", "turso", "atlas", "mongocli", "databricks", "snow", "confluent"),
        *("scw", "vultr-cli", "exo", "openstack", "azd", "copilot", "eb", "amplify", "twilio"),
        *("sentry-cli", "launchdarkly", "ldcli", "upcloud", "yc", "nhost", "appwrite"),
        *("cloudflare", "flarectl", "tailscale", "contentful", "shopify", "convex"),
    ),
    "infrastructure": (
        *("terraform", "tofu", "terragrunt", "pulumi", "cdk", "cdktf", "sam", "serverless"),
        *("sls", "sst", "terramate", "nixops", "chalice", "zappa", "crossplane", "kops", "cap"),
        *("waypoint", "ansible", "ansible-playbook", "ansible-pull", "ansible-vault", "sops"),
        *("vagrant", "virsh", "vboxmanage", "multipass", "lxc", "incus", "qm"),
    ),
    "databases": (
        *("psql", "pgcli", "usql", "mysql", "mariadb", "mycli", "sqlite3", "sqlite", "duckdb"),
        *("litecli", "clickhouse-client", "clickhouse", "cqlsh", "influx", "sqlcmd", "snowsql"),
        *("cypher-shell", "trino", "presto", "beeline", "hive", "isql", "redis-cli"),
        *("valkey-cli", "keydb-cli", "mongosh", "mongo", "dropdb", "dropuser", "pg_dropcluster"),
        *("mysqladmin", "pg_restore", "mongorestore", "pg_dump", "pg_dumpall", "mysqldump"),
        *("mongodump", "pg_resetwal"),
    ),
    "migrations": (
        *("prisma", "rails", "alembic", "flask", "artisan", "knex", "sequelize", "typeorm"),
        *("mix", "diesel", "sqlx", "dbmate", "migrate", "goose", "flyway", "liquibase"),
        *("django-admin", "drizzle-kit", "mikro-orm", "atlas-cli", "hasura", "rake"),
        *("sequelize-cli", "manage.py"),
    ),
    "keepers": (
        *("vault", "bao", "op", "bw", "lpass", "rbw", "dcli", "pass", "gopass", "gpg", "gpg2"),
        *("security", "secret-tool", "keyring", "kwallet-query", "aws-vault", "doppler"),
        *("infisical", "chamber", "printenv", "ssh-keygen"),
    "shells": (
        *("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish", "rbash", "ksh93", "yash"),
    ),
}

_FAMILY_OF = {program: family for family, programs in FAMILIES.items() for program in programs}


def model_of(name: str) -> Model | None:
    """The model of the program `name` (a base name, lower case), None when there is none."""
    family = _FAMILY_OF.get(name)
    if family is None:
        return None
    module = __import__(f"ambidex.guard.programs.{family}", fromlist=["MODELS"])
    model: Model = module.MODELS[name]
    return model
