"""The gate `types`: the project's own type checker or build, and only what is new in it."""
