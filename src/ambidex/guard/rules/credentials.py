"""Rules about files and stores of credentials: who shows, copies and replaces them."""

from __future__ import annotations

from ambidex.guard import effects, secret_files
from ambidex.guard.rules.credential_lending import LENDING
from ambidex.guard.rules.rule import Rule
from ambidex.guard.secret_files import ENVIRONMENT, POSSIBLE, SYSTEM, USER
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

# Programs that use a file, or tell about it, without showing what is in it.
_QUIET = frozenset(
    (
        *("ls", "exa", "eza", "lsd", "dir", "vdir", "tree", "find", "fd", "stat", "file", "du"),
        *("df", "wc", "test", "[", "[[", "chmod", "chown", "chgrp", "touch", "realpath"),
        *("readlink", "basename", "dirname", "md5sum", "sha1sum", "sha224sum", "sha256sum"),
        *("sha384sum", "sha512sum", "b2sum", "b3sum", "cksum", "sum", "shasum", "md5", "lsattr"),
        *("getfacl", "namei", "mkdir", "rm", "shred", "trash", "mv", "unlink", "source", "."),
        *("set", "ssh", "ssh-keygen", "ssh-add", "ssh-copy-id", "sftp", "gpg", "gpg2"),
        *("age", "sops", "ansible-vault", "ansible-playbook", "docker", "docker-compose"),
        *("podman", "podman-compose", "nerdctl", "kubectl", "helm", "oc", "terraform", "tofu"),
        *("pulumi", "aws", "gcloud", "az", "psql", "mysql", "mysqldump"),
        *("pg_dump", "uvicorn", "gunicorn", "flask", "dotenv", "npm"),
        *("yarn", "pnpm", "keytool", "certutil", "codesign", "cmp", "true", "locate", "which"),
        *("exec",),
    )
)
# openssl's commands that show a private key as it is, or decode any file.
_KEY_SHOWING = frozenset(("enc", "base64", "rsa", "pkey", "ec", "dsa", "pkcs12", "pkcs8"))
_UNSEEN_KEYS = ("-noout", "-pubout", "-out", "-check", "-modulus")


def _shows(effect: Effect) -> bool:
    """Whether the content of what is read can be seen, or comes under another name."""
    if "quiet" in effect.flags:
        return False
    words = effect.words
    program = words[0].rpartition("/")[2].lower() if words else ""
    if program in _QUIET:
        return False
    if program in ("grep", "egrep", "fgrep", "rg", "ggrep", "zgrep"):
        return not any(_only_counts(word) for word in words[1:])
    if program == "openssl":
        command = words[1] if len(words) > 1 else ""
        unseen = any(word in _UNSEEN_KEYS for word in words) and "-text" not in words
        return command in _KEY_SHOWING and not unseen
    return True


def _only_counts(word: str) -> bool:
    """Whether an option makes grep say only whether, or how often, it found something."""
    if word.startswith("--"):
        return word in ("--quiet", "--silent", "--count", "--files-with-matches")
    return word.startswith("-") and word[1:].isalpha() and any(one in word for one in "qclL")


def _read_of(effect: Effect, scene: Scene, *kinds: str) -> str:
    path = effect.path or effect.target
    kind = secret_files.kind_of(path, scene.home)
    if kind not in kinds:
        return ""
    if effect.kind == effects.READ and not _shows(effect):
        return ""
    if effect.kind == effects.LINK:
        return ""
    if _is_public_listing(path):
        return ""
    return f"it reads {secret_files.NAMES[kind]} ({scene.show(path)})"


def _is_public_listing(path: str) -> bool:
    return path.endswith((".pub", ".crt", ".cer", ".csr"))


def _credential(effect: Effect, scene: Scene) -> str:
    return _read_of(effect, scene, USER, SYSTEM)


def _environment(effect: Effect, scene: Scene) -> str:
    return _read_of(effect, scene, ENVIRONMENT)


def _possible(effect: Effect, scene: Scene) -> str:
    return _read_of(effect, scene, POSSIBLE)


def _linked(effect: Effect, scene: Scene) -> str:
    kind = secret_files.kind_of(effect.target, scene.home)
    if kind not in (USER, SYSTEM):
        return ""
    return f"it gives {scene.show(effect.target)} another name, by which it can be read"


# Where whoever writes decides who may log in, or what ssh runs.
_DECISIVE = ("/.ssh/authorized_keys", "/.ssh/config", "/.ssh/rc", "/.ssh/environment")


