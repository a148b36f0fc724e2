"""Rules about who may do what with files: modes, owners, attributes, access lists.

Hot path: nothing but places.
"""

from __future__ import annotations

from ambidex.guard import places
from ambidex.guard.effects import ENVIRON, MODE, OWNER
from ambidex.guard.places import (
    HISTORY,
    HOME,
    INSIDE,
    KEPT,
    OUTSIDE,
    PROJECT,
    ROOT,
    SYSTEM,
    TEMPORARY,
)
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _octal(mode: str) -> str:
    """A numeric mode as at least four digits, `""` for another one."""
    digits = mode.lstrip("=+-") if mode[:1] in ("=", "+", "-") else mode
    return digits.rjust(4, "0") if digits and set(digits) <= set("01234567") else ""


def _clauses(mode: str) -> list[tuple[str, str, str]]:
    """Who, operator and permissions of every clause of a symbolic mode."""
    found = []
    for clause in mode.split(","):
        who = ""
        for at, letter in enumerate(clause):
            if letter in "+-=":
                end = at + 1
                while end < len(clause) and clause[end] not in "+-=":
                    end += 1
                found.append((who, letter, clause[at + 1 : end]))
            elif not found or letter in "ugoa":
                who += letter
    return found


def _is_list(mode: str) -> bool:
    return mode.startswith(("acl", "attributes", "as "))


def opens(mode: str) -> bool:
    """Whether a mode lets everybody write."""
    if mode.startswith("acl "):
        entries = mode[4:].split(",")
        return any(
            entry.replace("default:", "")
            .replace("d:", "", 1)
            .startswith(("o:", "other:", "o::", "other::"))
            and "w" in entry.rpartition(":")[2]
            for entry in entries
        )
    if _is_list(mode):
        return False
    octal = _octal(mode)
    if octal:
        return octal[-1] in "2367"
    return any(
        sign in "+=" and "w" in rights and ("o" in who or "a" in who)
        for who, sign, rights in _clauses(mode)
    )


def _locks_out(mode: str) -> bool:
    """Whether a mode takes reading from the owner."""
    if _is_list(mode):
        return False
    octal = _octal(mode)
    if octal:
        return mode[:1] not in "+-" and octal[-3] in "0123"
    return any(
        (
            (sign == "-" and "r" in rights)
            or (sign == "=" and "r" not in rights and not rights.strip("wxXst"))
        )
        and (not who or "u" in who or "a" in who)
        for who, sign, rights in _clauses(mode)
    )


def _open(effect: Effect, scene: Scene) -> str:
    if not opens(effect.action):
        return ""
    for reach in places.reaches(effect, scene):
        if reach.anywhere or places.where(reach.base, scene) not in (TEMPORARY, KEPT):
            return f"{scene.show(effect.path) or 'the project'} made writable for everybody"
    return ""


def _special(effect: Effect, scene: Scene) -> str:
    mode = effect.action
    if _is_list(mode):
        return ""
    octal = _octal(mode)
    special = (
        octal[-4] in "24567"
        if octal
        else any(sign in "+=" and "s" in rights for _, sign, rights in _clauses(mode))
    )
    return f"{scene.show(effect.path)} made to run as its owner or group" if special else ""


def _far(effect: Effect, scene: Scene) -> str:
    """Recursive changes outside the project; any change of the system and of home itself."""
    for reach in places.reaches(effect, scene):
        if reach.anywhere:
            continue
        place = places.where(reach.base, scene)
        if place in (ROOT, SYSTEM) or (place == HOME and not _tightens(effect)):
            return f"changed permissions of {scene.show(effect.path)}: {place}"
        if "recursive" in effect.flags and place == OUTSIDE:
            return f"changed permissions of all in {scene.show(effect.path)}, outside the project"
    return ""


def _locked(effect: Effect, scene: Scene) -> str:
    if effect.kind != MODE or "recursive" not in effect.flags or not _locks_out(effect.action):
        return ""
    for reach in places.reaches(effect, scene):
        if reach.anywhere or places.where(reach.base, scene) in (PROJECT, HISTORY, INSIDE):
            return f"everything in {scene.show(effect.path) or 'the project'} made unreadable"
    return ""


