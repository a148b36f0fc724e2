"""Where the tests' Python finds our pytest plugins: a copy of `inside`, not the installed one.

pytest writes bytecode beside the plugins that it loads, and an installed plugin's folder stays as
it was installed. The copy is kept, so that the bytecode is of use to the next run.
"""

from __future__ import annotations

import contextlib
import os
import zlib

from ambidex import inside, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT_SECONDS = 7 * 86_400.0


def folder(environ: Mapping[str, str]) -> str:
    """The folder for PYTHONPATH; the installed one where nothing can be written.

    Args:
        environ: Ambidex's own environment, which says where its data is.
    """
    source = os.path.dirname(os.path.abspath(inside.__file__))
    try:
        files = {}
        for name in sorted(os.listdir(source)):
            if name.endswith(".py"):
                with open(os.path.join(source, name), "rb") as file:
                    files[name] = file.read()
        digest = 0
        for name, content in files.items():
            digest = zlib.crc32(content, zlib.crc32(name.encode(), digest))
        home = os.path.join(locate.data_home(environ), "inside")
        target = os.path.join(home, f"{digest:08x}")
        if not os.path.isdir(target):
            _make(home, target, files)
    except OSError:
        return source
    return target


def _make(home: str, target: str, files: Mapping[str, bytes]) -> None:
    import shutil
    import tempfile
    import time

    locate.make_private(home)
    draft = tempfile.mkdtemp(prefix="new-", dir=home)
    try:
        for name, content in files.items():
            with open(os.path.join(draft, name), "wb") as file:
                file.write(content)
        with contextlib.suppress(FileExistsError):
            # Refused where another process was faster: its folder is the same.
            os.rename(draft, target)
    except OSError:
        if not os.path.isdir(target):
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for name in os.listdir(home):
        old = os.path.join(home, name)
        if old != target and time.time() - os.stat(old).st_mtime > _KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
