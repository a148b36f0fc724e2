"""Every kind of secret is found; what only looks like one stays.

The secrets are made up when the tests run, so that the repository holds nothing that looks like
one.
"""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys

import pytest

from ambidex.ledger.redact import names_secret, redact

RANDOM = random.Random(20)
ALNUM = string.ascii_letters + string.digits


def made_up(length: int, characters: str = ALNUM) -> str:
    body = "".join(RANDOM.choices(characters, k=length - 3))
    # Of every class one, so that chance makes no ordinary word.
    return body + ("7dE" if characters == ALNUM else body[:3])


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"

TOKENS = {
    "anthropic-key": "sk-" + "ant-api03-" + made_up(80),
    "openai-key": "sk-" + made_up(48),
    "openai-key project": "sk-" + "proj-" + made_up(20) + "_" + made_up(40) + "-" + made_up(9),
    "openai-key lower": "sk-" + made_up(32, HEX),
    "github-token": "ghp" + "_" + made_up(36),
    "github-token oauth": "gho" + "_" + made_up(36),
    "github-token server": "ghs" + "_" + made_up(36),
    "github-token fine": "github" + "_pat_" + made_up(22) + "_" + made_up(59),
    "gitlab-token": "glpat" + "-" + made_up(20),
    "aws-access-key": "AK" + "IA" + made_up(16, UPPER),
    "google-key": "AI" + "za" + made_up(35),
    "google-token": "ya29" + "." + made_up(60),
    "slack-token": "xoxb" + "-" + made_up(12, string.digits) + "-" + made_up(24),
    "stripe-key": "sk" + "_live_" + made_up(24),
    "stripe-key test": "rk" + "_test_" + made_up(24),
    "npm-token": "npm" + "_" + made_up(36),
    "pypi-token": "pypi" + "-AgEIcHlwaS5vcmc" + made_up(90),
    "sendgrid-key": "SG" + "." + made_up(22) + "." + made_up(43),
    "twilio-key": "SK" + made_up(32, HEX),
    "jwt": "ey" + "J" + made_up(30) + ".ey" + "J" + made_up(60) + "." + made_up(43),
}

FRAMES = [
    "{}",
    "x {} y",
    "echo '{}' | cat",
    'KEY="{}"',
    "a\\n{}\\nb",
    "https://h/?k={}&x=1",
    "({})",
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_is_found_wherever_it_stands(kind: str, frame: str) -> None:
    secret = TOKENS[kind]
    clean = redact(frame.format(secret))
    assert secret[8:] not in clean
    assert f"[redacted:{kind.partition(' ')[0]}]" in clean
    before, after = frame.split("{}")
    assert clean.startswith(before)
    assert clean.endswith(after)


PASSWORD = made_up(14)
NAMED = [
    f"password={PASSWORD}",
    f"DB_PASSWORD={PASSWORD} ./run",
    f"export API_KEY='{PASSWORD}'",
    f'client_secret = "{PASSWORD}"',
    f"secretAccessKey: '{PASSWORD}'",
    f'{{"access_token": "{PASSWORD}"}}',
    f'{{\\"api-key\\": \\"{PASSWORD}\\"}}',
    f"os.environ['TOKEN'] = '{PASSWORD}'",
    f"mysql --password={PASSWORD} -e x",
    f"tool --auth-token {PASSWORD} go",
    f"PASSPHRASE_2={PASSWORD}",
    f"password: {PASSWORD}",
    f"if password == '{PASSWORD}':",
    f"https://h/login?token={PASSWORD}&next=/",
    f"Server=db;Uid=sa;Pwd={PASSWORD};",
    f"AccountName=a;AccountKey={PASSWORD};EndpointSuffix=x",
    f"//registry.example/:_authToken={PASSWORD}",
    f"Authorization: Bearer {PASSWORD}",
    f"curl -H 'authorization: Basic {PASSWORD}' x",
    f"Authorization: {PASSWORD}",
    f'headers = {{"Authorization": "token {PASSWORD}"}}',
    f"x-api-key: {PASSWORD}",
    f"postgres://app:{PASSWORD}@db:5432/x",
    f"git clone https://{PASSWORD}{PASSWORD}@example.org/r",
    f"amqp://u:p%40{PASSWORD}@h",
    f"curl -u me:{PASSWORD} https://h",
    f"https://hooks.slack.com/services/T0/B0/{PASSWORD}",
    f"https://h/b?sv=1&sig={PASSWORD}{PASSWORD}",
    f"ÉİÉİ password={PASSWORD}",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_named_secret_is_found(text: str) -> None:
    clean = redact(text)
    assert PASSWORD not in clean
    assert "[redacted:" in clean
    assert clean[:2] == text[:2]


def test_an_aws_secret_is_called_one() -> None:
    secret = made_up(40, ALNUM + "/+")
    clean = redact(f"aws_secret_access_key = {secret}\nregion = x")
    assert clean == "aws_secret_access_key = [redacted:aws-secret-key]\nregion = x"


def key_block(label: str) -> tuple[str, str, str]:
    lines = "\n".join(made_up(64) for _ in range(20))
    return f"-----BEGIN {label}-----", f"\n{lines}\n", f"-----END {label}-----"


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "PGP "])
def test_a_private_key_is_found_whole_or_cut_off(kind: str) -> None:
    label = f"{kind}PRIVATE KEY" + (" BLOCK" if kind == "PGP " else "")
    begin, body, end = key_block(label)
    mark = "[redacted:private-key]"
    assert redact(f"a|{begin}{body}{end}|b") == f"a|{mark}|b"
    assert redact(f"a|{begin}{body}") == f"a|{mark}"
    assert redact(f"{body}{end}|b") == f"{mark}|b"
    assert redact(json.dumps(f"{begin}{body}{end}")) == f'"{mark}"'


