"""call, token, completion: using what is up without other tools."""

import argparse
import os
import pathlib
import subprocess

from maru_cli import common, deployments, entry, run, supervisor


def register(subparsers):
    call = subparsers.add_parser("call", help="one call of a method, as somebody",
                                 description="Calls METHOD of CONTEXT with JSON and prints the reply as JSON; errors with "
                                 "their details, exit code 1. Server streams print one JSON object a line.")
    call.add_argument("context", metavar="CONTEXT", help="schedule, datecourse-schedule, broker, …")
    call.add_argument("method", metavar="METHOD", help="RegisterSchedule, or a full name")
    call.add_argument("json", metavar="JSON", nargs="?", default="{}", help="the request ({})")
    call.add_argument("--as", dest="actor", default="customer:kim", metavar="ROLE:SUB",
                      help="who calls (customer:kim; an owner with stores: owner:park@s1,s2)")
    call.add_argument("--position", default="", help="read-your-writes: the position that a command gave")
    call.add_argument("--envelope", action="store_true", help="print reply, position and error as one JSON object")
    _common(call)
    call.set_defaults(run=cmd_call)

    token = subparsers.add_parser("token", help="a token for a person, to call with grpcurl",
                                  description="Prints a JWT (ES256) signed with the users' key that `up` made.")
    token.add_argument("--role", action="append", required=True,
                       choices=["customer", "host", "cleaner", "librarian", "owner", "rider", "admin"])
    token.add_argument("--sub", required=True, help="who: becomes customer_id, uploader_id, …")
    token.add_argument("--store-id", action="append", default=[], help="a store of an owner; repeatable")
    token.add_argument("--ttl", default="1h", help="how long it is valid (1h)")
    _common(token)
    token.set_defaults(run=cmd_token)

    completion = subparsers.add_parser("completion", help="tab completion for bash: eval \"$(tools/maru completion)\"",
                                       description="Prints a bash script: eval \"$(tools/maru completion)\".")
    completion.add_argument("--words", nargs="*", help=argparse.SUPPRESS)
    _common(completion)
    completion.set_defaults(run=cmd_completion)


def _common(parser):
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="folder of data, logs and keys (.maru; environment MARU_STATE)")
    parser.add_argument("--port-base", type=int, default=run.port_base_from_environment(), help=argparse.SUPPRESS)


def _address(args, deployment):
    """Where it really listens, if something is up; else where it would."""
    answer = supervisor.ask(args.state, {"verb": "status"})
    for child in answer["children"] if answer else []:
        if child["name"] == deployment.name:
            return child["address"]
    return deployment.address


def cmd_call(args):
    deployment = deployments.find(deployments.load(common.ROOT, args.port_base), args.context)
    if deployment is None:
        names = ", ".join(d.name for d in deployments.load(common.ROOT))
        common.fail(f"{args.context} is no context, or several systems have one", f"there are: {names}")
    command = [run.any_cli(), "call", "--keys", str(pathlib.Path(args.state) / "keys"), "--as", args.actor,
               "--deployment", deployment.name, "--address", _address(args, deployment)]
    if args.position:
        command += ["--position", args.position]
    if args.envelope:
        command.append("--envelope")
    return subprocess.run([*command, args.method, args.json], check=False).returncode


def cmd_token(args):
    command = [run.any_cli(), "token", "--keys", str(pathlib.Path(args.state) / "keys"), "--sub", args.sub,
               "--ttl", args.ttl, "--roles", ",".join(args.role)]
    if args.store_id:
        command += ["--store_ids", ",".join(args.store_id)]
    return subprocess.run(command, check=False).returncode


_BASH = r"""
_maru() {
  local word="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" completion --words "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "$word"))
}
complete -F _maru tools/maru ./tools/maru maru
"""

_VERBS_OF_CONTEXTS = ("call", "logs", "start", "restart", "kill")


def cmd_completion(args):
    if args.words is None:
        print(_BASH)
    else:
        print("\n".join(_candidates(args.words)))
    return 0


def _candidates(words):
    everything = deployments.load(common.ROOT)
    if not words:
        return entry.verbs()
    if len(words) == 1 and words[0] in _VERBS_OF_CONTEXTS:
        return [d.context for d in everything]
    if len(words) == 1 and words[0] in ("up", "demo"):
        return deployments.systems(common.ROOT)
    if len(words) == 2 and words[0] == "call":
        deployment = deployments.find(everything, words[1])
        if deployment is not None:
            listed = subprocess.run([run.any_cli(), "methods", "--deployment", deployment.name], stdout=subprocess.PIPE,
                                    text=True, check=False)
            return listed.stdout.split()
    return []
