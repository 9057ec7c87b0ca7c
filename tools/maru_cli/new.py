"""new: lays down a context that follows the events of another one and serves a view of them."""

import json
import re

from maru_cli import check, common, deployments

TEMPLATE = common.ROOT / "tools" / "template"
DEPLOYMENTS = common.ROOT / "mesh" / "context" / "deployments.json"
# A folder, a namespace, a package and a part of names on the wire.
_NAME = re.compile(r"[a-z][a-z0-9]*")
# Two systems never share a hundred of ports (mesh/context/deployments.json).
_PORTS_OF_A_SYSTEM = 99


def register(subparsers):
    verb = subparsers.add_parser(
        "new", help="lay down a context that reads a topic and serves a view",
        description="Lays down contract, domain, service, view, wiring, tests and README of a context, and adds it to the "
                    "deployments of its system. It changes no other context. Then: tools/maru build, tools/maru start CONTEXT.")
    verb.add_argument("name", metavar="SYSTEM/CONTEXT", help="books/statistics")
    verb.add_argument("--hears", required=True, metavar="SOURCE/EVENT", help="reservation/Reserved: an event of the same system")
    verb.set_defaults(run=_new)


def _new(arguments):
    system, context = _split(arguments.name, "SYSTEM/CONTEXT")
    source, event = _split(arguments.hears, "SOURCE/EVENT")
    known = [d for d in deployments.load(common.ROOT) if d.system == system]
    _check_name(system, context, known)
    words = {**_words_of(system, context, known), **_words_of_event(system, source, event, known)}
    written = _lay_down(words)
    common.run("format", [check.CLANG_FORMAT, "-i", *(path for path in written if path.suffix in (".cc", ".h"))])
    _add_contracts(words)
    _add_to_readme(words)
    _add_deployment(words)
    for path in written:
        common.say(str(path.relative_to(common.ROOT)))
    common.say(f"\nNext: tools/maru build maru-{system}-{context} maru-cli, then `tools/maru start {context}` where "
               f"{system} is up, else `tools/maru up {system}`.")


def _split(text, form):
    parts = text.split("/")
    if len(parts) != 2 or not all(parts):
        common.fail(f"{text} is not {form}")
    return parts


def _check_name(system, context, known):
    if not known:
        common.fail(f"there is no system {system}", f"known: {', '.join(deployments.systems(common.ROOT))}")
    if not _NAME.fullmatch(context):
        common.fail(f"{context} cannot be the name of a context", "small letters and digits, a letter first")
    if any(d.context == context for d in known) or (common.ROOT / "services" / system / context).exists():
        common.fail(f"{system} has a context {context} already")
    if len(known) >= _PORTS_OF_A_SYSTEM:
        common.fail(f"{system} has no port left")


# --- The words of the template ---


def _words_of(system, context, known):
    return {
        "system": system,
        "context": context,
        "Context": context.capitalize(),
        "GUARD": f"{system}_{context}".upper(),
        "collection": context if context.endswith("s") else context + "s",
        "port": str(known[-1].port + 1),
    }


def _words_of_event(system, source, event, known):
    deployment = deployments.find(known, source)
    if deployment is None:
        common.fail(f"{system} has no context {source}", f"it has {', '.join(d.context for d in known)}")
    # One implementation for several systems has no system in its package.
    package = [source] if deployment.binary == f"maru-{source}" else [system, source]
    contract = common.ROOT.joinpath("proto", "maru", *package, "v1", "events.proto")
    events = dict(re.findall(r'^message (\w+) \{.*?correlation_id: "(\w+)"', _read(contract), re.DOTALL | re.MULTILINE))
    if event not in events:
        common.fail(f"{source} tells of no {event}", f"it tells of {', '.join(events) or 'nothing'}")
    return {
        "source": source,
        "Event": event,
        "correlation_field": events[event],
        "event_folder": "/".join(["maru", *package]),
        "event_namespace": "::".join(["maru", *package]),
        "event_library": "_".join(package),
    }


def _read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


# --- Files ---


def _fill(text, words):
    return re.sub(r"@(\w+)@", lambda match: words[match[1]], text)


def _lay_down(words):
    """Writes the files of the template; their paths."""
    written = []
    for template in sorted(TEMPLATE.rglob("*.in")):
        path = common.ROOT / _fill(str(template.relative_to(TEMPLATE).with_suffix("")), words)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_fill(template.read_text(encoding="utf-8"), words), encoding="utf-8")
        written.append(path)
    return written


def _add_contracts(words):
    path = common.ROOT / "proto" / "maru" / words["system"] / "CMakeLists.txt"
    path.write_text(_read(path) + _fill("""
maru_proto(NAME @system@_@context@
  PROTOS @context@/v1/@context@.proto
  DEPS maru::proto_options maru::proto_third_party
  MARU_CODE)
maru_proto(NAME @system@_@context@_store PROTOS @context@/store/v1/@context@.proto)
""", words), encoding="utf-8")


def _add_to_readme(words):
    """A row in the system's table of contexts, behind the others."""
    path = common.ROOT / "services" / words["system"] / "README.md"
    lines = _read(path).splitlines()
    last = max((i for i, line in enumerate(lines) if re.match(r"\| `\S+/` \|", line)), default=None)
    if last is None:
        common.fail(f"{path.relative_to(common.ROOT)} has no table of contexts")
    row = _fill("| `@context@/` | `@system@-@context@` | what was told of each thing; takes no commands | @source@ |", words)
    path.write_text("\n".join([*lines[:last + 1], row, *lines[last + 1:]]) + "\n", encoding="utf-8")


def _add_deployment(words):
    """One line, behind the other contexts of the system: their ports stay."""
    text = _read(DEPLOYMENTS)
    line = _fill('{"name": "@context@", "binary": "maru-@system@-@context@"}', words)
    added, count = re.subn(rf'("{words["system"]}": \{{.*?)(\n *\])', rf"\1,\n        {line}\2", text, count=1, flags=re.DOTALL)
    if count != 1 or not any(c["name"] == words["context"] for c in json.loads(added)["systems"][words["system"]]["contexts"]):
        common.fail(f"{DEPLOYMENTS.relative_to(common.ROOT)} is not laid out as expected")
    DEPLOYMENTS.write_text(added, encoding="utf-8")
