"""What happened, provably: the audit log, the redaction of what goes into it, the state store."""
