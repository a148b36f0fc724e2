"""The table of docs/secrets.md, made from the formats, so that it is never outdated.

`python -m testing.secret_table` writes it.
"""

from __future__ import annotations

from ambidex.secrets.formats import CERTAIN, FORMATS
from ambidex.secrets.shapes import SHAPES
from testing.checkout import ROOT

PAGE = ROOT / "docs" / "secrets.md"
BEGIN = "<!-- generated -->\n"
END = "<!-- end of generated -->\n"

# Kinds that are found by what surrounds them.
OTHERS = (
    ("private-key", "private key in armour (RSA, EC, OpenSSH, PGP …)", "its first line", CERTAIN),
    ("url-password", "password or token in a URL", "strong, and for another machine", CERTAIN),
    ("aws-secret-key", "AWS secret access key", "its name", CERTAIN),
    ("assigned-value", "random value named as a secret", "its name, and chance", "likely"),
)


def table() -> str:
    """The table in Markdown, by name."""
    rows: dict[tuple[str, str], tuple[list[str], set[str]]] = {}
    for one in FORMATS:
        known, sure = rows.setdefault((one.name, one.id), ([], set()))
        known += [f"`{prefix}`" for prefix in one.prefixes]
        sure.add(one.confidence)
        if one.check == "crc":
            known.append("checksum")
    for shape in SHAPES:
        known, sure = rows.setdefault((shape.name, shape.id), ([], set()))
        known.append(f"`{shape.needle.strip()}`")
        sure.add(shape.confidence)
    for kind, name, mark, confidence in OTHERS:
        rows[name, kind] = ([mark], {confidence})
    lines = ["| secret | known by | confidence | kind |", "|---|---|---|---|"]
    for (name, kind), (known, sure) in sorted(rows.items(), key=lambda row: row[0][0].lower()):
        lines.append(f"| {name} | {' '.join(known)} | {', '.join(sorted(sure))} | `{kind}` |")
    return "\n".join(lines) + "\n"


def render(page: str) -> str:
    """`page` with the table as it must be."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