def _tightens(effect: Effect) -> bool:
    """`chmod 600`, `chmod go-rwx`: nobody else gets anything."""
    octal = _octal(effect.action)
    if octal:
        return octal.endswith("00") and octal[0] == "0" and octal[1] in "4567"
    clauses = [] if _is_list(effect.action) else _clauses(effect.action)
    return bool(clauses) and all(
        (sign == "-" and who and set(who) <= set("go")) or set(who) == {"u"}
        for who, sign, _ in clauses
    )


def _outside(effect: Effect, scene: Scene) -> str:
    if "recursive" in effect.flags or _tightens(effect):
        return ""
    for reach in places.reaches(effect, scene):
        if not reach.anywhere and places.where(reach.base, scene) == OUTSIDE:
            return f"changed permissions of {scene.show(effect.path)}, outside the project"
    return ""


def _unprotects(effect: Effect, scene: Scene) -> str:
    if not effect.action.startswith("attributes"):
        return ""
    for word in effect.action.split()[1:]:
        cleared = word.startswith(("nos", "nou")) or word == "0"
        if (word[:1] == "-" and set(word[1:]) & set("ia")) or cleared:
            return f"the protection of {scene.show(effect.path)} against changes taken away"
        if word[:1] == "=" and not set(word[1:]) & set("ia"):
            return f"the protection of {scene.show(effect.path)} against changes taken away"
    return ""


def _immutable(effect: Effect, scene: Scene) -> str:
    if not effect.action.startswith("attributes"):
        return ""
    words = effect.action.split()[1:]
    if any(word[:1] in "+=" and set(word[1:]) & set("iau") for word in words) or any(
        word in ("uchg", "schg", "uimmutable", "simmutable") for word in words
    ):
        return f"{scene.show(effect.path)} made unchangeable, even for its owner"
    return ""


def _mask(effect: Effect, _scene: Scene) -> str:
    octal = _octal(effect.data) if effect.action == "umask" else ""
    opens_all = bool(octal) and not int(octal[-1]) & 2
    return "new files made writable for everybody" if opens_all else ""


