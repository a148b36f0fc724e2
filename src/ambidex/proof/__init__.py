"""The Stop gate: which tests a change affects, what they say, and whether the agent may stop."""