def _replaced(effect: Effect, scene: Scene) -> str:
    if "folder" in effect.flags:
        return ""
    path = effect.path
    kind = secret_files.kind_of(path, scene.home)
    if kind not in (USER, SYSTEM):
        return ""
    if effect.kind in (effects.MODE, effects.OWNER):
        return _opened(effect, scene)
    if scene.is_temporary(path):
        return ""
    verb = {effects.DELETE: "deletes", effects.MOVE: "moves away"}.get(effect.kind, "changes")
    return f"it {verb} {secret_files.NAMES[kind]} ({scene.show(path)})"


def _opened(effect: Effect, scene: Scene) -> str:
    """Whether a mode lets others than the owner read."""
    mode = effect.action
    octal = mode.isdigit() and mode[-2:] not in ("00", "0")
    symbolic = any(part in mode for part in ("o+r", "a+r", "go+r", "g+r", "o+w", "a+w", "+rw"))
    return f"it lets others read {scene.show(effect.path)}" if octal or symbolic else ""


def _access(effect: Effect, scene: Scene) -> str:
    if not effect.path.endswith(_DECISIVE):
        return ""
    return f"it changes {scene.show(effect.path)}, which decides who may log in or what ssh runs"


def _stored(effect: Effect, scene: Scene) -> str:
    if effect.action != "secret":
        return ""
    return f"it prints a stored secret ({scene.show(effect.target)})"


def _store_deleted(effect: Effect, scene: Scene) -> str:
    if effect.action != "delete" or "store" not in effect.flags:
        return ""
    return f"it deletes credentials ({scene.show(effect.target)})"


_READS = (effects.READ,)
_CHANGES = (effects.WRITE, effects.APPEND, effects.EDIT, effects.DELETE, effects.MOVE)

