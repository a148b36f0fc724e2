"""What the tokens of providers look like: prefix, alphabet, length, and how sure that is.

Facts from the providers' documentation. A row says what follows the prefix; what a length and an
alphabet cannot say is left to a check by name, see `ambidex.secrets.checks`.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

CERTAIN = "certain"
LIKELY = "likely"

_DIGITS = "0123456789"
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEX = _DIGITS + "abcdef"
ALNUM = _DIGITS + _LOWER + _UPPER
UPPER = _UPPER + _DIGITS
URLSAFE = ALNUM + "-_"
DOTTED = URLSAFE + "."
PADDED = DOTTED + "="
BASE64 = ALNUM + "+/="

# Characters, most of any token.
LONGEST = 4096


class Format:
    """One kind of token.

    Attributes:
        id: stable identifier: what a log shows in the place of the token.
        name: what people call it.
        prefixes: with one of them it begins; case counts.
        alphabet: what the rest is made of.
        least, most: how many characters follow the prefix, both included.
        confidence: `CERTAIN` or `LIKELY`, before its check is asked.
        check: name of the check of `ambidex.secrets.checks`, `""` for randomness alone.
        loose: how many characters are enough to take it out of a log.
        edge: whether no letter, digit, `-` or `_` may stand before it.
    """

    __slots__ = (
        *("id", "name", "prefixes", "alphabet", "least", "most"),
        *("confidence", "check", "loose", "edge"),
    )

    def __init__(
        self,
        kind: str,
        name: str,
        prefixes: str,
        alphabet: str,
        least: int,
        most: int = 0,
        confidence: str = CERTAIN,
        check: str = "",
        loose: int = 0,
        edge: bool = True,
    ) -> None:
        self.id = kind
        self.name = name
        self.prefixes = tuple(prefixes.split())
        self.alphabet = alphabet
        self.least = least
        self.most = most or least
        self.confidence = confidence
        self.check = check
        self.loose = loose or least
        self.edge = edge


FORMATS = (
    # Cloud providers.
    Format(
        "aws-access-key",
        "AWS access key",
        "AKIA ASIA ABIA ACCA",
        UPPER,
        16,
        check="aws",
        loose=16,
        edge=False,
    ),
    Format("google-key", "Google API key", "AIza", URLSAFE, 35, check="google", loose=30),
    Format("google-token", "Google OAuth client secret", "GOCSPX-", URLSAFE, 28, loose=20),
    Format("google-token", "Google OAuth token", "ya29.", DOTTED, 60, 1024, loose=20),
    Format("alibaba-key", "Alibaba Cloud access key", "LTAI", ALNUM, 16, 20, LIKELY),
    Format("tencent-key", "Tencent Cloud secret id", "AKID", ALNUM, 32, confidence=LIKELY),
    Format("digitalocean-token", "DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", HEX, 64),
    Format("heroku-key", "Heroku API key", "HRKU-", URLSAFE, 36, 60),
    Format("fly-token", "Fly.io token", "fo1_", URLSAFE, 43),
    Format("fly-token", "Fly.io token", "fm1a_ fm1r_ fm2_", BASE64, 80, LONGEST),
    Format("scaleway-key", "Scaleway access key", "SCW", UPPER, 17, confidence=LIKELY),
    Format("cloudflare-key", "Cloudflare origin CA key", "v1.0-", HEX + "-", 171, check="parts"),
    # Where code lives, and what builds it.
    Format(
        "github-token",
        "GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        ALNUM,
        36,
        check="crc",
        loose=20,
        edge=False,
    ),
    Format(
        "github-token",
        "GitHub fine-grained token",
        "github_pat_",
        ALNUM + "_",
        82,
        check="github-fine",
        loose=20,
        edge=False,
    ),
    Format(
        "gitlab-token",
        "GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glwt- glffct-",
        DOTTED,
        20,
        320,
        loose=15,
        edge=False,
    ),
    Format("bitbucket-token", "Bitbucket app password", "ATBB", ALNUM, 32),
    Format("atlassian-token", "Atlassian API token", "ATATT3 ATCTT3", PADDED, 100, 300),
    Format("circleci-token", "CircleCI token", "CCIPAT_ CCIPRJ_", ALNUM + "_", 40, 100),
    Format("buildkite-token", "Buildkite token", "bkua_", HEX, 40),
    Format("sourcegraph-token", "Sourcegraph token", "sgp_", HEX + "_local", 40, 62),
    Format("sonar-token", "SonarQube token", "sqp_ squ_ sqa_", HEX, 40),
    Format("artifactory-token", "Artifactory API key", "AKCp", ALNUM, 69),
    Format("artifactory-token", "Artifactory reference token", "cmVmdGtu", ALNUM, 56),
    Format("readme-key", "ReadMe API key", "rdme_", ALNUM, 70),
    # Package registries.
    Format("npm-token", "npm access token", "npm_", ALNUM, 36, check="crc", loose=30, edge=False),
    Format("pypi-token", "PyPI API token", "pypi-AgE", URLSAFE, 77, 400, loose=32, edge=False),
    Format("rubygems-key", "RubyGems API key", "rubygems_", HEX, 48),
    Format("crates-token", "crates.io token", "cio", ALNUM, 32),
    Format("clojars-token", "Clojars deploy token", "CLOJARS_", HEX, 60),
    Format("docker-token", "Docker Hub token", "dckr_pat_", URLSAFE, 27),
    Format("docker-token", "Docker Hub organisation token", "dckr_oat_", URLSAFE, 32),
    Format("deno-token", "Deno Deploy token", "ddp_ ddw_", ALNUM, 36),
    # Models.
    Format(
        "anthropic-key",
        "Anthropic API key",
        "sk-ant-",
        URLSAFE,
        24,
        140,
        check="anthropic",
        loose=10,
        edge=False,
    ),
    Format("openrouter-key", "OpenRouter key", "sk-or-v1-", HEX, 64),
    Format("openai-key", "OpenAI API key", "sk-", URLSAFE, 32, 220, LIKELY, "openai", 16),
    Format("huggingface-token", "Hugging Face token", "hf_ api_org_", ALNUM, 34),
    Format("replicate-token", "Replicate API token", "r8_", ALNUM, 37),
    Format("groq-key", "Groq API key", "gsk_", ALNUM, 52),
    Format("perplexity-key", "Perplexity API key", "pplx-", ALNUM, 48),
    Format("xai-key", "xAI API key", "xai-", ALNUM, 80),
    Format("langsmith-key", "LangSmith API key", "lsv2_pt_ lsv2_sk_", HEX + "_", 43),
    Format("elevenlabs-key", "ElevenLabs API key", "sk_", HEX, 48),
    Format("pinecone-key", "Pinecone API key", "pcsk_", ALNUM + "_", 60, 90),
    # Money.
    Format(
        "stripe-key",
        "Stripe live key",
        "sk_live_ rk_live_",
        ALNUM,
        20,
        250,
        loose=10,
        edge=False,
    ),
    Format(
        "stripe-key",
        "Stripe test key",
        "sk_test_ rk_test_",
        ALNUM,
        20,
        250,
        LIKELY,
        loose=10,
        edge=False,
    ),
    Format(
        "stripe-key",
        "webhook signing secret",
        "whsec_",
        BASE64,
        32,
        80,
        LIKELY,
        loose=10,
        edge=False,
    ),
    Format("square-token", "Square access token", "sq0atp-", URLSAFE, 22),
    Format("square-token", "Square OAuth secret", "sq0csp-", URLSAFE, 43),
    Format("square-token", "Square access token", "EAAAE EAAAl", URLSAFE, 59, confidence=LIKELY),
    Format("shopify-token", "Shopify token", "shpat_ shpss_ shpca_ shppa_", HEX + _UPPER[:6], 32),
    Format("easypost-key", "EasyPost API key", "EZAK EZTK", ALNUM, 54),
    Format("duffel-token", "Duffel access token", "duffel_live_ duffel_test_", URLSAFE, 43),
    Format("shippo-token", "Shippo token", "shippo_live_ shippo_test_", HEX, 40),
    Format("flutterwave-key", "Flutterwave secret key", "FLWSECK-", HEX, 32),
    Format("flutterwave-key", "Flutterwave test key", "FLWSECK_TEST-", HEX, 32, 0, LIKELY),
    Format("plaid-token", "Plaid access token", "access-production-", HEX + "-", 36),
    # Messages.
    Format(
        "slack-token",
        "Slack token",
        "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxc- xoxd- xapp-",
        URLSAFE + ".%",
        24,
        400,
        check="slack",
        loose=10,
        edge=False,
    ),
    Format("twilio-key", "Twilio API key", "SK", HEX, 32, confidence=LIKELY),
    Format(
        "sendgrid-key",
        "SendGrid API key",
        "SG.",
        DOTTED,
        66,
        check="sendgrid",
        loose=33,
        edge=False,
    ),
    Format("brevo-key", "Brevo key", "xkeysib- xsmtpsib-", HEX + ALNUM + "-", 81),
    Format("mailgun-key", "Mailgun key", "key-", HEX, 32, confidence=LIKELY),
    # Infrastructure.
    Format("vault-token", "Vault token", "hvs. hvb. hvr.", URLSAFE, 24, 400),
    Format("databricks-token", "Databricks token", "dapi", HEX + "-", 32, 34),
    Format("pulumi-token", "Pulumi token", "pul-", HEX, 40),
    Format(
        "doppler-token",
        "Doppler token",
        "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.",
        ALNUM + "._-",
        40,
        80,
    ),
    Format("supabase-token", "Supabase access token", "sbp_", HEX, 40),
    Format("supabase-token", "Supabase secret key", "sb_secret_", URLSAFE, 31),
    Format(
        "planetscale-token",
        "PlanetScale token",
        "pscale_tkn_ pscale_pw_ pscale_oauth_",
        PADDED,
        32,
        64,
    ),
    Format("netlify-token", "Netlify token", "nfp_ nfc_ nfo_ nfu_", ALNUM, 36),
    Format("prefect-key", "Prefect API key", "pnu_ pnb_", ALNUM, 36),
    Format(
        "tailscale-key",
        "Tailscale key",
        "tskey-auth- tskey-api- tskey-client- tskey-scim- tskey-webhook-",
        ALNUM + "-",
        20,
        80,
    ),
    Format("age-key", "age secret key", "AGE-SECRET-KEY-1", UPPER, 58),
    Format(
        "1password-token", "1Password service account token", "ops_eyJ", BASE64 + "_-", 200, 1200
    ),
    # Watching.
    Format("grafana-token", "Grafana Cloud token", "glc_eyJ", BASE64, 32, 400),
    Format("grafana-token", "Grafana service account token", "glsa_", ALNUM + "_", 41),
    Format("grafana-token", "Grafana API key", "eyJrIjoi", BASE64, 60, 400),
    Format("sentry-token", "Sentry organisation token", "sntrys_eyJ", BASE64 + "_", 80, 400),
    Format("sentry-token", "Sentry user token", "sntryu_", HEX, 64),
    Format("newrelic-key", "New Relic user key", "NRAK-", UPPER, 27),
    Format("newrelic-key", "New Relic insert key", "NRII-", URLSAFE, 32),
    Format("dynatrace-token", "Dynatrace token", "dt0c01.", UPPER + ".", 89),
    Format("posthog-key", "PostHog personal key", "phx_", ALNUM, 43, 50),
    # What people work with.
    Format("linear-key", "Linear API key", "lin_api_", ALNUM, 40),
    Format("linear-key", "Linear OAuth token", "lin_oauth_", HEX, 64),
    Format("notion-token", "Notion token", "ntn_", ALNUM, 46),
    Format("notion-token", "Notion token", "secret_", ALNUM, 43, confidence=LIKELY),
    Format("figma-token", "Figma token", "figd_", URLSAFE, 40),
    Format("airtable-token", "Airtable token", "pat", ALNUM + ".", 79, check="airtable"),
    Format("contentful-token", "Contentful token", "CFPAT-", URLSAFE, 43),
    Format("typeform-token", "Typeform token", "tfp_", DOTTED, 44, 59),
    Format("postman-key", "Postman API key", "PMAK-", HEX + "-", 59),
    Format("dropbox-token", "Dropbox token", "sl. sl.u.", URLSAFE, 130, 1400),
    Format("frameio-token", "Frame.io token", "fio-u-", URLSAFE, 64),
    Format("adafruit-key", "Adafruit IO key", "aio_", ALNUM, 28),
    Format("mapbox-token", "Mapbox secret token", "sk.eyJ", DOTTED, 60, 300),
    Format("infracost-key", "Infracost API key", "ico-", ALNUM, 32),
)


def by_prefix(formats: Iterable[Format] = FORMATS) -> dict[str, Format]:
    """Prefix → its format; `sk-ant-` also begins with `sk-`, and both are listed."""
    return {prefix: one for one in formats for prefix in one.prefixes}
