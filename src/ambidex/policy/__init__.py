"""The policy: ambidex.toml, validated cold and compiled to a snapshot that hooks read.

Nothing is imported here: PreToolUse passes through this file.
"""
