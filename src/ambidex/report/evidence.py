"""The last verdicts as a file in the project, for a person who looks there."""

from __future__ import annotations

import os
import time

from ambidex.report import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.verdict import Verdict

FOLDER = ".ambidex"
FILE = "last-stop.txt"


def write(root: str, verdicts: list[Verdict], overall: str, when: float) -> None:
    """Write the verdicts of one Stop into `.ambidex/`, which `ambidex init` made.

    Nothing happens where the folder is missing or cannot be written: the ledger has it all.

    Args:
        root: the project's root.
        verdicts: what the gates said.
        overall: what they amount to.
        when: seconds since the epoch.
    """
    folder = os.path.join(root, FOLDER)
    stamp = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(when))
    try:
        with open(os.path.join(folder, FILE), "w", encoding="utf-8") as file:
            file.write(f"{stamp}\n\n{text.render(verdicts, overall)}")
    except OSError:
        return
