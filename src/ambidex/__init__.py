"""Ambidex: gates for Claude Code that an agent cannot talk its way past.

Nothing is imported here: every hook of every tool call passes through this file.
"""

__version__ = "0.1.0"
