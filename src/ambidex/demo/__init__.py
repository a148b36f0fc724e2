"""An agent's bad day in a small real repository, played against the installed hooks."""
