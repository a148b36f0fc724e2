"""Text that an agent reads: what it hides, what it orders, and what a person has accepted."""
