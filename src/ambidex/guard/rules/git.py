"""Rules about git.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.rules import git_references, git_remotes, git_work

RULES = (*git_work.RULES, *git_references.RULES, *git_remotes.RULES)
