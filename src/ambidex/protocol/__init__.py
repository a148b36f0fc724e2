"""Claude Code's JSON: events in, replies out. No other package knows its shapes."""
