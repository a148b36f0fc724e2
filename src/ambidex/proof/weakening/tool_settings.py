"""Settings of tools that decide what is checked, and which changes of them check less."""

from __future__ import annotations

import re

from ambidex.proof.weakening.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

# Names of files whose settings are read, and how.
_TOML = frozenset(("pyproject.toml", "ruff.toml", ".ruff.toml", "pytest.toml", ".pytest.toml"))
_INI = words(
    "setup.cfg tox.ini pytest.ini .pytest.ini mypy.ini .mypy.ini .coveragerc .flake8 .pylintrc "
    "pylintrc .bandit"
)
_JSON = words(
    "pyrightconfig.json tsconfig.json .eslintrc .eslintrc.json package.json biome.json "
    ".nycrc .nycrc.json stryker.conf.json stryker.config.json jest.config.json"
)

# Lists of what is checked: an entry that goes is less.
_CHECKED = words(
    "select extend-select enable testpaths python_files python_functions python_classes source "
    "source_pkgs files include enable_error_code mutate paths_to_mutate"
)
# Lists of what is left out: an entry that comes is less.
_LEFT_OUT = words(
    "ignore extend-ignore disable per-file-ignores extend-per-file-ignores omit exclude "
    "extend-exclude exclude_lines exclude_also norecursedirs skip skips disable_error_code "
    "collect_ignore do_not_mutate filterwarnings ignorePatterns exclude_dirs tests-exclude "
    "allowed-confusables extend-safe-fixes coveragePathIgnorePatterns testPathIgnorePatterns "
    "test-path-ignore-patterns deselect unfixable-exclude per_file_ignores ignore_patterns "
    "ignore-paths collect_ignore_glob"
)
_LOWER_IS_LESS = words(
    "fail_under fail-under branches functions lines statements break high min_coverage "
    "min-coverage minimum threshold python_version_min"
)
_HIGHER_IS_LESS = words(
    "max-complexity max_complexity max-args max-branches max-statements max-returns "
    "max-locals max-line-length line-length timeout reruns retries max-nested-blocks "
    "max-public-methods max-positional-arguments"
)
_LAYOUT = frozenset(("max-line-length", "line-length"))
# True checks more.
_STRICT = words(
    "strict xfail_strict strict_config strict_markers branch warn_unreachable warn_unused_ignores "
    "warn_return_any warn_redundant_casts warn_unused_configs disallow_untyped_defs "
    "disallow_incomplete_defs disallow_untyped_calls disallow_any_generics "
    "disallow_subclassing_any disallow_untyped_decorators disallow_any_explicit "
    "check_untyped_defs no_implicit_optional no_implicit_reexport strict_equality "
    "strict_optional extra_checks noImplicitAny strictNullChecks strictFunctionTypes "
    "noUnusedLocals noUnusedParameters noImplicitReturns noFallthroughCasesInSwitch "
    "noUncheckedIndexedAccess alwaysStrict useUnknownInCatchVariables exactOptionalPropertyTypes "
    "checkJs strictPropertyInitialization strictBindCallApply warn_no_return"
)
# True checks less.
_LAX = words(
    "ignore_errors ignore_missing_imports allow_untyped_defs allow_untyped_calls "
    "allow_any_generics allow_redefinition skipLibCheck disable_all exit-zero exit_zero "
    "implicit_optional allow_untyped_globals skip_covered_fail implicit_reexport "
    "allowUnreachableCode allowUnusedLabels passWithNoTests follow_imports_for_stubs"
)
_SCALES = {
    "typeCheckingMode": ("strict", "standard", "basic", "off"),
    "follow_imports": ("normal", "silent", "skip", "error"),
}
_LEVELS = ("error", "warning", "warn", "information", "info", "none", "off")
# Sections whose settings say nothing about what is checked.
_ELSEWHERE = ("project", "build-system", "dependency-groups", "metadata", "options")
_FLAGS = re.compile(
    r"(?:^|\s)(--ignore(?:-glob)?[= ]\S+|--deselect[= ]\S+|-k[= ]?(?:\"[^\"]*\"|'[^']*'|\S+)|"
    r"-m[= ]?(?:\"[^\"]*\"|'[^']*'|\S+)|-p[= ]?no:\S+|--no-cov\b|--no-strict\S*|"
    r"--disable-warnings|--noconftest|--exitfirst|-x\b|--maxfail[= ]\S+|"
    r"--lf\b|--last-failed\b|--ff\b|--sw\b|--reruns[= ]\S+|-W[= ]?ignore\S*|"
    r"--continue-on-collection-errors|--suppress-no-test-exit-code|--exit-zero|"
    r"--passWithNoTests|--testPathIgnorePatterns[= ]\S+|--testNamePattern[= ]\S+|"
    r"--ignore-missing-imports|--no-strict-optional|--max-warnings[= ]\S+)"
)
_GUARDS = re.compile(r"--(?:strict-markers|strict-config|strict|cov-fail-under[= ]\d+|runxfail)\b")
_FAIL_UNDER = re.compile(r"--(?:cov-)?fail-under[= ](\d+(?:\.\d+)?)")


