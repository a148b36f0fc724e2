"""Secrets of every kind that is detected, made up when the tests run: no file holds one."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable

from ambidex.secrets.formats import ALNUM, BASE64, FORMATS, HEX, UPPER, URLSAFE, Format

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"


class Maker:
    """A source of made-up secrets; the same seed makes the same ones."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def text(self, length: int, alphabet: str = ALNUM) -> str:
        """Random text that ends with a letter or digit."""
        body = "".join(self._random.choices(alphabet, k=length))
        last = self._random.choice([c for c in alphabet if c.isalnum()])
        return body[:-1] + last

    def checked(self) -> str:
        """36 characters of which the last six are the checksum of GitHub and npm."""
        body = self.text(30)
        number = zlib.crc32(body.encode())
        digits = ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            digits = BASE62[digit] + digits
        return body + digits

    def token(self, one: Format, prefix: str) -> str:
        """A token of a format."""
        own: dict[str, Callable[[], str]] = {
            "crc": self.checked,
            "github-fine": lambda: f"{self.text(22)}_{self.text(59)}",
            "aws": lambda: self.text(14, UPPER[:26] + "234567") + "Q7",
            "anthropic": lambda: f"api03-{self.text(93, URLSAFE)}AA",
            "openai": lambda: self.text(20) + "T3Blbk" + "FJ" + self.text(20),
            "slack": lambda: f"{self.text(12, DIGITS)}-{self.text(12, DIGITS)}-{self.text(24)}",
            "sendgrid": lambda: f"{self.text(22)}.{self.text(43)}",
            "airtable": lambda: f"{self.text(14)}.{self.text(64, HEX)}",
            "parts": lambda: f"{self.text(24, HEX)}-{self.text(146, HEX)}",
        }
        if one.check in own:
            return prefix + own[one.check]()
        plain = "".join(c for c in one.alphabet if c.isalnum())
        return prefix + self.text(one.least, plain)

    def shapes(self) -> dict[str, str]:
        """One text with a secret of each kind that is read by hand, by the kind's needle."""
        azure = base64.b64encode(self._random.randbytes(64)).decode()
        basic = base64.b64encode(f"app:{self.text(18)}".encode()).decode()
        bot = base64.b64encode(b"391274650918273645").decode().rstrip("=")
        key = base64.b64encode(self.private_key().encode()).decode()
        return {
            "hooks.slack.com/services/": "https://hooks.slack.com/services/T0A1/B0B2/"
            + self.text(24),
            "/api/webhooks/": f"https://discord.com/api/webhooks/{self.text(18, DIGITS)}/"
            + self.text(68),
            "/IncomingWebhook/": "https://a.webhook.office.com/webhookb2/x/IncomingWebhook/"
            + self.text(32, HEX),
            ":AA": f"{self.text(10, '123456789')}:AA{self.text(33)}",
            ".": f"discord: {bot}.{self.text(6)}.{self.text(38)}",
            "-us": f"{self.text(32, HEX)}-us21",
            ".atlasv1.": f"{self.text(14)}.atlasv1.{self.text(67)}",
            "AccountKey=": f"AccountName=a;AccountKey={azure};x",
            "SharedAccessKey=": "SharedAccessKey=" + azure[:43] + "=",
            "Q~": f"{self.text(3)}8Q~{self.text(34)}",
            "AZDO": f"{self.text(76)}AZDO{self.text(4)}",
            "JQQJ99": f"{self.text(52)}JQQJ99{self.text(26)}",
            "AzSe": f"{self.text(42)}AzSe{self.text(6)}",
            "sig=": f"https://a.blob/x?sv=2022&se=2030&sig={self.text(43)}%3D",
            "eyJ": self.jwt({"iss": "accounts", "uid": 98127345}),
            "earer ": f"Bearer {self.text(40)}",
            "Basic ": f"Basic {basic}",
            "SSWS ": f"SSWS 00{self.text(40)}",
            "_authToken=": f"//r.corp/:_authToken={self.text(32)}",
            ":_auth=": f"//r.corp/:_auth={self.text(32)}",
            "LS0tLS1CRUdJTi": f"client-key-data: {key}",
            "machine ": f"machine git.corp login me password {self.text(18)}",
            "s.": f"VAULT_TOKEN=s.{self.text(24)} vault read x",
            "API-": f"API-{self.text(26, UPPER)}",
        }

    def jwt(self, claims: dict[str, object]) -> str:
        """A JSON web token."""
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        encoded = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
        return ".".join([*encoded, self.text(43, URLSAFE)])

    def private_key(self, label: str = "RSA ") -> str:
        """A private key in armour, of random lines."""
        lines = "\n".join(self.text(64, BASE64[:-1]) for _ in range(12))
        mark = "PRIVATE" + " KEY-----"
        return f"-----BEGIN {label}{mark}\n{lines}\n-----END {label}{mark}\n"


def tokens(seed: int = 7) -> list[tuple[Format, str, str]]:
    """Every prefix of every format with a token that begins with it."""
    maker = Maker(seed)
    return [(one, prefix, maker.token(one, prefix)) for one in FORMATS for prefix in one.prefixes]
