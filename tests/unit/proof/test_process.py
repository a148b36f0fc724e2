from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ambidex.proof import process
from testing.processes import gone

SOURCE = str(Path(process.__file__).resolve().parents[2])


def run(argv: list[str], folder: Path) -> process.Outcome:
    deadline = time.monotonic() + 30
    return process.run(argv, cwd=str(folder), environ=os.environ, deadline=deadline)


def test_what_a_command_leaves_running_is_ended(tmp_path: Path) -> None:
    outcome = run(["sh", "-c", "sleep 300 & echo $!; exit 4"], tmp_path)
    assert outcome.code == 4
    assert gone(int(outcome.tail))


def test_a_descendant_in_a_session_of_its_own_does_not_hold_the_run_up(tmp_path: Path) -> None:
    daemon = "import os, time\nif os.fork():\n    time.sleep(0.5); print('done')\n"
    daemon += "else:\n    os.setsid(); time.sleep(8); print('late')\n"
    outcome = run([sys.executable, "-c", daemon], tmp_path)
    assert outcome.code == 0
    assert outcome.tail == "done\n"


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert run(["cat"], tmp_path).code == 0


def test_a_run_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        f"sys.path.insert(0, {SOURCE!r})\n"
        "from ambidex.proof import process\n"
        "process.run(['sh', '-c', 'echo $$ > pid; exec sleep 300'], cwd='.',\n"
        "            environ=os.environ, deadline=time.monotonic() + 300)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text().endswith("\n")):
        assert starter.poll() is None
        time.sleep(0.02)
    # The child may be faster than the few instructions that make it known to its starter.
    time.sleep(0.2)
    starter.send_signal(signal.SIGTERM)
    assert starter.wait(20) == -signal.SIGTERM
    assert gone(int(pid.read_text()))


def test_a_stop_that_changed_nothing_imports_nothing_of_weight(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        f"sys.path.insert(0, {SOURCE!r})\n"
        "from ambidex.gates import PROOF_GATES\n"
        "before = set(sys.modules)\n"
        "from ambidex.proof.gate import prove\n"
        "from ambidex.proof.subject import Subject\n"
        "from ambidex.proof.observe import observe\n"
        "from ambidex.proof.stop import step\n"
        "class C: path, old_path = 'README.md', ''\n"
        "policy = {'tests': {'command': [], 'paths': ['tests'], 'source': ['src', '.'],\n"
        "                    'exclude': []}}\n"
        "class Nothing:\n"
        "    def get(self, gate): return None\n"
        "subject = Subject(root='.', state='./state', policy=policy, changes=[C()], environ={},\n"
        "                  deadline=9e9)\n"
        "got = prove(subject, {'tests': 'block'}, Nothing(), PROOF_GATES)\n"
        "assert step(None, observe(got), {}, 0.0).action == 'pass'\n"
        "print(*sorted({n.partition('.')[0] for n in set(sys.modules) - before}))\n"
    )
    names = subprocess.check_output(
        [sys.executable, "-I", "-S", "-c", script], cwd=tmp_path, text=True
    )
    public = {name for name in names.split() if not name.startswith("_")}
    assert public <= {"ambidex", "time", "os", "stat", "posixpath", "genericpath"}
