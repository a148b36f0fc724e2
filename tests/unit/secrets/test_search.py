"""What is found without a format of its own, and what ordinary files hold and must not alarm."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from ambidex.secrets.search import find
from testing.made_secrets import Maker

MADE = Maker(11)
RANDOM = MADE.text(32)
KEY = MADE.text(40)


def said(text: str) -> list[tuple[str, str]]:
    return [(secret.kind, secret.confidence) for secret in find(text)]


@pytest.mark.parametrize("label", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_certain_as_a_file_and_in_a_string(label: str) -> None:
    key = MADE.private_key(label)
    assert said(key) == [("private-key", "certain")]
    assert said('{"private_key": "' + key.replace("\n", "\\n") + '"}') == [
        ("private-key", "certain")
    ]
    assert said("KEY = '''" + key[:600]) == [("private-key", "certain")]


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN " + "RSA PRIVATE KEY-----\n<your key>\n-----END",
        "if '-----BEGIN " + "PRIVATE KEY-----' in text: raise ValueError(text)",
        "-----BEGIN " + "CERTIFICATE-----\n" + MADE.text(64) + "\n-----END CERTIFICATE-----",
        "-----BEGIN " + "PUBLIC KEY-----\n" + MADE.text(64) + "\n-----END PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + MADE.text(43) + " me@host",
    ],
)
def test_what_surrounds_a_key_or_may_be_public_is_none(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (f"postgres://app:{MADE.text(20)}@db.corp.io:5432/app", "certain"),
        (f"mongodb+srv://app:{MADE.text(20)}@cluster0.ab1.mongodb.net/x", "certain"),
        (f"git clone https://me:{MADE.text(20)}@git.corp.io/r.git", "certain"),
        ("redis://:" + "s7Rong-pw" + "@cache.corp.io:6379", "likely"),
        (f"amqp://app:{MADE.text(20)}@rabbit:5672", "likely"),
        (f"https://{MADE.text(40)}@git.corp.io/r.git", "likely"),
    ],
)
def test_a_password_in_a_url_is_found(text: str, confidence: str) -> None:
    assert said(text) == [("url-password", confidence)]


@pytest.mark.parametrize(
    "text",
    [
        "postgres://postgres:postgres@localhost:5432/app",
        "postgres://app:app@db:5432/app",
        "postgresql://user:password@db.example.com/app",
        "mysql://root:root123@127.0.0.1/x",
        "postgres://app:${DB_PASSWORD}@db.corp.io/app",
        "postgres://app:$DB_PASSWORD@db.corp.io/app",
        "f'postgres://{user}:{password}@{host}/x'",
        "postgres://<user>:<password>@<host>/x",
        "https://user:pass@proxy.corp.io:3128",
        "ssh://git@github.com/owner/name.git",
        "https://registry.corp.io/@scope/name@1.2.3",
        "see http://a.b/c and write to me@host.org",
        "https://cdn.corp.io/npm/vue@3.4.21/dist/vue.js",
    ],
)
def test_a_url_without_a_real_password_is_none(text: str) -> None:
    assert said(text) == []


def test_an_aws_secret_is_certain_by_its_name() -> None:
    for text in (f"aws_secret_access_key = {KEY}", f'"secretAccessKey": "{KEY}"'):
        assert said(text) == [("aws-secret-key", "certain")]
    assert said("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") == []


@pytest.mark.parametrize(
    "text",
    [
        f'API_KEY = "{RANDOM}"',
        f"export AUTH_TOKEN={RANDOM}",
        f'{{"clientSecret": "{RANDOM}"}}',
        f"const secret = '{RANDOM}';",
        f"db_password: '{RANDOM}'",
        f"tool --api-key {RANDOM} run",
        f"tool --password={RANDOM}",
        f"cat > .env <<EOF\nSERVICE_TOKEN={RANDOM}\nEOF",
        f"os.environ['TOKEN'] = '{RANDOM}'",
    ],
)
def test_a_random_value_with_a_secret_name_is_likely(text: str) -> None:
    assert said(text) == [("assigned-value", "likely")]


LOCK = base64.b64encode(bytes(range(7, 71))).decode()


@pytest.mark.parametrize(
    "text",
    [
        'token = os.environ["SERVICE_TOKEN_FOR_PRODUCTION_2"]',
        "token = os.getenv('API_TOKEN_V2_PRODUCTION_NAME')",
        "api_key: ApiKeyHeader2WithLongTypeName",
        "secret = load_secret_from_vault_v2(path_to_secret_2)",
        "token = response.headers.authorizationToken2Value",
        "TOKEN=${{ secrets.DEPLOY_TOKEN_PRODUCTION_V2 }}",
        "TOKEN=$(pass show deploy/token2)",
        "password = 'correct horse battery staple 9 Times'",
        "password=changeme123",
        "API_KEY=your-api-key-goes-here-1234",
        "API_KEY=sk-" + "your-key-here-0123456789abcdef0123456789",
        'next_token = "' + RANDOM + '"',
        'public_key = "' + RANDOM + '"',
        'csrf_token: "' + RANDOM + '"',
        "token: 8f14e45f-ceea-467f-9575-7ec1c0a3b2d1",
        '"integrity": "sha512-' + LOCK + '"',
        "resolved https://r.corp.io/a/-/a-1.2.3.tgz#" + MADE.text(40, "0123456789abcdef"),
        "commit " + MADE.text(40, "0123456789abcdef"),
        "src='data:image/png;base64," + "iVBORw0KGgo" + LOCK * 20 + "'",
        "key = 'arn:aws:secretsmanager:eu-west-1:98127364:secret:App2Key-Xk29'",
        "tokens = ['a1', 'b2']; max_tokens = 4096; tokenizer = 'cl100k_base'",
        "tokenizer_class: PreTrainedTokenizerFast2WithLongName",
        "password: process.env.DATABASE_PASSWORD2_LONG_NAME",
        ".sk-toggleable__label-arrow2-with-a-rather-long-name-0 { }",
        "authorization: Bearer ${ACCESS_TOKEN}",
        "curl -H 'Authorization: Bearer '$TOKEN https://api.corp.io",
        "machine github.com login me password x-oauth-basic",
    ],
)
def test_ordinary_text_is_none(text: str) -> None:
    assert said(text) == []


def test_the_token_of_the_manuals_is_none() -> None:
    claims = {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}
    assert said(MADE.jwt(claims)) == []


def test_a_finding_says_where_it_is_and_no_more_than_its_beginning() -> None:
    token = "ghp" + "_" + MADE.checked()
    text = f"a\nb\n  token: {token}\n"
    (secret,) = find(text)
    assert (secret.line, text[secret.start : secret.end]) == (3, token)
    assert secret.shown == "ghp" + "_…"
    assert token[4:] not in repr(secret)


def test_certain_ones_come_before_likely_ones_and_none_overlap() -> None:
    likely = "\n".join(f"api_key = '{MADE.text(32)}'" for _ in range(20))
    token = "ghp" + "_" + MADE.checked()
    found = find(f"{likely}\nGITHUB_TOKEN = '{token}'")
    assert len(found) == 5
    assert found[-1].kind == "github-token"
    assert len(find(f"{likely}\n{token}", limit=1)) == 1
    assert all(a.end <= b.start for a, b in zip(found, found[1:]))


def test_looking_imports_nothing_that_is_slow() -> None:
    program = (
        "import sys; sys.path.insert(0, 'src'); from ambidex.secrets.search import find;"
        "find('token = \"x\" ' + 'ghp' + '_' + 'aB3' * 12 + ' https://u:p@h/ eyJ.eyJ.x Bearer x');"
        "print(sorted({'re', 'json', 'typing', 'base64', 'enum'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
