"""SessionEnd: old sessions and old records make room. The client allows 1.5 s in all."""

from __future__ import annotations

import contextlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply

DAY = 86_400


def handle(context: Context) -> Reply | None:
    """Silence."""
    context.record["reason"] = context.event.reason  # type: ignore[attr-defined]
    from ambidex.ledger import chain

    kept = context.policy["ledger"]
    oldest = context.started - kept["keep_days"] * DAY
    with context.open_store() as store:
        store.forget_sessions(oldest)
        store.forget_evidence(oldest)
    chain.prune(context.state, kept["keep_days"], kept["max_megabytes"])
    _forget_logs(os.path.join(context.state, "logs"), oldest)
    return None


def _forget_logs(folder: str, oldest: float) -> None:
    """Remove the full outputs of test runs that are older than `oldest`, seconds since 1970."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            if os.stat(path).st_mtime < oldest:
                os.unlink(path)
