"""Secrets without a prefix but with a shape: webhooks, signed keys, headers, encoded keys.

Each has a needle, a substring without which it cannot be, and a reader that looks at one occurrence
of the needle and says where the secret is. What a reader looks at is bounded.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_example, is_hexadecimal, is_random, is_uuid
from ambidex.secrets.checks import decoded
from ambidex.secrets.formats import ALNUM, BASE64, CERTAIN, DOTTED, HEX, LIKELY, UPPER, URLSAFE
from ambidex.secrets.tokens import is_edge, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # Where the secret is and how sure that is; None where it is none.
    Found = tuple[int, int, str] | None
    Reader = Callable[[str, int, int], "Found"]

_LONGEST = 2048
# The key of Azure's storage emulator, the same for everybody.
_EMULATOR = "Eby8vdM02xNO"


class Shape:
    """A kind of secret that is read by hand.

    Attributes:
        id, name: as for `ambidex.secrets.formats.Format`.
        needle: must be in the text; case counts.
        read: called with the text, and where the needle begins and ends.
        confidence: the best that `read` answers, for the documentation.
        is_word: whether the needle lies within one long word of letters, digits and `_-.+/%~`.
        near: a word that must be in the text as well, in small letters; `""` for none.
    """

    __slots__ = ("confidence", "id", "is_word", "name", "near", "needle", "read")

    def __init__(
        self, kind: str, name: str, needle: str, read: Reader, confidence: str, near: str = ""
    ) -> None:
        self.id = kind
        self.name = name
        self.needle = needle
        self.read = read
        self.confidence = confidence
        self.near = near
        self.is_word = not (set(needle) & set(" =:"))


def back(text: str, at: int, alphabet: str, most: int) -> int:
    """How many characters of `alphabet` stand before `at`, counted up to `most`."""
    piece = text[max(at - most, 0) : at]
    return len(piece) - len(piece.rstrip(alphabet))


def _ends(text: str, at: int) -> bool:
    return not (text[at : at + 1].isalnum() or text[at : at + 1] == "_")


def _exact(text: str, start: int, alphabet: str, length: int) -> bool:
    """Whether exactly `length` random characters of `alphabet` stand at `start`."""
    if run(text, start, alphabet, length + 1) != length:
        return False
    value = text[start : start + length]
    return not is_example(value) and (is_random(value) or is_hexadecimal(value))


def _slack_webhook(text: str, _at: int, end: int) -> Found:
    last = end + run(text, end, ALNUM + "/", 90)
    parts = text[end:last].split("/")
    if len(parts) == 3 and len(parts[2]) >= 20 and is_random(parts[2]) and not is_example(parts[2]):
        return last - len(parts[2]), last, CERTAIN
    return None


def _discord_webhook(text: str, _at: int, end: int) -> Found:
    digits = run(text, end, "0123456789", 24)
    start = end + digits + 1
    length = run(text, start, URLSAFE, 100)
    if 17 <= digits <= 20 and text[start - 1 : start] == "/" and 60 <= length <= 90:
        value = text[start : start + length]
        if is_random(value) and not is_example(value):
            return start, start + length, CERTAIN
    return None


def _teams_webhook(text: str, at: int, end: int) -> Found:
    start = end
    if "webhook.office.com" in text[max(at - 200, 0) : at] and _exact(text, start, HEX, 32):
        return start, start + 32, CERTAIN
    return None


def _telegram(text: str, at: int, end: int) -> Found:
    digits = back(text, at, "0123456789", 12)
    if 8 <= digits <= 10 and run(text, end, URLSAFE, 40) == 33 and is_edge(text, at - digits):
        rest = text[end : end + 33]
        if is_random(rest) and not is_example(rest):
            return at - digits, end + 33, CERTAIN
    return None


def _discord_bot(text: str, at: int, end: int) -> Found:
    first = back(text, at, URLSAFE, 32)
    if not 22 <= first <= 28 or text[end + 6 : end + 7] != ".":
        return None
    last = run(text, end + 7, URLSAFE, 50)
    if run(text, end, URLSAFE, 7) != 6 or not 27 <= last <= 40:
        return None
    rest = text[end + 7 : end + 7 + last]
    if decoded(text[at - first : at]).isdigit() and is_random(rest) and not is_example(rest):
        return at - first, end + 7 + last, CERTAIN
    return None


def _mailchimp(text: str, at: int, end: int) -> Found:
    digits = run(text, end, "0123456789", 3)
    if digits not in (1, 2) or back(text, at, HEX, 33) != 32 or not _ends(text, end + digits):
        return None
    if is_example(text[at - 32 : at]) or not is_edge(text, at - 32):
        return None
    return at - 32, end + digits, CERTAIN


def _terraform(text: str, at: int, end: int) -> Found:
    first, last = back(text, at, ALNUM, 15), run(text, end, URLSAFE + "=", 80)
    if first == 14 and 60 <= last <= 75 and is_random(text[end : end + last]):
        return at - 14, end + last, CERTAIN
    return None


def _azure_key(text: str, _at: int, end: int) -> Found:
    length = run(text, end, BASE64, 89)
    value = text[end : end + length]
    if length not in (44, 88) or value.startswith(_EMULATOR):
        return None
    if not value.endswith("=") or is_example(value) or not is_random(value):
        return None
    return end, end + length, CERTAIN


def _azure_client(text: str, at: int, end: int) -> Found:
    alphabet = DOTTED + "~"
    last = run(text, end, alphabet, 40)
    before = text[at - 4 : at] if at >= 4 else ""
    if not 31 <= last <= 34 or not before[3:].isdigit() or before.strip(alphabet):
        return None
    if not is_edge(text, at - 4) or not is_random(text[end : end + last]):
        return None
    return at - 4, end + last, CERTAIN


def _azure_devops(text: str, at: int, end: int) -> Found:
    first, last = back(text, at, ALNUM, 77), run(text, end, ALNUM, 5)
    if first == 76 and last == 4 and is_random(text[at - 76 : at]):
        return at - 76, end + 4, CERTAIN
    return None


def _azure_ai(text: str, at: int, end: int) -> Found:
    if back(text, at, ALNUM, 53) == 52 and run(text, end, ALNUM, 27) == 26:
        return at - 52, end + 26, CERTAIN
    return None


def _azure_search(text: str, at: int, end: int) -> Found:
    if back(text, at, ALNUM, 43) == 42 and run(text, end, ALNUM, 7) == 6:
        return at - 42, end + 6, CERTAIN
    return None


def _azure_signature(text: str, at: int, end: int) -> Found:
    length = run(text, end, ALNUM + "%+/=-_", 80)
    value = text[end : end + length]
    around = text[max(at - 400, 0) : end + 400]
    signed = text[at - 1 : at] in ("?", "&") and "sv=" in around and "se=" in around
    if signed and length >= 43 and is_random(value) and not is_example(value):
        return end, end + length, LIKELY
    return None


def _jwt(text: str, at: int, _end: int) -> Found:
    if not is_edge(text, at) or text[at - 1 : at] == ".":
        return None
    length = run(text, at, DOTTED, _LONGEST)
    parts = text[at : at + length].rstrip(".").split(".")
    if len(parts) != 3 or len(parts[2]) < 20:
        return None
    head, body = decoded(parts[0]), decoded(parts[1])
    if b'"alg"' not in head or not body.startswith(b"{"):
        return None
    # The tokens of documentation are those of 1234567890, John Doe, and of example.com.
    if any(word in body for word in (b"1234567890", b"John Doe", b"example", b"test", b"Alice")):
        return None
    return (at, at + len(".".join(parts)), LIKELY) if is_random(parts[2]) else None


def _bearer(text: str, _at: int, end: int) -> Found:
    length = run(text, end, ALNUM + "._~+/=-", 1024)
    value = text[end : end + length]
    if length >= 20 and not is_example(value) and not is_uuid(value) and _is_dense(value):
        return end, end + length, LIKELY
    return None


def _basic(text: str, _at: int, end: int) -> Found:
    length = run(text, end, BASE64, 300)
    user, colon, password = decoded(text[end : end + length]).partition(b":")
    if length < 12 or is_example(text[end : end + length]) or not colon or not user or not password:
        return None
    try:
        known = password.decode("ascii")
    except UnicodeDecodeError:
        return None
    from ambidex.secrets.urls import is_strong

    return (end, end + length, LIKELY) if is_strong(known, user.decode("latin-1")) else None


def _is_dense(value: str) -> bool:
    """Whether it has digits and is random between its dots and dashes."""
    longest = max(value.replace("-", ".").replace("/", ".").split("."), key=len)
    return any(c.isdigit() for c in value) and len(longest) >= 16 and is_random(longest)


def _okta(text: str, _at: int, end: int) -> Found:
    if text.startswith("00", end) and _exact(text, end, URLSAFE, 42):
        return end, end + 42, CERTAIN
    return None


def _registry(text: str, _at: int, end: int) -> Found:
    length = run(text, end, URLSAFE + "=+/.", 200)
    value = text[end : end + length]
    if length >= 20 and not is_example(value) and (is_random(value) or is_uuid(value)):
        return end, end + length, CERTAIN
    return None


def _encoded_key(text: str, at: int, _end: int) -> Found:
    head = decoded(text[at : at + 48])
    if b"PRIVATE KEY" not in head:
        return None
    length = run(text, at, BASE64, 20_000)
    return (at, at + length, CERTAIN) if length >= 150 else None


def _netrc(text: str, at: int, end: int) -> Found:
    if not is_edge(text, at):
        return None
    words = text[end : end + 300].split()
    for at_word, word in enumerate(words[:8]):
        if word == "password" and "login" in words[:at_word] and at_word + 1 < len(words):
            from ambidex.secrets.urls import is_strong

            value = words[at_word + 1]
            start = text.find(value, text.find("password", end) + 8)
            return (start, start + len(value), LIKELY) if is_strong(value) else None
    return None


def _vault(text: str, at: int, end: int) -> Found:
    if is_edge(text, at) and text[at - 1 : at] != "." and _exact(text, end, ALNUM, 24):
        return at, end + 24, LIKELY
    return None


def _octopus(text: str, at: int, end: int) -> Found:
    length = run(text, end, UPPER, 40)
    value = text[end : end + length]
    if length not in (26, 31) or not is_edge(text, at) or not _ends(text, end + length):
        return None
    random = any(c.isdigit() for c in value) and not is_example(value)
    return (at, end + length, LIKELY) if random else None


SHAPES = (
    Shape("slack-webhook", "Slack webhook", "hooks.slack.com/services/", _slack_webhook, CERTAIN),
    Shape("discord-webhook", "Discord webhook", "/api/webhooks/", _discord_webhook, CERTAIN),
    Shape("teams-webhook", "Teams webhook", "/IncomingWebhook/", _teams_webhook, CERTAIN),
    Shape("telegram-token", "Telegram bot token", ":AA", _telegram, CERTAIN),
    Shape("discord-token", "Discord bot token", ".", _discord_bot, CERTAIN, "discord"),
    Shape("mailchimp-key", "Mailchimp API key", "-us", _mailchimp, CERTAIN),
    Shape("terraform-token", "HCP Terraform token", ".atlasv1.", _terraform, CERTAIN),
    Shape("azure-key", "Azure storage key", "AccountKey=", _azure_key, CERTAIN),
    Shape("azure-key", "Azure shared access key", "SharedAccessKey=", _azure_key, CERTAIN),
    Shape("azure-client-secret", "Entra ID client secret", "Q~", _azure_client, CERTAIN),
    Shape("azure-devops-token", "Azure DevOps token", "AZDO", _azure_devops, CERTAIN),
    Shape("azure-ai-key", "Azure AI key", "JQQJ99", _azure_ai, CERTAIN),
    Shape("azure-search-key", "Azure AI Search key", "AzSe", _azure_search, CERTAIN),
    Shape("azure-signature", "Azure SAS signature", "sig=", _azure_signature, LIKELY),
    Shape("jwt", "JSON web token", "eyJ", _jwt, LIKELY),
    Shape("authorization", "bearer token in a header", "earer ", _bearer, LIKELY),
    Shape("authorization", "basic credentials in a header", "Basic ", _basic, LIKELY),
    Shape("okta-token", "Okta API token", "SSWS ", _okta, CERTAIN),
    Shape("npm-auth", "package registry credentials", "_authToken=", _registry, CERTAIN),
    Shape("npm-auth", "package registry credentials", ":_auth=", _registry, CERTAIN),
    Shape("private-key", "private key, base64-encoded", "LS0tLS1CRUdJTi", _encoded_key, CERTAIN),
    Shape("netrc", "netrc password", "machine ", _netrc, LIKELY),
    Shape("vault-token", "Vault token of old form", "s.", _vault, LIKELY, "vault"),
    Shape("octopus-key", "Octopus Deploy API key", "API-", _octopus, LIKELY),
)
