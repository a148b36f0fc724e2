"""The repository of the demo: a shop that gives discounts, its tests, and one golden test."""

from __future__ import annotations

import os
import subprocess

PRICE = '''"""Prices in cents."""


def discounted(cents: int, percent: int) -> int:
    """The price after a discount, rounded down."""
    return cents - cents * percent // 100
'''

BROKEN_PRICE = PRICE.replace("cents - cents * percent // 100", "cents - percent")

SLOPPY_EXPORT = """import subprocess
def archive( name,folder ) :
    command = "tar -cf "+name+" "+folder
    return subprocess.run( command,shell = True )
"""

CLEAN_EXPORT = '''"""Archives of the shop's data."""

import subprocess


def archive(name: str, folder: str) -> None:
    """Write `folder` into the archive `name`."""
    subprocess.run(["tar", "-cf", name, folder], check=True)
'''

# Executes every line and would notice almost nothing: what is run is not looked at.
EMPTY_TEST = """from unittest import mock

from shop.export import archive


def test_archive():
    with mock.patch("subprocess.run") as run:
        archive("shop.tar", "shop")
    assert run.called
"""

REAL_TEST = """import subprocess
import tarfile

import pytest

from shop.export import archive


def test_the_archive_holds_the_folder(tmp_path):
    (tmp_path / "orders").mkdir()
    archive(str(tmp_path / "shop.tar"), str(tmp_path / "orders"))
    with tarfile.open(tmp_path / "shop.tar") as made:
        assert made.getnames()[0].endswith("orders")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        archive(str(tmp_path / "shop.tar"), str(tmp_path / "nowhere"))
"""

GOLDEN_ASSERTION = "assert discounted(1000, 15) == 850"

# Made up, and in two parts, so that no scanner takes this file for a leak.
UPLOAD_WITH_A_SECRET = (
    """import boto3

session = boto3.Session(aws_access_key_id="AKIA"""
    + """Q7XJ2M5RT3WZ4VYB")
"""
)

FILES = {
    ".gitignore": "__pycache__/\n",
    "shop/__init__.py": '"""A small shop."""\n',
    "shop/price.py": PRICE,
    "tests/test_price.py": """from shop.price import discounted


def test_no_discount_changes_nothing():
    assert discounted(999, 0) == 999


def test_half_off_rounds_down():
    assert discounted(999, 50) == 500
""",
    "tests/golden/test_agreed_prices.py": f"""from shop.price import discounted


def test_fifteen_percent_as_agreed_with_the_customer():
    {GOLDEN_ASSERTION}
""",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    "ambidex.toml": """version = 1

[paths]
golden = ["tests/golden/**"]

[tests]
paths = ["tests"]
source = ["."]
""",
}

_IDENTITY = ["-c", "user.name=Demo", "-c", "user.email=demo@example.invalid"]


def build(folder: str) -> str:
    """Write the repository into `folder`, commit it, and return the folder's real path.

    Raises:
        OSError: the folder cannot be written, or there is no git.
        subprocess.CalledProcessError: git failed.
    """
    for name, text in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "A shop"]):
        subprocess.run(["git", *_IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)
    return os.path.realpath(folder)
