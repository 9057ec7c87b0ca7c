"""demo: plays the story of a system over real gRPC, says what it did and saw, and checks every step."""

import json
import os
import pathlib
import random
import subprocess
import time
import uuid

from maru_cli import build, common, demo_books, demo_datecourse, demo_fashion, demo_food, demo_homecleaning, run, supervisor

# One module a system, with play(story).
STORIES = {"datecourse": demo_datecourse, "homecleaning": demo_homecleaning, "books": demo_books,
           "food": demo_food, "fashion": demo_fashion}

# Until an event is seen at its far end. It takes milliseconds; a killed context needs its restart on top.
CATCH_UP_S = 20.0
# For so long somebody asks again who was told to.
PATIENCE_S = 60.0
# The longest that a story watches something.
WATCH_S = 120.0


def retry_delay_s(envelope):
    """What a refusal asks its caller to wait; a moment where it does not say."""
    asked = [float(detail["retryDelay"].removesuffix("s")) for detail in envelope.get("details", []) if "retryDelay" in detail]
    return max(asked, default=0.1)


def register(subparsers):
    parser = subparsers.add_parser("demo", help="play a system's story against what is up (or start it) and check it",
                                   description="Plays the story of a system over real gRPC, of none named: all of them, against "
                                   "what is up, else it starts it and stops it again. Exits non-zero when a step is wrong.")
    parser.add_argument("system", nargs="?", choices=list(STORIES))
    build.add_preset(parser)
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")))
    parser.set_defaults(run=cmd_demo)


def cmd_demo(args):
    tool = [str(common.ROOT / "tools/maru")]
    status = supervisor.ask(args.state, {"verb": "status"})
    started = status is None
    there = list(STORIES) if started else [s for s in STORIES if any(c["name"].startswith(f"{s}-") for c in status["children"])]
    systems = [args.system] if args.system else there
    if args.system and args.system not in there:
        common.fail(f"{args.system} is not up", f"tools/maru down, then tools/maru demo {args.system}")
    if started:
        common.say("Nothing is up: starting it for the demo.")
        subprocess.run([*tool, "up", *systems, "--detach", "--preset", args.preset, "--state", args.state], check=True)
    try:
        return max(_play(args, system) for system in systems)
    finally:
        if started:
            subprocess.run([*tool, "down", "--state", args.state], check=True)


def _play(args, system):
    story = Story(args, system)
    STORIES[system].play(story)
    return story.finish()


class Story:
    """Calls on behalf of people, prints, checks. A failed check is printed and remembered; the story goes on."""

    def __init__(self, args, system):
        self._state = args.state
        self._system = system
        self._cli = run.binary(args.preset, "maru-cli")
        answer = supervisor.ask(args.state, {"verb": "status"})
        self._addresses = {c["name"]: c["address"] for c in answer["children"]}
        self._wrong = []
        self._checks = 0
        self._began = time.monotonic()

    def chapter(self, title):
        common.say(f"\n── {title} " + "─" * max(0, 72 - len(title)))

    def call(self, who, context, method, request, position=""):
        """One call as `who` ("host:mina", "owner:park@s1"). The envelope that maru-cli prints: ok, reply, position, code,
        reason, …"""
        command = [*self._command(who, context), "--envelope"]
        if position:
            command += ["--position", position]
        done = subprocess.run([*command, method, json.dumps(request)], stdout=subprocess.PIPE, text=True, check=False)
        try:
            return json.loads(done.stdout)
        except ValueError:
            common.fail(f"maru-cli answered something that is no JSON: {done.stdout!r}", "is it built from this checkout?")

    def insist(self, who, context, method, request):
        """A command that is asked again, with one request_id, while it is UNAVAILABLE; after as long as it says, since a crowd
        that asks again at once keeps everybody out. The last envelope."""
        request = {**request, "requestId": str(uuid.uuid4())}
        until = time.monotonic() + PATIENCE_S
        while True:
            envelope = self.call(who, context, method, request)
            if envelope.get("code") != "UNAVAILABLE" or time.monotonic() > until:
                return envelope
            time.sleep(retry_delay_s(envelope) * random.uniform(1, 2))

    def watch(self, who, context, method, request):
        """Begins a call of a server stream, to go on beside the story."""
        command = [*self._command(who, context), f"--timeout={WATCH_S:.0f}s"]
        return Watch(subprocess.Popen([*command, method, json.dumps(request)], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True))

    def _command(self, who, context):
        deployment = f"{self._system}-{context}"
        return [self._cli, "call", "--keys", str(pathlib.Path(self._state) / "keys"), "--as", who, "--deployment", deployment,
                "--address", self._addresses[deployment]]

    def done(self, text, envelope):
        """Says what was done and checks that it worked; its reply."""
        self.check(text, envelope.get("ok"), f"{envelope.get('code')} {envelope.get('reason')} {envelope.get('message')}")
        return envelope.get("reply", {})

    def refused(self, text, envelope, reason):
        self.check(f"{text} → refused: {envelope.get('reason', '?')}", not envelope.get("ok") and
                   envelope.get("reason") == reason, f"wanted {reason}, got {envelope}")

    def check(self, text, right, detail=""):
        self._checks += 1
        mark = common.green("✓") if right else common.red("✗")
        common.say(f"  {mark} {text}" + ("" if right else f"   {common.red(str(detail))}"))
        if not right:
            self._wrong.append(text)

    def eventually(self, text, look):
        """Checks that `look()` (right, what it saw) becomes right by itself."""
        began = time.monotonic()
        right, saw = look()
        while not right and time.monotonic() - began < CATCH_UP_S:
            time.sleep(0.02)
            right, saw = look()
        self.check(f"{text} (after {1000 * (time.monotonic() - began):.0f} ms)", right, f"saw {saw}")

    def kill(self, context, hold=False):
        supervisor.ask(self._state, {"verb": "kill", "name": f"{self._system}-{context}", "hold": hold})
        common.say(f"  ⚡ {context} was killed (SIGKILL)" + (" and stays down" if hold else ""))

    def start(self, context):
        supervisor.ask(self._state, {"verb": "start", "name": f"{self._system}-{context}"})
        common.say(f"  ↻ {context} is started again")

    def finish(self):
        seconds = time.monotonic() - self._began
        common.say("")
        if self._wrong:
            common.say(common.red(f"{len(self._wrong)} of {self._checks} checks are wrong: " + "; ".join(self._wrong)))
            return 1
        common.say(common.green(f"All {self._checks} checks are right, in {seconds:.1f} s."))
        return 0


class Watch:
    """A server stream under way."""

    def __init__(self, process):
        self._process = process

    def messages(self):
        """Waits for its end, however it ends; all that came, in order."""
        out, _ = self._process.communicate(timeout=WATCH_S)
        return [json.loads(line) for line in out.splitlines()]
