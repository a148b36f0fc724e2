"""Files whose content is a credential: known by where they lie and what they are called.

Used for what shell commands read and for the file tools alike. Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard.taint import STAR, known_prefix

# What a path can be.
USER = "user"  # a credential of the person: keys, tokens, password stores
ENVIRONMENT = "environment"  # a `.env` file
SYSTEM = "system"  # passwords and keys of the machine
TOKEN = "token"  # what a tool printed from a credential store (a path of the form `secret:<tool>`)
POSSIBLE = "possible"  # often a secret, often not

NAMES = {
    USER: "a person's credentials",
    ENVIRONMENT: "an environment file with secrets",
    SYSTEM: "the machine's secrets",
    TOKEN: "a secret from a credential store",
    POSSIBLE: "a file that may hold secrets",
}

# Folders all of whose files are credentials but those named behind them.
_FOLDERS: dict[str, tuple[str, ...]] = {
    ".ssh": ("known_hosts", "known_hosts.old", "config", "authorized_keys", "environment"),
    ".gnupg": ("gpg.conf", "gpg-agent.conf", "dirmngr.conf", "common.conf"),
    ".password-store": (".gpg-id",),
    ".azure": ("config", "azureProfile.json", "clouds.config", "versionCheck.json"),
    ".config/gcloud": ("active_config", "configurations", "properties", "logs", "config_sentinel"),
    ".oci": (),
    ".mozilla/firefox": ("profiles.ini", "installs.ini"),
    ".config/google-chrome": (),
    ".config/chromium": (),
    ".config/BraveSoftware": (),
    ".config/microsoft-edge": (),
    ".thunderbird": (),
    ".local/share/keyrings": (),
    "Library/Keychains": (),
    "Library/Cookies": (),
    "Library/Application Support/Google/Chrome": (),
    "Library/Application Support/Firefox": (),
    ".electrum": (),
    ".ethereum/keystore": (),
    ".config/solana": ("cli",),
    ".config/op": (),
    ".config/sops": (),
    ".config/age": (),
    ".aws/sso": (),
    ".aws/cli/cache": (),
    ".kube/cache": (),
}
# A trailing part of a path is enough: these names mean nothing else.
_FILES = frozenset(
    (
        *(".aws/credentials", ".kube/config", ".docker/config.json"),
        *(".config/containers/auth.json", ".netrc", "_netrc", ".pgpass", ".my.cnf"),
        *(".mylogin.cnf", ".pypirc", ".gem/credentials", ".cargo/credentials"),
        *(".cargo/credentials.toml", ".git-credentials", ".config/git/credentials"),
        *(".config/gh/hosts.yml", ".config/hub", ".config/glab-cli/config.yml"),
        *(".config/rclone/rclone.conf", ".config/doctl/config.yaml", ".config/hcloud/cli.toml"),
        *(".config/linode-cli", ".vault-token", ".terraform.d/credentials.tfrc.json", ".boto"),
        *(".s3cfg", ".m2/settings-security.xml", ".claude/.credentials.json", ".codex/auth.json"),
        *(".gemini/oauth_creds.json", ".databrickscfg", ".snowsql/config", ".kaggle/kaggle.json"),
        *(".huggingface/token", ".cache/huggingface/token", ".config/stripe/config.toml"),
        *(".fly/config.yml", ".local/share/com.vercel.cli/auth.json"),
        *(".config/netlify/config.json", ".netlify/config.json"),
        *(".config/configstore/firebase-tools.json", ".wallet/wallet.dat", ".bitcoin/wallet.dat"),
        *(".config/github-copilot/hosts.json", ".config/github-copilot/apps.json", ".age/key.txt"),
        *(".kube/kubeconfig", ".cf/config.json", ".bluemix/config.json", ".aliyun/config.json"),
        *(".config/pulumi/credentials.json", ".pulumi/credentials.json", ".mc/config.json"),
        *(".config/heroku/credentials", ".rhosts", ".smbcredentials", ".config/op/config"),
    )
)
# Only in a home folder: elsewhere the same name is a project's ordinary file.
_IN_HOME = frozenset({".npmrc", ".yarnrc.yml", ".m2/settings.xml", ".composer/auth.json"})
_MAYBE = frozenset(
    (
        *(".aws/config", ".gradle/gradle.properties", ".bash_history", ".zsh_history"),
        *(".psql_history", ".mysql_history", ".rediscli_history", ".python_history"),
        *(".node_repl_history", ".envrc", ".htpasswd", ".terraformrc"),
    )
)
_SYSTEM = (
    *("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/master.passwd"),
    *("/etc/sudoers", "/etc/sudoers.d", "/etc/ssl/private", "/etc/krb5.keytab"),
    *("/etc/kubernetes/admin.conf", "/var/run/secrets", "/run/secrets", "/etc/security/opasswd"),
    *("/etc/wireguard", "/etc/ipsec.secrets", "/etc/NetworkManager/system-connections"),
)
_KEY_NAMES = frozenset(
    ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ed25519_sk", "id_ecdsa_sk")
)
_HOLDERS = frozenset(
    (
        *("secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml", "secret.yml"),
        *("secret.yaml", "secret.json", "credentials.json", "credentials.yml", "credentials.yaml"),
        *("client_secret.json", "token.json", "service-account.json", "service_account.json"),
        *("serviceaccount.json", "terraform.tfstate", "terraform.tfstate.backup", "auth.json.bak"),
        *("wallet.dat", "key.txt", "master.key"),
    )
)
# Folders of secrets, and those that hold keys besides what is public.
_SECRET_FOLDERS = frozenset(("secrets", ".secrets", "credentials"))
_KEY_FOLDERS = _SECRET_FOLDERS | {"certs", "certificates", "private", "pki", "keys", "creds"}
_KEY_ENDINGS = (
    *(".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".p8", ".keychain"),
    *(".keychain-db", ".tfvars", ".tfvars.json", ".kubeconfig", ".ovpn"),
)
_PUBLIC = ("cert", "ca", "fullchain", "chain", "public", "pub", "root", "bundle", "cacert", "ca-")
# A `.env` with one of these behind it is made to be read and committed.
_SAMPLES = frozenset(
    (
        *("example", "sample", "template", "dist", "default", "defaults", "schema", "tpl", "tmpl"),
        *("test", "testing", "ci", "d.ts", "ts", "md", "vault", "enc", "encrypted", "age", "gpg"),
        *("sops", "example.local", "local.example"),
    )
)
# Folders in which keys and passwords are inventions.
_INVENTED = frozenset(
    (
        *("test", "tests", "testdata", "test_data", "testing", "fixture", "fixtures"),
        *("__fixtures__", "example", "examples", "mock", "mocks", "__mocks__", "spec", "specs"),
        *("docs", "doc", "samples", "node_modules", "site-packages", "dist-packages", "vendor"),
        *("bad_input", "certifi"),
    )
)


def kind_of(path: str, home: str) -> str:
    """What kind of secret the file or folder `path` holds, `""` when it is none by its name.

    Args:
        path: absolute and normalised; may be tainted, then what it could name counts.
        home: the user's home folder, absolute.
    """
    if path.startswith("secret:"):
        return TOKEN
    parts = path.split("/")
    name = parts[-1]
    system = _system(path, parts)
    if system:
        return system
    ending = _known_ending(name)
    if ending:  # what a search found: where it lies is not known, but what it is called
        return kind_of("/".join([*parts[:-1], ending]), home)
    head = known_prefix(name)
    is_known = head == name
    if (is_known and _is_environment(name)) or (not is_known and _could_be_environment(name)):
        return "" if _is_invented(parts) else ENVIRONMENT
    found = _of_a_person(path, parts, home)
    if found:
        return found
    if _is_invented(parts):
        return ""
    if name in _KEY_NAMES or (len(head) > 2 and not is_known and _begins_key(head)):
        return USER
    return _by_name(name.lower()) or _in_holder(parts, head)


def _known_ending(name: str) -> str:
    """What follows the unknown text that `name` begins with, `""` where it begins with known."""
    if not name or not _is_mark(name[0]):
        return ""
    return name.lstrip("".join({character for character in name if _is_mark(character)}))


def _is_mark(character: str) -> bool:
    return "\U000f0000" <= character < STAR


def _begins_key(head: str) -> bool:
    return any(key.startswith(head) for key in _KEY_NAMES)


def _in_holder(parts: list[str], head: str) -> str:
    """Whether a file lies in a folder that is there for secrets: any file, or a pattern of all."""
    folder = parts[-2].lower() if len(parts) > 1 else ""
    if folder in _SECRET_FOLDERS and "." not in parts[-1].lstrip("."):
        return POSSIBLE
    return POSSIBLE if not head and parts[-1] and folder in _KEY_FOLDERS else ""


def _system(path: str, parts: list[str]) -> str:
    if path.startswith(("/etc/", "/var/run/", "/run/")):
        for place in _SYSTEM:
            if path == place or path.startswith(place + "/"):
                return SYSTEM
        if path.startswith("/etc/ssh/ssh_host_") and path.endswith("_key"):
            return SYSTEM
    if path.startswith("/proc/") and parts[-1] == "environ":
        return SYSTEM
    return ""


def _is_environment(name: str) -> bool:
    if name == ".env":
        return True
    if not name.startswith(".env."):
        return False
    rest = name[5:].lower()
    return rest not in _SAMPLES and rest.rpartition(".")[2] not in _SAMPLES


def _could_be_environment(name: str) -> bool:
    """Whether a name with unknown parts or patterns in it is likely to name a `.env` file."""
    if not known_prefix(name).startswith(".env"):
        return False
    return not any(name.endswith("." + sample) for sample in _SAMPLES)


def _of_a_person(path: str, parts: list[str], home: str) -> str:
    """Whether the path lies in one of the places where programs keep people's credentials."""
    if not path.startswith(home + "/") and _is_invented(parts):
        return ""
    for at in range(1, len(parts)):
        part = parts[at]
        if part[:1] not in "._L" or not part:
            continue
        rest = "/".join(parts[at:])
        if rest in _FILES:
            return USER
        if rest in _MAYBE:
            return POSSIBLE
        if rest in _IN_HOME and _is_home("/".join(parts[:at]), home):
            return USER
        head = known_prefix(rest)
        if head != rest and "/" in head and any(file.startswith(head) for file in _FILES):
            return USER
        for folder, harmless in _FOLDERS.items():
            if rest == folder:
                return USER
            if rest.startswith(folder + "/"):
                inner = rest[len(folder) + 1 :]
                if inner.partition("/")[0] in harmless or inner.endswith(".pub"):
                    return ""
                return USER
        if rest in (".aws", ".kube", ".docker", ".config", ".cargo"):
            return USER if rest == ".aws" else ""
    return ""


