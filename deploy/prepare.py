"""Make .venv and install what is locked, once. Runs on any Python 3, to say in one line what is missing.

python3 deploy/prepare.py
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.realpath(os.path.join(ROOT, ".venv"))  # where a link leads, as its own scripts name it
PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements-dev.txt")
STAMP = os.path.join(VENV, "installed")
NEEDED_BYTES = 1500 * 1024 * 1024


def main() -> None:
    wanted = fingerprint()
    if works() and installed() == wanted:
        return
    refuse_what_cannot_work()
    try:
        if not works():
            say("Making .venv ...")
            subprocess.check_call([sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.DEVNULL)
        install()
        with open(STAMP, "w") as stamp:
            stamp.write(wanted)
    except (OSError, subprocess.CalledProcessError) as error:
        stop("The installation stopped: %s. Run the same command again to go on." % error)
    except KeyboardInterrupt:
        finish()
        stop("The installation was stopped. Run the same command again to go on.")


def refuse_what_cannot_work() -> None:
    if sys.version_info < (3, 11):
        stop("Python 3.11 or newer is needed; this is %s. Name another: make run PYTHON=python3.11" % sys.version.split()[0])
    try:
        import ensurepip  # noqa: F401  # is it there?
        import venv  # noqa: F401  # is it there?
    except ImportError:
        stop("Python's venv module is missing. On Debian: apt install python3-venv")
    if shutil.disk_usage(ROOT).free < NEEDED_BYTES:
        stop("The disk that holds %s is nearly full: the first start needs 1.5 GB." % ROOT)


def fingerprint() -> str:
    with open(LOCK, "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def installed() -> str:
    try:
        with open(STAMP) as stamp:
            return stamp.read()
    except OSError:
        return ""


def works() -> bool:
    """Tell whether .venv's Python starts. A half-made one does not count, nor one whose scripts name another folder."""
    try:
        with open(os.path.join(VENV, "bin", "activate")) as activate:
            here = VENV in activate.read()
        return here and subprocess.call([PYTHON, "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install() -> None:
    with open(LOCK) as lock:
        total = sum(1 for line in lock if "==" in line and not line.lstrip().startswith("#"))
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check", "-r", LOCK]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    found, said = 0, []
    for line in pip.stdout or ():
        if line.startswith(("Collecting", "Requirement already satisfied")):
            found += 1
            progress("Fetching %d of %d packages" % (min(found, total), total), worth_a_line=found % 25 == 1)
        elif line.startswith("Installing collected packages"):
            progress("Installing %d packages, about half a minute" % found)
        elif line.startswith("ERROR"):
            said.append(line.strip())
    if pip.wait() != 0:
        finish()
        stop("Packages could not be installed: %s" % (" ".join(said)[:500] or "pip ended with code %d" % pip.returncode))
    progress("Installed %d packages" % found)
    finish()


def progress(text: str, worth_a_line: bool = True) -> None:
    """Show one line that changes, or some of the lines where nobody watches."""
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="")
    elif worth_a_line:
        print(text)
    sys.stdout.flush()


def finish() -> None:
    if sys.stdout.isatty():
        print()


def say(text: str) -> None:
    print(text)
    sys.stdout.flush()


def stop(why: str) -> None:
    print(why, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
