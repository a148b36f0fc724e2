"""ConfigChange: run by `launch`, which passes where the package and its bytecode are."""

import sys

sys.path.insert(0, sys.argv[1])

from ambidex import pack

pack.install(sys.argv[2], sys.argv[1] + "/ambidex")

from ambidex.hook.door import answer

answer("ConfigChange")
