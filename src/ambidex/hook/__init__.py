"""The door for Claude Code: one event in, one reply out, one record in the ledger."""
