"""What changed since when: the work tree as git trees, their difference, lines and functions."""
