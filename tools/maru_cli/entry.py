"""Finds the verbs and runs the one that was asked for."""

import argparse
import importlib
import pkgutil
import signal
import sys

import maru_cli
from maru_cli import common

DESCRIPTION = "Builds, tests and runs Maru. Every verb has its own --help."


def parser():
    """The command line of all modules in this package that define `register(subparsers)`.

    A module's `register` adds its verbs and sets `run` (a function of the parsed arguments that returns an exit code or None)
    with `set_defaults`.
    """
    root = argparse.ArgumentParser(prog="tools/maru", description=DESCRIPTION)
    subparsers = root.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True)
    for module in sorted(info.name for info in pkgutil.iter_modules(maru_cli.__path__)):
        if module.endswith("_test"):
            continue
        register = getattr(importlib.import_module("maru_cli." + module), "register", None)
        if register:
            register(subparsers)
    return root


def verbs():
    """Names of all verbs."""
    return sorted(next(a for a in parser()._actions if a.dest == "verb").choices)


def main(argv):
    arguments = parser().parse_args(argv)
    # Ended from outside, a verb ends what it started as when it is interrupted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return arguments.run(arguments) or 0
    except common.Failure as failure:
        failure.show()
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone; say nothing into the closed pipe at exit either.
        sys.stdout = None
        return 141
