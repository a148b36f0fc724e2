from testing.client import client, client_version, stage, witness

__all__ = ["client", "client_version", "stage", "witness"]
