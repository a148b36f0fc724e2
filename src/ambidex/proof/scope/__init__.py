"""The gate `scope`: how large a change is, what it depends on, and what it may import."""
