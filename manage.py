#!/usr/bin/env python
"""Django's door. Starts the local services that a command needs, unless they run or others are configured."""

import os
import signal
import sys
from contextlib import nullcontext

WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemigrations",
    "messages",
    "state_diagrams",
    "up",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "up":
        os.environ.setdefault("DEMO", "1")
    from django.core.management import execute_from_command_line

    from ticketing.environment import read_env_file
    from ticketing.local.places import LocalProblem, here
    from ticketing.local.sharing import services

    read_env_file()
    alone = command in WITHOUT_SERVICES or {"-h", "--help"} & set(sys.argv)
    try:
        with nullcontext() if alone else services(here()):
            if not alone:
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that services we started are stopped
            execute_from_command_line(sys.argv)
    except LocalProblem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