def _is_invented(parts: list[str]) -> bool:
    """Whether a path's folders, but not the name of a user, say that what is in it is made up."""
    first = 3 if parts[1:2] in (["home"], ["Users"]) else 1
    return not _INVENTED.isdisjoint(parts[first:-1])


def _is_home(folder: str, home: str) -> bool:
    if folder in (home.rstrip("/"), "/root"):
        return True
    parts = folder.split("/")
    return len(parts) == 3 and parts[1] in ("home", "Users")


def _by_name(name: str) -> str:
    if name in _HOLDERS:
        return POSSIBLE
    if name.startswith(("service-account", "service_account")) and name.endswith(".json"):
        return POSSIBLE
    if name.endswith(_KEY_ENDINGS):
        stem = name.rsplit(".", 1)[0]
        if name.endswith((".pem", ".key")) and _is_public(stem):
            return ""
        return POSSIBLE
    if name.endswith(".env") and name[:-4] in ("prod", "production", "secrets", "staging", "live"):
        return POSSIBLE
    return ""


def _is_public(stem: str) -> bool:
    words = stem.replace("_", "-").replace(".", "-").split("-")
    return any(word in _PUBLIC or word.startswith("cert") for word in words)


def holder_below(folder: str, home: str, root: str) -> str:
    """A credential that is known to lie in `folder` when all of it is taken, `""` for none.

    Args:
        folder: absolute; a home folder or `/` holds credentials by what it is.
        home: the user's home folder.
        root: the project's root, whose `.env` is looked for.
    """
    if folder == "/":
        return "/etc/shadow"
    if folder.rpartition("/")[2].lower() in _KEY_FOLDERS and not _is_invented(folder.split("/")):
        return folder
    if folder == home.rstrip("/") or _is_home(folder, home):
        return folder.rstrip("/") + "/.ssh"
    if root != folder and not folder.startswith(root.rstrip("/") + "/"):
        return ""
    environment = folder.rstrip("/") + "/.env"
    return environment if os.path.isfile(environment) else ""