RULES = (
    Rule(
        "ambidex.permissions.open-to-all",
        kinds=(MODE,),
        when=_open,
        decision=DENY,
        severity="high",
        protects="files that others must not change",
        why="Every program of every user on the machine can then change what this project runs.",
        instead="Give the owner what is missing, for example `chmod u+rwx` or `chmod 755`.",
        match=(
            "chmod 777 run.sh",
            "chmod -R 777 .",
            "chmod a+w data",
            "chmod o+rw notes.txt",
            "chmod 0666 x",
            "chmod a=rwx run.sh",
            "chmod u+x,o+w run.sh",
            "setfacl -m o::rwx data",
            "chmod --recurs 777 data",
        ),
        not_match=(
            "chmod +x run.sh",
            "chmod 755 run.sh",
            "chmod 600 .env",
            "chmod -R u+rwX,go-w .",
            "chmod o-w notes.txt",
            "chmod 777 /tmp/shared",
            "chmod +w notes.txt",
            "chmod a+x run.sh",
            "setfacl -m u:www-data:rwX data",
        ),
    ),
    Rule(
        "ambidex.permissions.run-as-owner",
        kinds=(MODE,),
        when=_special,
        decision=ASK,
        severity="high",
        protects="the boundary between users",
        why="Whoever starts the file then acts with its owner's rights.",
        instead="Leave set-user and set-group bits to the person.",
        match=(
            "chmod u+s tool",
            "chmod 4755 tool",
            "chmod g+s data",
            "chmod 6755 tool",
            "chmod +s tool",
            "chmod 2775 data",
        ),
        not_match=(
            "chmod 755 tool",
            "chmod 0755 tool",
            "chmod u-s tool",
            "chmod 1755 data",
            "chmod +x tool",
            "chmod u+x tool",
        ),
    ),
    Rule(
        "ambidex.permissions.far",
        kinds=(MODE, OWNER),
        when=_far,
        decision=DENY,
        severity="critical",
        protects="the system's and other projects' permissions",
        why="Programs and logins break in ways that no command undoes.",
        instead="Change permissions of files in the project only.",
        match=(
            "chmod -R 000 /",
            "chmod --rec 755 /etc",
            "chown -R me /usr",
            "chmod 755 ~",
            "chown -R me ~/other",
            "chgrp --recursive staff /var",
            "chmod 644 /etc/passwd",
            "chmod -R u+w ~/other",
        ),
        not_match=(
            "chmod -R u+w .",
            "chown -R me build",
            "chmod 600 ~/.ssh/id_ed25519",
            "chmod 700 ~",
            "chmod -R 755 /tmp/x",
            "chown me notes.txt",
            "ls -l /etc",
        ),
    ),
    Rule(
        "ambidex.permissions.lock-out",
        kinds=(MODE,),
        when=_locked,
        decision=DENY,
        severity="high",
        protects="the project's files",
        why="Nobody can read them any more, and which permissions they had is forgotten.",
        instead="Change the files that need it, one by one.",
        match=(
            "chmod -R 000 .",
            "chmod -R a-r src",
            "chmod -R 000 src",
            "chmod -R -r .",
            "chmod -R u-rwx src",
            "chmod --recursive 0 .",
        ),
        not_match=(
            "chmod -R 755 .",
            "chmod -R go-rwx .",
            "chmod 000 x",
            "chmod -R 644 docs",
            "chmod -R u+rwX src",
            "chmod -R 000 /tmp/x",
        ),
    ),
    Rule(
        "ambidex.permissions.outside",
        kinds=(MODE, OWNER),
        when=_outside,
        decision=ASK,
        severity="medium",
        protects="files outside the project",
        why="They belong to other work.",
        instead="Change permissions of files in the project only.",
        match=(
            "chmod +x ~/bin/tool",
            "chown me ~/other/x",
            "chmod 644 ~/notes.txt",
            "chgrp staff ~/notes.txt",
            "setfacl -m u:x:r ~/notes.txt",
            "chmod g+w ~/other/x",
        ),
        not_match=(
            "chmod +x run.sh",
            "chmod 600 ~/.ssh/config",
            "chmod go-rwx ~/.netrc",
            "chown me x",
            "chmod 700 ~/.ssh",
            "chmod +x /tmp/x",
        ),
    ),
    Rule(
        "ambidex.permissions.unprotect",
        kinds=(MODE,),
        when=_unprotects,
        decision=DENY,
        severity="high",
        protects="files that somebody made unchangeable",
        why="Somebody protected the file on purpose.",
        instead="Ask the person who protected it.",
        match=(
            "chattr -i notes.txt",
            "chattr -R -i .",
            "chattr -ia log",
            "chflags nouchg notes.txt",
            "chflags -R noschg .",
            "chattr = notes.txt",
        ),
        not_match=(
            "chattr +C data",
            "lsattr notes.txt",
            "chattr +i notes.txt",
            "chattr -A data",
            "chflags hidden x",
            "chmod +x x",
        ),
    ),
    Rule(
        "ambidex.permissions.immutable",
        kinds=(MODE,),
        when=_immutable,
        decision=ASK,
        severity="medium",
        protects="files that must stay changeable",
        why="Git and every other program fail on them until somebody finds out why.",
        instead="Protect the path in Ambidex's policy.",
        match=(
            "chattr +i notes.txt",
            "chattr -R +i src",
            "chattr +a log",
            "chflags uchg notes.txt",
            "chattr =i x",
            "chflags schg x",
        ),
        not_match=(
            "chattr -i x",
            "chattr +C data",
            "lsattr x",
            "chflags hidden x",
            "chmod -w x",
            "chattr +A data",
        ),
    ),
    Rule(
        "ambidex.permissions.umask",
        kinds=(ENVIRON,),
        when=_mask,
        decision=ASK,
        severity="medium",
        protects="files that are made later",
        why="Every file that the command makes can then be changed by everybody.",
        instead="Leave the mask as it is.",
        match=("umask 000", "umask 0", "umask 0000", "umask 020", "umask 055", "umask 0005"),
        not_match=("umask", "umask 022", "umask 077", "umask 0002", "umask -S", "umask 027"),
    ),
)
