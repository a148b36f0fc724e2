"""The door for people and CI: one file per verb."""
