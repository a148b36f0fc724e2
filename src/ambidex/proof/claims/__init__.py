"""The gate `claims`: what the agent says it did, against the record of what it did."""