@pytest.mark.parametrize(
    "text",
    [
        "git commit -m 'task-1: rename the risk-model of disk-0'",
        "npm_config_cache=/tmp/x npm ci",
        "def f(token, password=None): return token",
        "self.token = token",
        "client = Client(token=token, password=password, key=key)",
        "password: str\ntoken: Token | None = None",
        "api_key = os.environ['API_KEY']",
        "secret = settings.load_secret('name')",
        "PASSWORD=$PASSWORD TOKEN=${TOKEN} TOKEN=$(cat t)",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "Authorization: Bearer $TOKEN",
        "Authorization: Bearer <token>",
        "f'https://{user}:{password}@host/'",
        "https://user:$PASS@host/",
        "PWD=/home/me OLDPWD=/tmp",
        "max_tokens=4096, tokens=[1], tokenizer=x, token_type='bearer'",
        ".sk-toggleable__label-arrow, .sk-estimator-doc-link { color: red }",
        "ACCOUNT ACKNOWLEDGEMENT SKIP_SLOW_TESTS=1",
        "grep -- '-----BEGIN' file",
        "git push -u origin main:main",
        "keyboard: qwerty1, monkey=banana7",
        "git@github.com:owner/name.git",
        'asks for a "password:" and goes on',
        "the --password option, --token flag",
        "sha256:" + "ab" * 32,
    ],
)
def test_ordinary_code_stays_as_it_is(text: str) -> None:
    assert redact(text) is text


def test_structures_are_walked_and_named_members_replaced() -> None:
    token = TOKENS["github-token"]
    value = {
        "env": {"API_KEY": "short", "REGION": "eu", "TOKEN": "$TOKEN", "PASSWORD": 5},
        "list": [f"x {token}", ("y", token), None, 1.5, True],
        token: "under a secret",
    }
    assert redact(value) == {
        "env": {"API_KEY": "[redacted:value]", "REGION": "eu", "TOKEN": "$TOKEN", "PASSWORD": 5},
        "list": ["x [redacted:github-token]", ("y", "[redacted:github-token]"), None, 1.5, True],
        "[redacted:github-token]": "under a secret",
    }
    assert list(value)[2] == token, "the argument was changed"


def test_two_secret_keys_do_not_overwrite_each_other() -> None:
    both = {TOKENS["github-token"]: 1, TOKENS["github-token oauth"]: 2}
    assert list(redact(both).values()) == [1, 2]


def test_names_of_secrets() -> None:
    assert names_secret("DB_PASSWORD")
    assert names_secret("x-api-key")
    assert names_secret("clientSecret")
    assert not names_secret("keyboard")
    assert not names_secret("token_count")


HOSTILE = [
    "-----BEGIN PRIVATE KEY-----" * 4000,
    "-----END PRIVATE KEY-----" * 4000,
    "eyJ" * 40_000,
    "\\neyJ" * 20_000,
    "sk-" * 40_000,
    "SG." * 40_000,
    "password=" * 12_000,
    "password='" * 12_000,
    "--token" * 15_000,
    "://a:" * 20_000 + "@",
    "curl -u" * 15_000 + ":",
    "Authorization: " * 8_000,
    "bearer " * 15_000,
    "x" * 100_000 + "key=",
    "api_key" + " " * 100_000 + "=",
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_repetition_takes_no_more_than_linear_time(number: int) -> None:
    # No clock: a pattern that backtracks would not come back at all within the test run.
    redact(HOSTILE[number])


def test_text_without_a_find_imports_no_patterns() -> None:
    program = (
        "import sys; sys.path.insert(0, 'src'); from ambidex.ledger.redact import redact;"
        "redact({'command': 'git commit -m \"task-1\" && npm_config_x=1 make', 'n': [1]});"
        "print(sorted({'re', 'json', 'ambidex.secrets.patterns'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
