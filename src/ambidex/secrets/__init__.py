"""The one detector of secrets: what they look like, where they are, and text without them."""
