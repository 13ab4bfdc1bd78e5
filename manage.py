#!/usr/bin/env python
"""Django's door. Starts the local services that a command needs, unless they run or others are configured."""

import os
import signal
import sys

WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "messages",
    "state_diagrams",
    "up",
    "verify_ticket",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    from ticketing.environment import read_env_file
    from ticketing.local.places import LocalProblem

    read_env_file()
    try:
        run(sys.argv[1] if len(sys.argv) > 1 else "help")
    except LocalProblem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def run(command: str) -> None:
    from django.core.management import execute_from_command_line

    from ticketing.local.places import here
    from ticketing.local.processes import on_signals
    from ticketing.local.sharing import services

    if command == "up":
        os.environ.setdefault("DEMO", "1")
    if command in WITHOUT_SERVICES or command.startswith("-") or {"-h", "--help"} & set(sys.argv):
        execute_from_command_line(sys.argv)
        return
    on_signals(leave, signal.SIGTERM, signal.SIGHUP)
    with services(here()):
        execute_from_command_line(sys.argv)


def leave(number: int, _: object) -> None:
    """End in order, so that services we started are stopped; a second signal must not disturb that."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
