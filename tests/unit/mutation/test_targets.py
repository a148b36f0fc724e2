"""Which functions count as changed, and as new."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.mutation import targets
from ambidex.mutation.targets import MODIFIED, MODULE, NEW
from ambidex.policy.defaults import DEFAULTS
from testing.python_project import Repository

SHOP = '''"""Prices."""

LIMIT = 10


def half(price):
    """Half of it."""
    return price // 2


class Cart:
    kind = "cart"

    @property
    def total(self):
        return self._total

    @total.setter
    def total(self, value):
        self._total = value

    def add(self, price):
        def rounded():
            return round(price)

        self._total += rounded()
'''


def changed(folder: Path, before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """Kind of each function that counts as changed, by `path::qualname`."""
    repository = Repository(folder, before)
    for name in before.keys() - after.keys():
        (repository.path / name).unlink()
    repository.write(after)
    return {
        f"{module.path}::{target.qualname}": target.kind
        for module in targets.changed(repository.subject())
        for target in module.targets
    }


def edited(folder: Path, *edits: tuple[str, str]) -> dict[str, str]:
    text = SHOP
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = changed(folder, {"src/shop.py": SHOP}, {"src/shop.py": text})
    return {name.partition("::")[2]: kind for name, kind in found.items()}


def test_a_changed_body_is_a_modified_function(folder: Path) -> None:
    assert edited(folder, ("price // 2", "price / 2")) == {"half": MODIFIED}


def test_an_added_function_is_new(folder: Path) -> None:
    added = "LIMIT = 10\n\n\ndef double(price):\n    return price * 2\n"
    assert edited(folder, ("LIMIT = 10\n", added)) == {"double": NEW}


def test_a_renamed_function_is_new(folder: Path) -> None:
    assert edited(folder, ("def half", "def halved")) == {"halved": NEW}


def test_comments_docstrings_and_format_change_nothing(folder: Path) -> None:
    edits = (
        ("Half of it.", "One of two halves."),
        ("price // 2", "(  # down\n        price // 2\n    )"),
    )
    assert edited(folder, *edits) == {}


def test_code_outside_of_functions_counts_where_it_is_new(folder: Path) -> None:
    assert edited(folder, ("LIMIT = 10", "LIMIT = 11")) == {"<module>": MODULE}


def test_a_change_in_a_nested_function_is_one_of_both(folder: Path) -> None:
    expected = {"Cart.add": MODIFIED, "Cart.add.<locals>.rounded": MODIFIED}
    assert edited(folder, ("round(price)", "int(price)")) == expected


@pytest.mark.parametrize("line", ["return self._total", "self._total = value"])
def test_a_getter_and_its_setter_are_one_function(folder: Path, line: str) -> None:
    assert edited(folder, (f"{line}\n", f"{line} or 1\n")) == {"Cart.total": MODIFIED}


def test_a_moved_function_has_not_changed(folder: Path) -> None:
    half = 'def half(price):\n    """Half of it."""\n    return price // 2\n'
    found = changed(
        folder,
        {"src/shop.py": SHOP, "src/tools.py": "import os\n"},
        {"src/shop.py": SHOP.replace(half, ""), "src/tools.py": f"import os\n\n\n{half}"},
    )
    assert found == {}


def test_a_renamed_file_has_not_changed(folder: Path) -> None:
    before = {"src/shop.py": SHOP}
    assert changed(folder, before, {"src/store.py": SHOP}) == {}


def test_a_function_changed_in_a_renamed_file_is_modified(folder: Path) -> None:
    after = {"src/store.py": SHOP.replace("price // 2", "price // 3")}
    assert changed(folder, {"src/shop.py": SHOP}, after) == {"src/store.py::half": MODIFIED}


def test_everything_in_a_new_file_is_new(folder: Path) -> None:
    found = changed(folder, {"README.md": "Shop.\n"}, {"src/shop.py": SHOP})
    assert found == {
        "src/shop.py::<module>": MODULE,
        "src/shop.py::half": NEW,
        "src/shop.py::Cart.total": NEW,
        "src/shop.py::Cart.add": NEW,
        "src/shop.py::Cart.add.<locals>.rounded": NEW,
    }


def test_a_deleted_file_and_other_languages_have_no_functions(folder: Path) -> None:
    assert changed(folder, {"src/shop.py": SHOP, "a.txt": "a"}, {"a.txt": "b"}) == {}


@pytest.mark.parametrize("content", ["def half(:\n", "def half():\n    return 1\n\x00"])
def test_what_cannot_be_parsed_is_named(folder: Path, content: str) -> None:
    repository = Repository(folder, {"src/shop.py": SHOP})
    repository.write({"src/shop.py": content})
    [module] = targets.changed(repository.subject())
    assert (module.targets, module.error) == ([], "it can't be parsed")


def test_what_cannot_be_decoded_is_named(folder: Path) -> None:
    repository = Repository(folder, {"src/shop.py": SHOP})
    (repository.path / "src/shop.py").write_bytes(b"x = '\xe4'\n")
    [module] = targets.changed(repository.subject())
    assert module.error.startswith("it can't be decoded")


@pytest.mark.parametrize(
    "content", [b"# coding: latin-1\nx = '\xe4'\n", b"\xef\xbb\xbfx = '\xc3\xa4'\n"]
)
def test_encodings_and_byte_order_marks_are_read_as_python_does(
    folder: Path, content: bytes
) -> None:
    repository = Repository(folder, {"src/shop.py": SHOP})
    (repository.path / "src/shop.py").write_bytes(content)
    [module] = targets.changed(repository.subject())
    assert (module.error, module.text.endswith("x = 'ä'\n")) == ("", True)
    assert [target.qualname for target in module.targets] == ["<module>"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/shop.py", True),
        ("shop.py", True),
        ("src/shop.pyi", False),
        ("src/shop.js", False),
        ("tests/helpers.py", False),
        ("tests/test_shop.py", False),
        ("src/test_shop.py", False),
        ("conftest.py", False),
        ("setup.py", False),
        ("src/generated/a.py", False),
        ("vendored/a.py", False),
    ],
)
def test_source_is_what_tests_are_for(path: str, expected: bool) -> None:
    policy = {
        **DEFAULTS,
        "mutation": {**DEFAULTS["mutation"], "exclude": ["src/generated/**"]},
        "tests": {**DEFAULTS["tests"], "exclude": ["vendored/**"]},
    }
    assert targets.is_source(path, policy) is expected


def test_whole_files_and_single_functions_can_be_asked_for() -> None:
    module = targets.whole("src/shop.py", SHOP.encode())
    assert {target.qualname for target in module.targets} == {
        "<module>",
        "half",
        "Cart.total",
        "Cart.add",
        "Cart.add.<locals>.rounded",
    }
    one = targets.whole("src/shop.py", SHOP.encode(), ["Cart.add"])
    assert [t.qualname for t in one.targets] == ["Cart.add", "Cart.add.<locals>.rounded"]
    assert [t.qualname for t in targets.whole("a.py", SHOP.encode(), ["half"]).targets] == ["half"]
    assert targets.whole("a.py", b"def half(:").error == "it can't be parsed"
