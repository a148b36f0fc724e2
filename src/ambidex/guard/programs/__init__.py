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
    "removing": (
        *("rm", "grm", "rmdir", "unlink", "rimraf", "del-cli", "shred", "gshred", "srm"),
        *("wipe", "trash", "trash-put", "gio", "truncate"),
    ),
    "copying": (
        *("cp", "gcp", "mv", "gmv", "install", "ginstall", "ln", "gln", "link", "mkdir"),
        *("touch", "mktemp", "tee", "sponge", "dd", "gdd", "split", "csplit", "fallocate"),
        *("ditto", "exch", "mkfifo", "mknod"),
    ),
    "syncing": ("rsync", "grsync"),
    "reading": (
        *("cat", "bat", "batcat", "tac", "nl", "head", "tail", "most", "od", "hexdump"),
        *("hd", "strings", "paste", "join", "fmt", "fold", "column", "expand", "unexpand"),
        *("pr", "comm", "diff", "sdiff", "colordiff", "cmp", "wc", "look", "tsort"),
        *("iconv", "zdiff", "md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum"),
        *("sha512sum", "b2sum", "cksum", "sum", "b3sum", "md5", "shasum", "less", "more"),
        *("sort", "gsort", "shuf", "uniq", "xxd", "basename", "dirname", "realpath"),
        *("readlink", "grealpath", "greadlink", "stat", "file", "du", "df", "lsattr"),
        *("getfacl", "namei", "gstat"),
    ),
    "searching": (
        *("grep", "egrep", "fgrep", "ggrep", "zgrep", "rg", "ripgrep", "ag", "ack", "jq"),
        *("gojq", "yq"),
    ),
    "decoding": (
        *("tr", "gtr", "rev", "cut", "gcut", "base64", "gbase64", "base32", "basenc"),
        *("openssl",),
    ),
    "editing": ("sed", "gsed", "patch", "gpatch"),
    "tar": ("tar", "gtar", "bsdtar"),
    "archives": (
        *("gzip", "gunzip", "pigz", "unpigz", "bzip2", "bunzip2", "pbzip2", "xz", "unxz"),
        *("lzma", "unlzma", "zstd", "unzstd", "zstdmt", "lz4", "unlz4", "compress"),
        *("uncompress", "brotli", "lzip", "lzop", "zcat", "gzcat", "bzcat", "xzcat"),
        *("zstdcat", "lzcat", "zless", "zmore", "zip", "unzip", "7z", "7za", "7zr", "7zz"),
        *("rar", "unrar", "ar", "cpio", "pax", "unar"),
    ),
    "finding": (
        *("find", "gfind", "fd", "fdfind", "ls", "gls", "dir", "vdir", "exa", "eza", "lsd"),
        *("tree", "locate", "plocate", "mlocate", "mdfind"),
    ),
    "modes": (
        *("chmod", "gchmod", "chown", "gchown", "chgrp", "lchown", "chattr", "chflags"),
        *("setfacl", "xattr", "setfattr", "umask"),
    ),
    "disks": (
        *("mkfs", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs"),
        *("mkfs.vfat", "mkfs.fat", "mkfs.ntfs", "mkfs.exfat", "mkfs.f2fs", "mkfs.minix"),
        *("mkfs.msdos", "mkfs.jfs", "mkfs.reiserfs", "mkfs.bfs", "mkfs.cramfs"),
        *("mkfs.erofs", "mkfs.nilfs2", "mkfs.udf", "mkfs.bcachefs", "mkfs.gfs2"),
        *("mkfs.ocfs2", "mkfs.squashfs", "mkfs.ubifs", "mkfs.jffs2", "mkfs.hfsplus"),
        *("mkfs.zfs", "mke2fs", "mkdosfs", "mkntfs", "mkswap", "mkexfatfs", "mkreiserfs"),
        *("newfs", "newfs_apfs", "newfs_hfs", "newfs_msdos", "newfs_exfat", "fdisk"),
        *("sfdisk", "sgdisk", "gdisk", "cgdisk", "cfdisk", "wipefs", "blkdiscard"),
        *("badblocks", "parted", "gparted", "hdparm", "zpool", "zfs", "cryptsetup", "nvme"),
        *("diskutil", "btrfs", "lvm", "lvremove", "vgremove", "pvremove", "lvreduce"),
        *("vgreduce", "pvcreate", "vgcreate", "vgsplit", "vgmerge", "lvconvert"),
        *("lvresize", "mdadm", "mount", "umount", "unmount", "swapon", "swapoff"),
    ),
    "system": (
        *("shutdown", "reboot", "halt", "poweroff", "init", "telinit", "systemctl"),
        *("service", "rc-service", "initctl", "sv", "supervisorctl", "pm2", "update-rc.d"),
        *("chkconfig", "launchctl", "crontab", "at", "batch", "atrm", "iptables"),
        *("ip6tables", "iptables-restore", "ip6tables-restore", "nft", "ufw"),
        *("firewall-cmd", "pfctl", "iptables-legacy", "iptables-nft", "ebtables"),
        *("arptables", "sysctl", "modprobe", "insmod", "rmmod", "kextload", "kextunload"),
        *("kldload", "useradd", "userdel", "usermod", "adduser", "deluser", "groupadd"),
        *("groupdel", "groupmod", "addgroup", "delgroup", "passwd", "chpasswd", "visudo"),
        *("vipw", "vigr", "gpasswd", "chage", "chsh", "chfn", "newusers", "dscl"),
        *("sysadminctl", "ip", "ifconfig", "route", "nmcli", "networksetup", "ifdown"),
        *("ifup", "tc", "hostnamectl", "timedatectl", "localectl", "loginctl", "hostname"),
        *("date", "hwclock", "scutil", "systemsetup", "update-grub", "grub-install"),
        *("grub2-install", "grub-mkconfig", "grub2-mkconfig", "efibootmgr"),
        *("update-initramfs", "mkinitcpio", "dracut", "kexec", "nvram", "bless", "csrutil"),
        *("spctl", "bcdedit"),
    ),
    "processes": ("kill", "skill", "pkill", "killall", "killall5", "xkill", "fuser"),
    "formatters": (
        *("black", "isort", "yapf", "autopep8", "autoflake", "pyupgrade", "2to3"),
        *("docformatter", "prettier", "eslint", "stylelint", "standard", "xo", "tslint"),
        *("markdownlint", "markdownlint-cli2", "codespell", "gofmt", "goimports"),
        *("gofumpt", "rustfmt", "clang-format", "shfmt", "google-java-format", "ktlint"),
        *("rubocop", "standardrb", "swiftformat", "buildifier", "dos2unix", "unix2dos"),
        *("djlint", "nbstripout", "sd", "rename", "prename", "perl-rename", "ruff"),
        *("biome", "sqlfluff", "dprint", "buf", "php-cs-fixer", "ast-grep", "jupyter"),
        *("cc", "gcc", "g++", "clang", "clang++", "ld", "rustc", "pandoc", "dot", "protoc"),
        *("swiftc", "gfortran", "ghc", "nvcc", "ocamlc", "ocamlopt", "tcc", "gnatmake"),
        *("dmd", "clang-cl", "icc", "icx", "gdc", "ldc2", "fpc", "emcc", "as", "nasm"),
        *("objcopy", "xmllint", "xsltproc", "esbuild", "sass", "lessc", "typst", "comby"),
        *("rpl", "mmv", "crudini"),
    ),
    "shells": (
        *("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish", "rbash", "ksh93"),
        *("yash", "csh", "tcsh", "xonsh", "nu"),
    ),
    "git": (
        *("git", "git-reset", "git-clean", "git-push", "git-checkout", "git-restore"),
        *("git-lfs", "git-filter-branch", "git-filter-repo", "git-commit", "git-apply"),
        *("git-am", "git-rm", "git-update-ref", "git-stash", "git-branch"),
        *("git-send-email",),
    ),
    "version_control": ("hg", "svn", "jj"),
    "hosting": ("gh", "glab", "hub", "tea"),
    "deploying": (
        *("vercel", "netlify", "fly", "heroku", "firebase", "wrangler", "serverless"),
        *("railway", "render", "amplify", "ampx", "surge", "gh-pages", "cap", "kamal"),
        *("dokku", "eb", "copilot", "skaffold", "supabase", "convex", "eas", "fastlane"),
        *("appwrite", "dep", "shipit", "sst", "zappa", "chalice", "clever", "deployctl"),
        *("gigalixir", "convox", "nixops", "mkdocs", "mike", "ansible-playbook"),
        *("ansible-pull", "flyctl", "now", "vc", "ntl", "sls", "wrangler2"),
    ),
    "packages": (
        *("pip", "pip3", "pip2", "uv", "uvx", "pipx", "conda", "mamba", "micromamba"),
        *("npm", "yarn", "pnpm", "bun", "apt", "apt-get", "aptitude", "dpkg", "yum", "dnf"),
        *("zypper", "apk", "brew", "port", "snap", "flatpak", "nix-collect-garbage"),
        *("choco", "winget", "scoop", "pacman", "yay", "rpm"),
    ),
    "publishing": (
        *("twine", "flit", "poetry", "hatch", "pdm", "maturin", "rye", "cargo"),
        *("cargo-release", "gem", "mvn", "mvnw", "sbt", "dotnet", "nuget", "vsce", "ovsx"),
        *("pod", "anaconda", "goreleaser", "semantic-release", "release-it", "lerna"),
        *("changeset", "np", "stack", "cabal", "dart", "flutter", "jsr", "snapcraft"),
        *("luarocks", "conan", "puppet", "clojars", "lein", "opam", "melos"),
        *("huggingface-cli", "hf", "web-ext", "ansible-galaxy", "gradle", "gradlew"),
    ),
    "own": ("ambidex", "claude"),
    "hook_managers": ("pre-commit", "prek", "husky", "lefthook", "overcommit", "simple-git-hooks"),
    "prefixes": (
        *("arch", "caffeinate", "catchsegv", "ccache", "cgexec", "chpst", "chronic"),
        *("chrt", "cpulimit", "daemonize", "dbus-launch", "dbus-run-session", "doas"),
        *("dumb-init", "eatmydata", "env", "fakeroot", "faketime", "firejail", "genv"),
        *("gosu", "gtime", "gtimeout", "ifne", "ionice", "linux32", "linux64", "ltrace"),
        *("nice", "nohup", "nsenter", "numactl", "pkexec", "prlimit", "proot"),
        *("proxychains", "proxychains4", "retry", "rlwrap", "runuser", "sccache"),
        *("setarch", "setpriv", "setsid", "sg", "softlimit", "ssh-agent", "stdbuf"),
        *("strace", "su", "su-exec", "sudo", "systemd-inhibit", "systemd-run", "taskset"),
        *("time", "timeout", "tini", "torsocks", "tsocks", "unbuffer", "unshare"),
        *("valgrind", "winpty", "xvfb-run"),
    ),
    "batches": ("entr", "flock", "gxargs", "parallel", "script", "watch", "xargs"),
    "remote": ("autossh", "bwrap", "chroot", "mosh", "screen", "ssh", "sshpass", "tmux"),
    "runners": (
        *("asdf", "bmake", "bundle", "bunx", "busybox", "capsh", "cmd", "cmd.exe"),
        *("direnv", "dotenvx", "expect", "gdb", "gmake", "hyperfine", "lldb", "make"),
        *("mise", "npx", "perf", "pipenv", "pixi", "pnpx", "pyenv", "rbenv", "run-parts"),
        *("start-stop-daemon", "toybox", "wsl", "wsl.exe", "nix-shell"),
    ),
    "editors": (
        *("ed", "emacs", "emacsclient", "ex", "exim", "fzf", "gvim", "helix", "hx", "joe"),
        *("kak", "man", "mcedit", "micro", "nano", "nvim", "pico", "red", "sk", "vi"),
        *("view", "vim", "vimdiff"),
    ),
    "interpreters": (
        *("awk", "gawk", "ipython", "irb", "jruby", "lua", "lua5.3", "lua5.4", "luajit"),
        *("mawk", "nawk", "node", "nodejs", "osascript", "perl", "php", "php-cgi"),
        *("powershell", "powershell.exe", "pwsh", "pwsh.exe", "pypy", "pypy3", "python"),
        *("python2", "python2.7", "python3", "python3.10", "python3.11", "python3.12"),
        *("python3.13", "python3.14", "python3.15", "python3.6", "python3.7", "python3.8"),
        *("python3.9", "r", "rscript", "ruby", "tclsh", "ts-node", "tsx", "deno"),
    ),
    "curl": ("curl", "curl.exe", "curlie"),
    "http": (
        *("wget", "wget2", "http", "https", "xh", "xhs", "aria2c", "lynx", "w3m", "links"),
        *("elinks", "grpcurl", "fetch", "axel", "lwp-request", "lwp-download"),
    ),
    "sockets": (
        *("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet"),
        *("websocat", "wscat", "nmap", "masscan"),
    ),
    "transfer": (
        *("scp", "sftp", "ftp", "lftp", "rclone", "s3cmd", "s5cmd", "mc", "croc"),
        *("wormhole", "magic-wormhole", "ffsend", "ngrok", "cloudflared", "bore", "lt"),
        *("localtunnel", "mail", "mailx", "mutt", "sendmail", "msmtp", "swaks", "dig"),
        *("nslookup", "host", "drill", "ping", "whois"),
    ),
    "containers": (
        *("docker", "podman", "nerdctl", "docker-compose", "podman-compose", "skopeo"),
        *("crane", "regctl", "oras", "buildah"),
    ),
    "clusters": (
        *("kubectl", "oc", "k", "kubecolor", "microk8s.kubectl", "helm", "kind"),
        *("minikube", "k3d", "colima", "argocd", "flux", "eksctl", "etcdctl", "consul"),
        *("nomad",),
    ),
    "cloud": (
        *("aws", "gcloud", "gsutil", "bq", "az", "doctl", "hcloud", "linode-cli", "oci"),
        *("ibmcloud", "aliyun", "cf", "auth0", "okta", "stripe", "pscale", "neonctl"),
        *("neon", "turso", "atlas", "mongocli", "databricks", "snow", "confluent", "scw"),
        *("vultr-cli", "exo", "openstack", "azd", "twilio", "sentry-cli", "launchdarkly"),
        *("ldcli", "upcloud", "yc", "nhost", "cloudflare", "flarectl", "tailscale"),
        *("contentful", "shopify"),
    ),
    "infrastructure": (
        *("terraform", "tofu", "terragrunt", "pulumi", "cdk", "cdktf", "sam", "kops"),
        *("ansible", "ansible-vault", "sops", "vagrant", "virsh", "vboxmanage"),
        *("multipass", "lxc", "incus", "qm"),
    ),
    "databases": (
        *("psql", "pgcli", "usql", "mysql", "mariadb", "mycli", "sqlite3", "sqlite"),
        *("duckdb", "litecli", "clickhouse-client", "clickhouse", "cqlsh", "influx"),
        *("sqlcmd", "snowsql", "cypher-shell", "trino", "presto", "beeline", "hive"),
        *("isql", "redis-cli", "valkey-cli", "keydb-cli", "mongosh", "mongo", "dropdb"),
        *("dropuser", "pg_dropcluster", "mysqladmin", "pg_restore", "mongorestore"),
        *("pg_dump", "pg_dumpall", "mysqldump", "mongodump", "pg_resetwal"),
    ),
    "migrations": (
        *("prisma", "rails", "rake", "alembic", "flask", "artisan", "knex", "sequelize"),
        *("typeorm", "mix", "diesel", "sqlx", "dbmate", "migrate", "goose", "flyway"),
        *("liquibase", "django-admin", "drizzle-kit", "mikro-orm", "atlas-cli", "hasura"),
        *("sequelize-cli", "manage.py"),
    ),
    "keepers": (
        *("vault", "bao", "op", "bw", "lpass", "rbw", "dcli", "pass", "gopass", "gpg"),
        *("gpg2", "security", "secret-tool", "keyring", "kwallet-query", "aws-vault"),
        *("doppler", "infisical", "chamber", "printenv", "ssh-keygen"),
    ),
    "outputs": (
        *("pytest", "py.test", "pytest-watch", "ptw", "jest", "vitest", "ava", "tap", "c8"),
        *("nyc", "insta", "snaptest", "convert", "magick", "ffmpeg", "sphinx-build"),
        *("inkscape", "venv", "virtualenv", "coverage", "toml", "dasel"),
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
