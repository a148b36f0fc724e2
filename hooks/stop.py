"""Stop: run by `launch`, which passes the folder that holds the package."""

import sys

sys.path.insert(0, sys.argv[1])

from ambidex.hook.door import answer

answer("Stop")