class Loosened:
    """One setting that checks less now.

    Attributes:
        setting: its name with its sections, dotted.
        what: what changed, a clause.
        before: the value as it was, `""` where there was none.
        after: the value as it is, `""` where there is none.
        sure: False where a person may well see it otherwise.
    """

    __slots__ = ("after", "before", "setting", "sure", "what")

    def __init__(
        self, setting: str, what: str, before: str = "", after: str = "", *, sure: bool = True
    ) -> None:
        self.setting = setting
        self.what = what
        self.before = before
        self.after = after
        self.sure = sure


def is_concerned(path: str) -> bool:
    """Whether the file at `path` holds settings that are read here."""
    name = path.rpartition("/")[2]
    return name in _TOML or name in _INI or name in _JSON or bool(_by_name(name))


def _by_name(name: str) -> str:
    if name.startswith(("eslint.config.", ".eslintrc.")):
        return "eslint"
    if name.startswith(("jest.config.", "vitest.config.", "vite.config.", "karma.conf.")):
        return "script"
    if name.startswith("tsconfig") and name.endswith(".json"):
        return "json"
    if name in ("Makefile", "noxfile.py", "justfile", "Taskfile.yml", ".pre-commit-config.yaml"):
        return "script"
    return ""


def loosened(path: str, before: str, after: str) -> list[Loosened]:
    """What a changed file of settings checks less than before.

    A file that can't be read as what it should be counts as unchanged: its tool will say so.
    """
    name = path.rpartition("/")[2]
    kind = _by_name(name)
    if kind in ("eslint", "script"):
        return list(_scripts(before, after))
    try:
        was, now = _read(name, before), _read(name, after)
    except ValueError:
        return []
    if name == "package.json":
        was, now = _of_package(was), _of_package(now)
    if name == "pyproject.toml":
        was, now = was.get("tool", {}), now.get("tool", {})
    return list(_compared(was, now, ()))


def _read(name: str, text: str) -> dict[str, Any]:
    if name in _TOML:
        import tomllib

        return tomllib.loads(text)
    if name in _INI:
        import configparser

        parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        try:
            parser.read_string(text)
        except configparser.Error as error:
            raise ValueError(str(error)) from error
        return {section: dict(parser[section]) for section in parser.sections()}
    import json

    cleaned = re.sub(r"(?m)^\s*//[^\n]*$", "", text) or "{}"
    value = json.loads(re.sub(r",(\s*[}\]])", r"\1", cleaned))
    return value if isinstance(value, dict) else {}


