"""Shell text to effects: parse it as the shell does, then follow what it would do."""
