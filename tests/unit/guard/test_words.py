"""Every word of the guard's tables counts: an effect that only this word tells from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.guard import effects, places, secret_files
from ambidex.guard.effects import Effect
from ambidex.guard.hosts import file_name, host_of, is_drop, is_local, remote_path, saved_as
from ambidex.guard.judge import judge
from ambidex.guard.scene import Scene
from ambidex.guard.secret_files import ENVIRONMENT, POSSIBLE, SYSTEM, USER, holder_below, kind_of
from ambidex.guard.taint import OUTPUT, VARIABLE, Source
from testing.guarding import HOME, project, scene

SHOP = "/srv/shop"


def _words(text: str) -> list[str]:
    return text.split()


KEY = f"{HOME}/.ssh/id_rsa"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("words") / "project")


def answer(where: Scene, kind: str, **facts: object) -> tuple[str, str]:
    decision = judge([Effect(kind, **facts)], where)  # type: ignore[arg-type]
    return decision.action, decision.rule.removeprefix("ambidex.")


# Programs that are given a key and do not show it.
QUIET = _words("""
    ls exa eza lsd dir vdir tree find fd stat file du df wc test [ [[ chmod chown chgrp touch
    realpath readlink basename dirname md5sum sha1sum sha224sum sha256sum sha384sum sha512sum
    b2sum b3sum cksum sum shasum md5 lsattr getfacl namei mkdir rm shred trash mv unlink source
    . set ssh ssh-keygen ssh-add ssh-copy-id sftp gpg gpg2 age sops ansible-vault
    ansible-playbook docker docker-compose podman podman-compose nerdctl kubectl helm oc
    terraform tofu pulumi aws gcloud az psql mysql mysqldump pg_dump uvicorn
    gunicorn flask dotenv npm yarn pnpm keytool certutil codesign cmp true locate which exec
    """)


@pytest.mark.parametrize("program", QUIET)
def test_a_program_that_shows_nothing_may_use_a_key(program: str, root: Path) -> None:
    for called in (program, f"/usr/bin/{program}", program.upper()):
        assert answer(scene(root), effects.READ, path=KEY, words=(called, KEY))[0] == "allow"


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("cat", KEY), "deny"),
        ((), "deny"),
        (("openssl",), "allow"),
        (("openssl", "x509", "-in", KEY), "allow"),
        (("openssl", "rsa", "-in", KEY, "-pubout", "-text"), "deny"),
        *((("openssl", verb, "-in", KEY), "deny") for verb in ("enc", "base64", "rsa", "pkey")),
        *((("openssl", verb, "-in", KEY), "deny") for verb in ("ec", "dsa", "pkcs12", "pkcs8")),
        *((("openssl", "rsa", o), "allow") for o in ("-noout", "-pubout", "-out", "-check")),
        (("openssl", "rsa", "-modulus"), "allow"),
        *(((grep, "-q", "x", KEY), "allow") for grep in ("grep", "egrep", "fgrep", "rg")),
        *(((grep, "-q", "x", KEY), "allow") for grep in ("ggrep", "zgrep")),
        *((("grep", o, "x", KEY), "allow") for o in ("-c", "-l", "-L", "-iq", "--quiet")),
        *((("grep", o, "x", KEY), "allow") for o in ("--silent", "--count")),
        (("grep", "--files-with-matches", "x", KEY), "allow"),
        *((("grep", o, "x", KEY), "deny") for o in ("-n", "--color", "-A1", "x", "-q3", "--cool")),
    ],
)
def test_what_shows_a_key(words: tuple[str, ...], action: str, root: Path) -> None:
    assert answer(scene(root), effects.READ, path=KEY, words=words)[0] == action


@pytest.mark.parametrize(
    ("mode", "action"),
    [
        *((mode, "deny") for mode in ("644", "640", "0604", "o+r", "a+r", "go+r", "g+r", "o+w")),
        *((mode, "deny") for mode in ("a+w", "+rw", "u+x,o+r")),
        *((mode, "allow") for mode in ("600", "0400", "u+r", "go-rwx", "g-r")),
    ],
)
def test_a_mode_that_lets_others_read_a_key(mode: str, action: str, root: Path) -> None:
    got = answer(scene(root), effects.MODE, path=KEY, action=mode, words=("chmod", mode, KEY))
    assert got[0] == action


FOLDERS = _words("""
    .ssh .gnupg .password-store .azure .config/gcloud .oci .mozilla/firefox
    .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge
    .thunderbird .local/share/keyrings Library/Keychains Library/Cookies .electrum
    .ethereum/keystore .config/solana .config/op .config/sops .config/age .aws/sso
    .aws/cli/cache .kube/cache
    """)
FOLDERS += ["Library/Application Support/Google/Chrome", "Library/Application Support/Firefox"]
PUBLIC = _words("""
    .ssh/known_hosts .ssh/known_hosts.old .ssh/config .ssh/authorized_keys .ssh/environment
    .gnupg/gpg.conf .gnupg/gpg-agent.conf .gnupg/dirmngr.conf .gnupg/common.conf
    .password-store/.gpg-id .azure/config .azure/azureProfile.json .azure/clouds.config
    .azure/versionCheck.json .config/gcloud/active_config .config/gcloud/configurations/x
    .config/gcloud/properties .config/gcloud/logs/y .config/gcloud/config_sentinel
    .mozilla/firefox/profiles.ini .mozilla/firefox/installs.ini .config/solana/cli .ssh/x.pub
    .kube .docker .config .cargo
    """)
FILES = _words("""
    .aws .aws/credentials .kube/config .docker/config.json .config/containers/auth.json .netrc
    _netrc .pgpass .my.cnf .mylogin.cnf .pypirc .gem/credentials .cargo/credentials
    .cargo/credentials.toml .git-credentials .config/git/credentials .config/gh/hosts.yml
    .config/hub .config/glab-cli/config.yml .config/rclone/rclone.conf .config/doctl/config.yaml
    .config/hcloud/cli.toml .config/linode-cli .vault-token .terraform.d/credentials.tfrc.json
    .boto .s3cfg .m2/settings-security.xml .claude/.credentials.json .codex/auth.json
    .gemini/oauth_creds.json .databrickscfg .snowsql/config .kaggle/kaggle.json
    .huggingface/token .cache/huggingface/token .config/stripe/config.toml .fly/config.yml
    .local/share/com.vercel.cli/auth.json .config/netlify/config.json .netlify/config.json
    .config/configstore/firebase-tools.json .wallet/wallet.dat .bitcoin/wallet.dat
    .config/github-copilot/hosts.json .config/github-copilot/apps.json .age/key.txt
    .kube/kubeconfig .cf/config.json .bluemix/config.json .aliyun/config.json
    .config/pulumi/credentials.json .pulumi/credentials.json .mc/config.json
    .config/heroku/credentials .rhosts .smbcredentials .config/op/config
    """)
MAYBE = _words("""
    .aws/config .gradle/gradle.properties .bash_history .zsh_history .psql_history
    .mysql_history .rediscli_history .python_history .node_repl_history .envrc .htpasswd
    .terraformrc
    """)
HELD = _words("""
    secrets.yml secrets.yaml secrets.json secrets.toml secret.yml secret.yaml secret.json
    credentials.json credentials.yml credentials.yaml client_secret.json token.json
    service-account.json service_account.json serviceaccount.json terraform.tfstate
    terraform.tfstate.backup auth.json.bak wallet.dat key.txt master.key a.pem a.key a.p12 a.pfx
    a.jks a.keystore a.kdbx a.ppk a.p8 a.keychain a.keychain-db a.tfvars a.tfvars.json
    a.kubeconfig a.ovpn prod.env production.env secrets.env staging.env live.env
    service_account-x.json service-account-x.json SECRETS.YML ca.p12
    """)
MACHINE = _words("""
    /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/master.passwd /etc/sudoers
    /etc/sudoers.d /etc/sudoers.d/x /etc/ssl/private /etc/krb5.keytab /etc/kubernetes/admin.conf
    /var/run/secrets/x /run/secrets /etc/security/opasswd /etc/wireguard /etc/ipsec.secrets
    /etc/NetworkManager/system-connections /etc/ssh/ssh_host_rsa_key /proc/1/environ
    """)
KEYS = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ed25519_sk", "id_ecdsa_sk")
HOME_ONLY = (".npmrc", ".yarnrc.yml", ".m2/settings.xml", ".composer/auth.json")
NOTHING = _words("""
    secret.txt notes.json tokens.json a.txt my.env environment.env service-account.txt
    xservice-account.json cert.pem ca.pem fullchain.pem chain.key public.pem pub.pem root.pem
    bundle.pem cacert.pem server-cert.pem my_certs.key certificate.pem a.ca.pem env.example
    .environment .envs
    """)


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_of_a_folder_of_credentials_is_one(folder: str) -> None:
    for path in (folder, f"{folder}/anything", f"{folder}/deep/down"):
        assert kind_of(f"{HOME}/{path}", HOME) == USER
    assert kind_of(f"{HOME}/x{folder}x", HOME) == ""


def test_files_of_credentials() -> None:
    expected = {
        USER: [
            *(f"{HOME}/{name}" for name in (*FILES, *HOME_ONLY)),
            *(f"{SHOP}/{k}" for k in KEYS),
        ],
        POSSIBLE: [*(f"{HOME}/{name}" for name in MAYBE), *(f"{SHOP}/{name}" for name in HELD)],
        SYSTEM: MACHINE,
        "": [
            *(f"{HOME}/{name}" for name in PUBLIC),
            *(f"{SHOP}/{name}" for name in (*NOTHING, *HOME_ONLY)),
            *(f"{path}x/y" for path in MACHINE if path.startswith("/etc") and "." not in path),
            *("/etc/ssh/ssh_host_rsa_key.pub", "/proc/1/status", "/srv/environ", "/etc/hosts"),
        ],
    }
    wrong = [
        (path, kind, kind_of(path, HOME))
        for kind, paths in expected.items()
        for path in paths
        if kind_of(path, HOME) != kind
    ]
    assert not wrong


@pytest.mark.parametrize("home", ["/root", "/home/other", "/Users/other", HOME])
def test_a_home_folder_holds_what_only_homes_hold(home: str) -> None:
    for name in HOME_ONLY:
        assert kind_of(f"{home}/{name}", HOME) == USER
        assert kind_of(f"{home}/notes/{name}", HOME) == ""
    assert holder_below(home, HOME, SHOP) == f"{home}/.ssh"


def test_what_lies_below_a_folder(root: Path) -> None:
    assert holder_below("/", HOME, SHOP) == "/etc/shadow"
    assert holder_below(str(root), HOME, str(root)) == f"{root}/.env"
    assert holder_below(f"{root}/src", HOME, str(root)) == ""
    assert holder_below(str(root), HOME, f"{root}/src") == ""
    assert holder_below(HOME, f"{HOME}/", SHOP) == f"{HOME}/.ssh"
    assert holder_below("/srv/other/place", HOME, SHOP) == ""


INVENTED = _words("""
    test tests testdata test_data testing fixture fixtures __fixtures__ example examples mock
    mocks __mocks__ spec specs docs doc samples node_modules site-packages dist-packages vendor
    bad_input certifi
    """)
SAMPLES = _words("""
    example sample template dist default defaults schema tpl tmpl test testing ci d.ts ts md
    vault enc encrypted age gpg sops example.local local.example
    """)


@pytest.mark.parametrize("folder", INVENTED)
def test_what_lies_in_a_folder_of_inventions_is_one(folder: str) -> None:
    for name in (".env", "id_rsa", "a.pem", ".netrc", ".aws/credentials"):
        assert kind_of(f"{SHOP}/{folder}/{name}", HOME) == ""
        assert kind_of(f"/home/{folder}/{name}", HOME) != ""
        assert kind_of(f"/Users/{folder}/{name}", HOME) != ""
    assert kind_of(f"{SHOP}/{folder}", HOME) == ""


@pytest.mark.parametrize("ending", SAMPLES)
def test_a_sample_of_an_environment_is_none(ending: str) -> None:
    assert kind_of(f"{SHOP}/.env.{ending}", HOME) == ""
    if "." not in ending:
        assert kind_of(f"{SHOP}/.env.prod.{ending}", HOME) == ""
    assert kind_of(f"{SHOP}/.env.{ending}x", HOME) == ENVIRONMENT
    assert kind_of(f"{SHOP}/.env.{ending.upper()}", HOME) == ""


def test_a_name_that_is_known_in_part(root: Path) -> None:
    where = scene(root)
    mark = where.sources.mark(Source(VARIABLE, "$X"))
    assert kind_of(f"{SHOP}/.env{mark}", HOME) == ENVIRONMENT
    assert kind_of(f"{SHOP}/.en{mark}", HOME) == ""
    assert kind_of(f"{SHOP}/.env.{mark}.example", HOME) == ""
    assert kind_of(f"{SHOP}/.env.{mark}example", HOME) == ENVIRONMENT
    assert kind_of(f"{SHOP}/tests/.env{mark}", HOME) == ""
    assert kind_of(f"{HOME}/.aws/cred{mark}", HOME) == USER
    assert kind_of(f"{HOME}/.aw{mark}", HOME) == ""
    assert kind_of(f"{HOME}/.local/x{mark}", HOME) == ""


LOCAL = _words("""
    localhost ip6-localhost 0.0.0.0 0 :: ::1 host.docker.internal gateway.docker.internal
    host.containers.internal kubernetes.docker.internal host.minikube.internal a.localhost
    b.local c.localdomain d.internal e.test f.lan g.svc fe80::1 fd00::1 fc00::1 127.0.0.1
    10.0.0.1 192.168.1.1 172.16.0.1 172.24.0.1 172.31.9.9 db
    """)
FAR = _words("""
    example.com fd.example.com fc.example.com fe80.example.com 2001:db8::1 11.0.0.1 192.167.1.1
    193.168.1.1 172.15.0.1 172.32.0.1 173.16.0.1 1.127.0.1 8.8.8.8 local.example.com 127a.0.0.1
    """)
DROPS = _words("""
    transfer.sh 0x0.st file.io paste.rs termbin.com ix.io sprunge.us pastebin.com hastebin.com
    dpaste.org dpaste.com bashupload.com temp.sh webhook.site requestbin.com requestbin.net
    pipedream.net beeceptor.com ngrok.io ngrok.app ngrok-free.app trycloudflare.com serveo.net
    interact.sh oast.fun oast.pro oast.me oast.live oast.site oast.online burpcollaborator.net
    oastify.com dnslog.cn ceye.io canarytokens.com catbox.moe gofile.io anonfiles.com uguu.se
    filebin.net tmpfiles.org
    """)


def test_which_hosts_are_near() -> None:
    assert [host for host in LOCAL if not is_local(host)] == []
    assert [host for host in (*FAR, *DROPS) if is_local(host)] == []


def test_which_hosts_collect() -> None:
    assert [host for host in DROPS if not is_drop(host) or not is_drop(f"a.{host}")] == []
    assert [host for host in (*FAR, *(f"a{host}" for host in DROPS)) if is_drop(host)] == []


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://a.example.com/b@c", "a.example.com"),
        ("https://a.example.com?b/c", "a.example.com"),
        ("https://a.example.com#b?c", "a.example.com"),
        ("UNIX://x/y", ""),
        ("FILE:///x", ""),
        ("unix:x", ""),
        ("ftp://a:b@c@example.com", "example.com"),
        ("example.com.", "example.com"),
        ("[FE80::1]:22", "fe80::1"),
        ("FE80::1", "fe80::1"),
        ("http://x.example.com://y", "x.example.com"),
    ],
)
def test_more_forms_of_a_host(target: str, host: str) -> None:
    assert host_of(target) == host


def test_more_forms_of_remote_paths_and_names_of_downloads() -> None:
    assert remote_path("A@B@Host:a:b") == ("host", "a:b")
    assert remote_path("https://me@Host:22/x/y") == ("host", "/x/y")
    assert remote_path("ssh://host") == ("host", "/")
    assert remote_path(":x") == ("", ":x")
    assert remote_path("a/b://c") == ("", "a/b://c")
    assert file_name("https://example.com/a/b.tgz?x=/y#z") == "b.tgz"
    assert file_name("https://example.com/a/b.tgz#x/y") == "b.tgz"
    assert file_name("https://example.com/a/") == "a"
    assert file_name("https://example.com") == "index.html"
    assert file_name("example.com/x") == "x"
    assert saved_as("a/..", "x/y/") == "a/../y"
    assert saved_as("a/.", "x/y") == "a/./y"
    assert saved_as("a/b.", "x/y") == "a/b."
    assert saved_as("out//", "y") == "out/y"


SHELLS = _words("sh bash zsh dash ash ksh fish pwsh python python3 perl ruby php node")
ARCHIVERS = _words("tar gtar bsdtar zip 7z 7za cpio pax git gzip zstd xz bzip2 rsync")
DUMPS = _words("env printenv compgen")
FAR_AWAY = "https://collect.example.com"


@pytest.mark.parametrize("program", SHELLS)
def test_a_connected_shell(program: str, root: Path) -> None:
    facts = {"target": "198.51.100.7:4444", "action": "connect"}
    for called in (program, f"/opt/x/{program}"):
        got = answer(scene(root), effects.SEND, words=(called, "-i"), **facts)
        assert got[0] == "deny"
    assert answer(scene(root), effects.SEND, words=("true",), **facts)[0] == "allow"


@pytest.mark.parametrize("program", [*ARCHIVERS, *DUMPS, "seq"])
def test_what_a_program_prints_and_is_sent(program: str, root: Path) -> None:
    where = scene(root)
    data = where.sources.mark(Source(OUTPUT, f"$({program})", program=program))
    got = answer(where, effects.SEND, target=FAR_AWAY, data=data)
    if program == "seq":
        assert got[0] == "allow"
    else:
        expected = "secret" if program in DUMPS else "file"
        assert got == ({"secret": "deny", "file": "ask"}[expected], f"network.{expected}-leaves")
    assert answer(where, effects.SEND, target="http://localhost", data=data)[0] == "allow"


@pytest.mark.parametrize("flag", ["store", "mail", "tunnel", "listen"])
def test_a_name_without_a_dot_may_be_far_away(flag: str, root: Path) -> None:
    where = scene(root)
    data = where.sources.mark(Source("file", "x", paths=(KEY,)))
    facts = {"target": "bucket", "data": data}
    assert answer(where, effects.SEND, **facts)[0] == "allow"
    assert answer(where, effects.SEND, **facts, flags=(flag,))[0] == "deny"


START_UP = _words("""
    .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zprofile
    .zshenv .zlogin .zlogout .kshrc .cshrc .tcshrc .login .xprofile .xinitrc .xsession
    .pam_environment .inputrc .envrc .config/fish/config.fish .netrc .forward .rhosts .shosts
    .pgpass .ssh/x .gnupg/x .config/autostart/x .config/systemd/user/x Library/LaunchAgents/x
    .config/environment.d/x .config/fish/conf.d/x .bashrc.d/x .oh-my-zsh/x .aws/x .kube/x
    """)


def test_files_that_decide_what_runs(root: Path) -> None:
    for name in START_UP:
        for kind in (effects.WRITE, effects.APPEND, effects.EDIT, effects.LINK):
            got = answer(scene(root), kind, path=f"{HOME}/{name}")
            assert got[0] == "deny", name
        folder = answer(scene(root), effects.WRITE, path=f"{HOME}/{name}", flags=("folder",))
        assert folder[1] != "filesystem.start-up-files"
    for name in ("x.bashrc", "notes", ".config/fish/x", ".ssh/known_hosts", ".ssh/known_hosts.old"):
        assert answer(scene(root), effects.WRITE, path=f"{HOME}/{name}")[0] != "deny", name


OF_THE_SYSTEM = _words("""
    /bin /boot /etc /lib /lib32 /lib64 /libx32 /opt /proc /root /run /sbin /snap /srv /sys /usr
    /var /nix /cores /Applications /Library /System /private /efi /lost+found
    """)
OF_PEOPLE = ["/usr/local", "/opt", "/srv", "/Applications", "/var/log", "/var/www", "/run/user"]


def test_places(root: Path) -> None:
    where = scene(root)
    kinds = {f"{folder}/x": places.SYSTEM for folder in OF_THE_SYSTEM}
    kinds.update(dict.fromkeys(OF_THE_SYSTEM, places.SYSTEM))
    kinds.update(dict.fromkeys(("/home", "/Users", "/mnt", "/media", "/Volumes"), places.SYSTEM))
    kinds.update(dict.fromkeys(("/mnt/x", "/media/x", "/elsewhere", "/etcetera"), places.OUTSIDE))
    kinds.update({f"{HOME}/{name}/x": places.KEPT for name in CACHES})
    kinds.update({f"{HOME}/{name}x": places.OUTSIDE for name in CACHES})
    kinds[f"{HOME}/.claude/projects/a/memory/b"] = places.KEPT
    kinds[f"{HOME}/.claude/projects/a/b"] = places.OUTSIDE
    kinds[f"{HOME}/.claude/other/memory/b"] = places.OUTSIDE
    kinds.update({"/": places.ROOT, HOME: places.HOME, "/dev/sda": places.DEVICE})
    kinds.update({"/dev/null": places.TEMPORARY, "/dev/shm/x": places.TEMPORARY})
    kinds.update({"/tmp/x": places.TEMPORARY, "/dev": places.SYSTEM})
    kinds.update({str(root): places.PROJECT, f"{root}/.git": places.HISTORY})
    kinds.update({f"{root}/.git/config": places.HISTORY, f"{root}/.gitignore": places.INSIDE})
    kinds[str(root.parent)] = places.PROJECT
    wrong = [(path, places.where(path, where)) for path in kinds]
    assert wrong == list(kinds.items())


CACHES = _words("""
    .cache .claude/plans .npm/_cacache .npm/_npx Library/Caches .gradle/caches .cargo/registry
    .local/share/Trash .pytest_cache .mypy_cache .ruff_cache
    """)


def test_writes_to_the_system(root: Path) -> None:
    for folder in OF_THE_SYSTEM:
        if folder not in OF_PEOPLE:
            got = answer(scene(root), effects.WRITE, path=f"{folder}/x")
            assert got[0] == "deny", folder
    for folder in OF_PEOPLE:
        got = answer(scene(root), effects.WRITE, path=f"{folder}/x")
        assert got == ("ask", "filesystem.outside-write"), folder


@pytest.mark.parametrize("name", ["TMPDIR", "TMP", "TEMP", "RUNNER_TEMP", "TEMPDIR", "BATS_TMPDIR"])
def test_variables_that_hold_a_temporary_folder(name: str, root: Path) -> None:
    for text, temporary in ((f"${name}", True), (f"${{{name}}}", True), (f"$X{name}X", False)):
        where = scene(root)
        mark = where.sources.mark(Source(VARIABLE, text))
        effect = Effect(effects.DELETE, path=f"/{mark}/x", flags=("anywhere", "recursive"))
        [reach] = places.reaches(effect, where)
        assert (reach.base == "/tmp/…") == temporary


def test_names_of_secrets_are_said() -> None:
    assert set(secret_files.NAMES) == {USER, ENVIRONMENT, SYSTEM, secret_files.TOKEN, POSSIBLE}
    assert len(set(secret_files.NAMES.values())) == 5
