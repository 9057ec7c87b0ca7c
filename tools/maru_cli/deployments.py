"""What can be started: mesh/context/deployments.json, with addresses and folders worked out."""

import dataclasses
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Deployment:
    """One process of a local run: a context of a system, or the broker."""

    name: str  # "datecourse-schedule"; the broker is "broker"
    system: str  # "" for the broker
    context: str  # "schedule"
    binary: str
    host: str
    port: int
    metrics_port: int

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    @property
    def metrics_address(self):
        return f"{self.host}:{self.metrics_port}"


def load(root, port_base=None):
    """All deployments, the broker first, then in the order of the file."""
    table = json.loads(pathlib.Path(root, "mesh/context/deployments.json").read_text(encoding="utf-8"))
    base = port_base if port_base is not None else table["port_base"]

    def deployment(name, system, context, binary, offset):
        port = base + offset
        return Deployment(name, system, context, binary, table["host"], port, port + table["metrics_offset"])

    broker = table["broker"]
    found = [deployment("broker", "", "broker", broker["binary"], broker["port_offset"])]
    for system, entry in table["systems"].items():
        for index, context in enumerate(entry["contexts"]):
            found.append(deployment(f"{system}-{context['name']}", system, context["name"], context["binary"],
                                    entry["port_offset"] + index))
    return found


def systems(root):
    return sorted({d.system for d in load(root) if d.system})


def select(root, wanted_systems, port_base=None):
    """The broker and all contexts of the wanted systems (none named: all). KeyError names an unknown system."""
    everything = load(root, port_base)
    known = {d.system for d in everything}
    for system in wanted_systems:
        if system not in known or not system:
            raise KeyError(system)
    return [d for d in everything if not d.system or not wanted_systems or d.system in wanted_systems]


def find(deployments, name):
    """By full name ("datecourse-schedule") or by context ("schedule") where that is unique; None when not."""
    exact = [d for d in deployments if d.name == name]
    loose = [d for d in deployments if d.context == name]
    if exact:
        return exact[0]
    return loose[0] if len(loose) == 1 else None
