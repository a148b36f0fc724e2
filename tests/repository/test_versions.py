"""One version, wherever it stands, and a change log that knows it."""

from __future__ import annotations

import json
import re

from ambidex import __version__
from testing.checkout import read

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
SEMANTIC = r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?"


def test_the_version_is_a_semantic_one() -> None:
    assert re.fullmatch(SEMANTIC, __version__)


def test_the_manifests_of_the_plugin_have_the_packages_version() -> None:
    assert json.loads(read(".claude-plugin/plugin.json"))["version"] == __version__
    entries = json.loads(read(".claude-plugin/marketplace.json"))["plugins"]
    assert [(one["name"], one["version"]) for one in entries] == [("ambidex", __version__)]


def test_the_change_log_has_this_version_or_what_is_unreleased() -> None:
    releases = re.findall(r"^## \[([^]]+)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert releases
    assert {"Unreleased", __version__} & set(releases)


def problems(log: str) -> list[str]:
    """Where a change log differs from Keep a Changelog."""
    found = [] if log.startswith("# Changelog\n") else ["it begins with another heading"]
    dates: list[str] = []
    entries = 0
    for line in log.splitlines():
        if line.startswith("## "):
            match = re.fullmatch(
                rf"## \[(?:Unreleased|{SEMANTIC}\] - (\d{{4}}-\d\d-\d\d)|Unreleased)\]?", line
            )
            if match is None:
                found.append(f"no release: {line}")
            elif match[1]:
                dates.append(match[1])
        elif line.startswith("### ") and line[4:] not in KINDS:
            found.append(f"no kind of change: {line}")
        elif line.startswith("- "):
            entries += 1
    if dates != sorted(dates, reverse=True):
        found.append("the newest release is not the first")
    return found if entries else [*found, "it has no entry"]


def test_the_change_log_keeps_its_form() -> None:
    assert problems(read("CHANGELOG.md")) == []


def test_a_change_log_of_another_form_is_noticed() -> None:
    bad = "# Changelog\n## 1.0\n### New\n## [1.0.0] - 2020-01-01\n## [1.1.0] - 2021-01-01\n"
    assert problems(bad) == [
        "no release: ## 1.0",
        "no kind of change: ### New",
        "the newest release is not the first",
        "it has no entry",
    ]
