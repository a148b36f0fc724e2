"""Is Ambidex really at work here? Every installed hook is fired, and what is missing is named.

`examine` runs the groups of checks in order and `display` shows them; each group has a file.
"""
