"""The real Claude Code client, driven against a scripted model on loopback.

For the demo and for tests. Nothing here talks to the internet: the client gets a temporary HOME,
a dummy key, and a Messages API that this process plays.
"""
