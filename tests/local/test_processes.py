"""Child processes, ended for certain."""

import signal
import subprocess

from ticketing.local.processes import stop_all

DEAF = "trap '' TERM; sleep 60 & echo deaf; wait"


def test_child_that_does_not_listen_is_killed_with_its_own_children():
    with subprocess.Popen(["sh", "-c", DEAF], stdout=subprocess.PIPE, start_new_session=True) as child:
        child.stdout.readline()

        stop_all([child], seconds=0.1)

        assert child.returncode == -signal.SIGKILL
        assert child.stdout.read() == b""  # which ends when the last of them has