def _of_package(data: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("jest", "eslintConfig", "nyc", "c8", "mocha", "scripts", "vitest", "stryker")
    return {key: data[key] for key in wanted if key in data}


def _compared(
    before: Mapping[str, Any], after: Mapping[str, Any], where: tuple[str, ...]
) -> Iterator[Loosened]:
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was == now or (not where and key in _ELSEWHERE):
            continue
        place = (*where, str(key))
        if where and where[-1] in ("per-file-ignores", "extend-per-file-ignores"):
            yield from _list("ignore", was, now, place)
        elif where and where[-1] == "rules":
            yield from _level(was, now, place)
        elif isinstance(was, dict) or isinstance(now, dict):
            one = was if isinstance(was, dict) else {}
            other = now if isinstance(now, dict) else {}
            yield from _compared(one, other, place)
        elif isinstance(was, list) and isinstance(now, list) and key == "overrides":
            yield from _overrides(was, now, place)
        elif isinstance(now, list) and was is None and key == "overrides":
            yield from _overrides([], now, place)
        else:
            yield from _setting(str(key), was, now, place)


def _overrides(was: list[Any], now: list[Any], place: tuple[str, ...]) -> Iterator[Loosened]:
    """Tables for some modules, such as mypy's: every one that is new or has changed."""
    for entry in now:
        if entry in was or not isinstance(entry, dict):
            continue
        module = str(entry.get("module") or entry.get("files") or "")
        earlier = next(
            (e for e in was if isinstance(e, dict) and str(e.get("module")) == module), {}
        )
        yield from _compared(earlier, entry, (*place, module))


def _setting(key: str, was: Any, now: Any, place: tuple[str, ...]) -> Iterator[Loosened]:
    name = ".".join(place)
    if key in ("addopts", "test", "lint", "args", "commands", "type-check", "typecheck"):
        yield from _options(str(_joined(was)), str(_joined(now)), name)
    elif key in _LEFT_OUT or (key in _CHECKED and isinstance(was or now, (list, str))):
        yield from _list(key, was, now, place)
    elif key in _LOWER_IS_LESS:
        old, new = _number(was), _number(now)
        if old is not None and (new is None or new < old):
            yield Loosened(name, "the threshold is lower", _shown(was), _shown(now))
    elif key in _HIGHER_IS_LESS:
        old, new = _number(was), _number(now)
        if old is not None and (new is None or new > old):
            sure = key not in _LAYOUT and key != "timeout"
            yield Loosened(name, "the limit is higher", _shown(was), _shown(now), sure=sure)
        elif key == "reruns" and old is None and new:
            yield Loosened(name, "failures are repeated until they pass", "", _shown(now))
    elif key in _SCALES:
        scale = _SCALES[key]
        if was in scale and (now not in scale or scale.index(now) > scale.index(was)):
            yield Loosened(name, "it is less strict", _shown(was), _shown(now))
    else:
        yield from _switch(key, was, now, name)


def _switch(key: str, was: Any, now: Any, name: str) -> Iterator[Loosened]:
    old, new = _truth(was), _truth(now)
    plain = key.replace("-", "_")
    if key in _STRICT or plain in _STRICT:
        if (old and not new) or (was is None and now is not None and not new):
            yield Loosened(name, "a check is off", _shown(was), _shown(now))
    elif key in _LAX or plain in _LAX:
        if new and not old:
            # Packages without types are common; a whole module without errors is not.
            sure = plain not in ("ignore_missing_imports", "skipLibCheck")
            yield Loosened(name, "errors are ignored", _shown(was), _shown(now), sure=sure)
    elif key.startswith("report") and isinstance(now, (str, bool)):
        yield from _level(was, now, (name,))


def _level(was: Any, now: Any, place: tuple[str, ...]) -> Iterator[Loosened]:
    """A rule with a level: `error`, `warn`, `off`, 2, 1, 0, or a list that begins with one."""
    old, new = _strength(was), _strength(now)
    if new is not None and (new < old if old is not None else new == 0):
        name = ".".join(place)
        yield Loosened(name, "the rule is off or weaker", _shown(was), _shown(now))


def _strength(value: Any) -> int | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return 2 if value else 0
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value in _LEVELS:
        return 2 if value == "error" else 0 if value in ("off", "none") else 1
    return None


def _list(key: str, was: Any, now: Any, place: tuple[str, ...]) -> Iterator[Loosened]:
    name = ".".join(place)
    old, new = _entries(was), _entries(now)
    if key in _CHECKED:
        # Nothing named means everything, or a tool's own choice.
        if not old and new and key in ("testpaths", "files", "include"):
            yield Loosened(name, "only this is looked at now", "", ", ".join(new), sure=False)
        gone = [entry for entry in old if entry not in new and not _covered(entry, new)]
        if gone and (new or key not in ("testpaths", "files", "include", "source")):
            yield Loosened(name, "no longer checked", ", ".join(gone), ", ".join(new))
        return
    fresh = [entry for entry in new if entry not in old and not _covered(entry, old)]
    if key == "filterwarnings":
        fresh = [entry for entry in fresh if entry.startswith(("ignore", "default", "once"))]
        strict = [entry for entry in old if entry.startswith("error") and entry not in new]
        if strict:
            yield Loosened(name, "warnings no longer fail", ", ".join(strict), ", ".join(new))
        if fresh:
            yield Loosened(name, "warnings are ignored", "", ", ".join(fresh), sure=False)
        return
    if fresh:
        layout = key in ("ignore", "extend-ignore") and all(map(_is_layout, fresh))
        yield Loosened(name, "left out now", "", ", ".join(fresh), sure=not layout)


def _is_layout(entry: str) -> bool:
    """Whether a rule of a linter is about spaces, line length or the order of imports."""
    return bool(re.fullmatch(r"(?:E[1235]\d*|W\d*|I\d+|COM\d*|Q\d*|D\d*)", entry))


def _covered(entry: str, entries: list[str]) -> bool:
    """Whether a prefix of a rule's code is among `entries`: `S` covers `S101`, `ALL` all."""
    if "ALL" in entries:
        return True
    return re.fullmatch(r"[A-Z]+\d*", entry) is not None and any(
        entry.startswith(each) and re.fullmatch(r"[A-Z]+\d*", each) for each in entries
    )


def _entries(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[\n,]|\s{1,}(?=\S)", value) if part.strip()]
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, dict):
        return [f"{key}: {each}" for key, each in value.items()]
    return [str(value)]


def _options(was: str, now: str, name: str) -> Iterator[Loosened]:
    for flag in _FLAGS.findall(now):
        if flag not in was:
            yield Loosened(name, "less is run", was[:120], flag)
    for flag in _GUARDS.findall(was):
        if flag not in now and "fail-under" not in flag:
            yield Loosened(name, "a check is gone", flag, now[:120])
    old, new = _FAIL_UNDER.search(was), _FAIL_UNDER.search(now)
    if old and (new is None or float(new[1]) < float(old[1])):
        yield Loosened(name, "the threshold is lower", old[0], new[0] if new else "")
    if re.search(r"\|\|\s*true\b|\bexit 0\b", now) and not re.search(r"\|\|\s*true\b", was):
        yield Loosened(name, "failures do not count", "", now[:120])


def _scripts(before: str, after: str) -> Iterator[Loosened]:
    """Settings in a language: single lines that are new and of a known form."""
    known = {line.strip() for line in before.splitlines()}
    lines = [line.strip() for line in after.splitlines()]
    for line in lines:
        if line in known or line.startswith(("//", "#")):
            continue
        off = re.search(r"[\"']?([\w@/-]+)[\"']?\s*:\s*\[?\s*(?:[\"'](?:off|warn)[\"']|0\b)", line)
        if off:
            yield Loosened(off[1], "the rule is off or weaker", "", line)
        elif re.search(r"[iI]gnore(?:s|Patterns)?\s*:|\bexclude\s*:|testPathIgnore", line):
            yield Loosened("ignores", "left out now", "", line)
        elif re.search(r"\|\|\s*true\b|--exit-zero|passWithNoTests|--passWithNoTests", line):
            yield Loosened("command", "failures do not count", "", line)
        else:
            flags = _FLAGS.findall(line) if "pytest" in line else []
            if flags:
                yield Loosened("pytest", "less is run", "", line)
    for key, old in _numbers(before):
        new = dict(_numbers(after)).get(key)
        if new is not None and new < old and key in _LOWER_IS_LESS:
            yield Loosened(key, "the threshold is lower", str(old), str(new))


def _numbers(text: str) -> list[tuple[str, float]]:
    found = re.findall(r"\b([\w-]+)[\"']?\s*[:=]\s*(\d+(?:\.\d+)?)\b", text)
    return [(key, float(value)) for key, value in found]


def _joined(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _truth(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:200]