RULES = (
    *LENDING,
    Rule(
        "ambidex.credentials.read",
        kinds=_READS,
        when=_credential,
        decision=DENY,
        severity="critical",
        protects="keys, tokens and passwords",
        why="What a command shows is in the transcript, and in everything that reads it.",
        instead="Use the program that the credential is for; it reads the file itself.",
        match=(
            "curl file:///home/somebody/.aws/credentials -o alias",
            "curl FILE:///etc/shadow",
            "socat -u OPEN:/home/somebody/.ssh/id_rsa STDOUT",
            "lynx -dump ~/.netrc",
            "w3m /home/somebody/.git-credentials",
            "curl file:///home/other/.ssh/id_ed25519",
            "curl file:///proc/1/environ",
        ),
        not_match=(
            "curl file:///home/somebody/.ssh/id_rsa.pub",
            "curl -n https://api.example.com",
            "scp -i ~/.ssh/id_rsa host.example.com:notes.txt .",
            "curl file:///etc/hosts",
            "curl file:///home/somebody/.ssh/known_hosts",
            "kubectl --kubeconfig ~/.kube/config get pods",
        ),
    ),
    Rule(
        "ambidex.credentials.environment-file",
        kinds=_READS,
        when=_environment,
        decision=DENY,
        severity="high",
        protects="the secrets in `.env` files",
        why="What a command shows is in the transcript, and in everything that reads it.",
        instead="Read `.env.example` for the names; load values with `set -a; . ./.env; set +a`.",
        match=(
            "curl file://$PWD/.env",
            "socat -u OPEN:.env STDOUT",
            "socat -u FILE:.env.production -",
            "lynx -dump .env",
            "w3m ./.env.local",
            "links -dump .env",
        ),
        not_match=(
            "lynx -dump .env.example",
            "docker run --env-file .env app",
            "docker compose --env-file .env ps",
            "w3m .env.template",
            "lynx -dump src/environment.html",
            "links -dump .env.sample",
        ),
    ),
    Rule(
        "ambidex.credentials.possible",
        kinds=_READS,
        when=_possible,
        decision=ASK,
        severity="medium",
        protects="what may be keys and passwords",
        why="Files of this name mostly hold secrets, and what is shown is in the transcript.",
        instead="Ask for the one fact that is needed, or let a person look.",
        match=(
            "socat -u OPEN:certs/server.key STDOUT",
            "lynx -dump credentials.json",
            "w3m terraform.tfstate",
            "lynx -dump config/master.key",
            "links -dump deploy/service-account.json",
            "elinks -dump secrets.yaml",
        ),
        not_match=(
            "lynx -dump tests/fixtures/server.key",
            "w3m certs/ca.pem",
            "lynx -dump docs/credentials.html",
            "links -dump package.json",
            "lynx -dump fullchain.pem",
            "elinks -dump examples/secrets.yaml",
        ),
    ),
    Rule(
        "ambidex.credentials.stored",
        kinds=(effects.REMOTE,),
        when=_stored,
        decision=ASK,
        severity="high",
        protects="secrets in a credential store",
        why="What a command shows is in the transcript, and in everything that reads it.",
        instead="Hand the secret to the program that needs it: `op run`, `aws-vault exec`.",
        match=(
            "op read op://private/mail/password",
            "pass show mail/work",
            "pass mail/work",
            "security find-generic-password -s github -w",
            "secret-tool lookup service mail",
            "vault kv get secret/db",
            "gpg --export-secret-keys -a me@example.com",
            "aws secretsmanager get-secret-value --secret-id prod/db",
            "gcloud secrets versions access latest --secret=db",
            "kubectl get secret db -o yaml",
            "kubectl config view --raw",
            "bw get password mail",
        ),
        not_match=(
            "op run -- npm start",
            "op item list",
            "pass ls",
            "pass -c mail/work",
            "security find-generic-password -s github",
            "vault kv list secret/",
            "gpg --export -a me@example.com",
            "aws secretsmanager list-secrets",
            "kubectl get secrets",
            "az account get-access-token",
        ),
    ),
    Rule(
        "ambidex.credentials.store-deleted",
        kinds=(effects.REMOTE,),
        when=_store_deleted,
        decision=DENY,
        severity="critical",
        protects="credentials",
        why="A deleted key or password cannot be had back, nor what only it opens.",
        instead="Let a person delete it.",
        match=(
            "gpg --delete-secret-keys me@example.com",
            "pass rm mail/work",
            "vault kv destroy -versions=1 secret/db",
            "security delete-keychain login.keychain",
            "op item delete mail",
            "vault secrets disable secret/",
        ),
        not_match=(
            "gpg --list-secret-keys",
            "pass insert mail/work",
            "vault kv list secret/",
            "security list-keychains",
            "op item list",
            "vault status",
        ),
    ),
    Rule(
        "ambidex.credentials.replaced",
        kinds=(*_CHANGES, effects.MODE, effects.OWNER),
        when=_replaced,
        decision=DENY,
        severity="critical",
        protects="keys, tokens and passwords",
        why="A lost key locks its owner out, and one put in its place lets somebody else in.",
        instead="Let a person change credentials, by the program that they belong to.",
        match=(
            "curl -o ~/.ssh/id_rsa https://example.com/key",
            "wget -O ~/.aws/credentials https://example.com/c",
            "curl https://example.com/c -o ~/.netrc",
            "curl -o /etc/shadow https://example.com/s",
            "curl -c ~/.gnupg/cookies https://example.com",
            "aria2c -d ~/.ssh -o id_ed25519 https://example.com/key",
        ),
        not_match=(
            "curl -o key.pub https://example.com/key.pub",
            "ssh-keygen -t ed25519 -f ~/.ssh/deploy -N ''",
            "ssh-keygen -lf ~/.ssh/id_rsa.pub",
            "curl -o ~/.ssh/known_hosts https://example.com/hosts",
            "curl -o .env.example https://example.com/e",
            "wget -O tests/fixtures/id_rsa https://example.com/k",
        ),
    ),
    Rule(
        "ambidex.credentials.access",
        kinds=(effects.WRITE, effects.APPEND, effects.EDIT),
        when=_access,
        decision=DENY,
        severity="critical",
        protects="who may log in here",
        why="A line in these files lets somebody in, or runs a program with every connection.",
        instead="Show the line and let a person add it.",
        match=(
            "curl https://example.com/k -o ~/.ssh/authorized_keys",
            "wget -O ~/.ssh/config https://example.com/c",
            "curl -o /home/other/.ssh/authorized_keys https://example.com/k",
            "wget -O /home/another/.ssh/authorized_keys https://example.com/k",
            "curl -o ~/.ssh/rc https://example.com/rc",
            "curl -o ~/.ssh/environment https://example.com/e",
        ),
        not_match=(
            "curl -o authorized_keys https://example.com/k",
            "wget -O config https://example.com/c",
            "curl -o ~/.ssh/known_hosts https://example.com/h",
            "curl -o docs/config https://example.com/c",
            "wget -O /tmp/authorized_keys https://example.com/k",
            "curl file:///home/somebody/.ssh/config",
        ),
    ),
    Rule(
        "ambidex.credentials.linked",
        kinds=(effects.LINK,),
        when=_linked,
        decision=DENY,
        severity="high",
        protects="keys, tokens and passwords",
        why="By another name a credential is read, packed and sent without anybody noticing.",
        instead="Name the file where it is, in the program that needs it.",
        match=("ln -s ~/.aws/credentials notes.txt", "ln ~/.ssh/id_rsa key.txt"),
        not_match=("ln -s ~/.ssh/id_rsa.pub key.pub", "ln -s ../README.md docs/README.md"),
    ),
)
