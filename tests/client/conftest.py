from testing.client import client, client_version, stage, witness
from testing.plugin import homes, installed, site

__all__ = ["client", "client_version", "homes", "installed", "site", "stage", "witness"]
