"""Programs that change files in place: sed and patch.

Hot path: `os` only.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry, listing, put, read_all
from ambidex.guard.programs.sed_script import commands
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _sed(call: Invocation) -> None:
    if asks_help(call):
        call.output = ""
        return
    words = call.arguments
    # BSD's sed takes the suffix as a word of its own: `sed -i '' s/a/b/ file`.
    words = [w for n, w in enumerate(words) if w or n == 0 or words[n - 1] not in ("-i", "-I")]
    given = options.read(
        words,
        valued="efl",
        attached="iI",
        long=("in-place", "quiet", "silent", "regexp-extended", "separate", "null-data", "sandbox"),
        long_valued=("expression", "file", "line-length"),
    )
    scripts = given.all("e", "expression")
    files = given.operands
    for name in given.all("f", "file"):
        read_all(call, [name])
        scripts.append(call.content(call.path(name)) or "")
    if not scripts and not given.has("f", "file") and files:
        scripts, files = files[:1], files[1:]
    in_place = given.has("i", "I", "in-place")
    text = read_all(call, files or ([] if in_place else ["-"]))
    wanted = commands("\n".join(scripts))
    for name in wanted.reads:
        text += read_all(call, [name])
    for line in wanted.runs:
        text += call.script(line or text)
    if wanted.substitutions is not None and is_known(text):
        text = _substituted(text, wanted.substitutions)
    elif not wanted.only_selects:
        text = carry(call, text)
    for name in wanted.writes:
        put(call, name, text)
    if not in_place:
        call.output = text
        return
    call.output = ""
    for word in files:
        put(call, word, text, (), effects.EDIT)
    suffix = given.last("i", "I", "in-place")
    if suffix and is_known(suffix) and "*" not in suffix:
        for word in files:
            put(call, word + suffix, text, ["backup"])


def _substituted(text: str, substitutions: list[tuple[str, str, bool]]) -> str:
    """Plain substitutions, line by line."""
    for old, new, every in substitutions:
        lines = [line.replace(old, new, -1 if every else 1) for line in text.split("\n")]
        text = "\n".join(lines)
    return text


def _patch(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="BdDFgioprVYz",
        long=("dry-run", "force", "reverse", "batch", "forward", "binary", "backup", "verbose"),
        long_valued=(
            *("directory", "fuzz", "input", "output", "strip", "reject-file", "get", "prefix"),
            *("ifdef", "basename-prefix", "suffix", "version-control", "reject-format"),
        ),
    )
    folder = given.last("d", "directory") or "."
    name = given.last("i", "input") or (given.operands[1] if len(given.operands) > 1 else "")
    data = read_all(call, [name] if name else ["-"])
    if given.has("dry-run", "C", "check"):
        return
    target = given.last("o", "output")
    if target:
        put(call, target, data)
        return
    if given.operands:
        words = given.operands[:1]
    else:
        words = _patched(call, data, given.last("p", "strip"))
    for word in words or [listing(call, [folder], "the patched files")]:
        path = word if word.startswith("/") or folder == "." else f"{folder}/{word}"
        put(call, path, data, (), effects.EDIT)
    if given.last("r", "reject-file"):
        put(call, given.last("r", "reject-file"), data)


def _patched(call: Invocation, data: str, strip: str) -> list[str]:
    """The files that a patch names, where the patch is known."""
    if not is_known(data):
        paths = [path for source in call.sources(data) for path in source.paths]
        data = "".join(call.content(path) or "" for path in paths[:3])
        if not is_known(data):
            return []
    levels = int(strip) if strip.isdigit() else None
    found: list[str] = []
    for line in data.splitlines():
        if not line.startswith(("--- ", "+++ ")):
            continue
        name = line[4:].split("\t")[0].strip()
        if name == "/dev/null":
            continue
        parts = name.split("/")
        # Without -p patch takes the base name if the whole one does not exist: both are meant.
        name = "/".join(parts[levels:]) if levels is not None and levels < len(parts) else name
        if levels is None and parts[0] in ("a", "b"):
            name = "/".join(parts[1:])
        if name and name not in found:
            found.append(name)
    return found


MODELS = {"sed": _sed, "gsed": _sed, "patch": _patch, "gpatch": _patch}
