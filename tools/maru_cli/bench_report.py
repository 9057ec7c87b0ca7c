"""What a bench has measured, and what it is to reach."""

import statistics

from maru_cli import common

# What each figure is to reach: (times echo, or None) and a word on it.
TARGETS = {
    "read": (0.85, "≥ 0.85 × echo (aim 0.90)"),
    "durable_command": (0.30, "≥ 0.30 × echo (aim 0.40)"),
    "durable_alone": (0.45, "≥ 0.45 × echo (aim 0.60)"),
    "order_saga": (0.15, "≥ 0.15 × echo (aim 0.20)"),
    "full_store": (0.8, "≥ 0.8 × small"),
    "publish_single": (4, "≥ 4 × echo"),
    "publish_batch64": (15, "≥ 15 × echo"),
    "consume": (15, "≥ 15 × echo"),
}
LIMITS = {
    "visible_idle_p50": (4, "≤ 4 × fsync (aim 3)"),
    "visible_half_p99": (25, "≤ 25 × fsync (aim 20)"),
    "start": (2.0, "≤ 2 s"),
    "pss": (150.0, "≤ 150 MiB"),
    "idle_cpu": (1.0, "≤ 1 %"),
    "order_saga_p50_alone": (8, "≤ 8 × fsync"),
    "start_all": (3.0, "≤ 3 s"),
    "pss_all": (512.0, "≤ 512 MiB"),
    "idle_cpu_all": (3.0, "≤ 3 %"),
    "start_full": (3.0, "≤ 3 s"),
    "start_timers": (2.0, "≤ 2 s"),
}


class Report:
    """Values by figure and round; medians, ratios, remarks."""

    def __init__(self):
        self._values = {}
        self._units = {}
        self._to_echo = {}
        self._remarks = []
        # What the ratios are to, and what it is called.
        self.fsync_us = None

    def add(self, name, value, unit):
        self._values.setdefault(name, []).append(value)
        self._units[name] = unit
        if unit == "/s" and "echo" in self._values:
            self._to_echo.setdefault(name, []).append(value / self._values["echo"][-1])

    def remark(self, text):
        self._remarks.append(text)
        common.say(f"    {text}")

    def median(self, name):
        return statistics.median(self._values[name])

    def to_echo(self, name):
        """Only rates have a ratio to the rate of echo: to the one measured last before each, since a machine that is shared
        with others changes its pace within a run."""
        return statistics.median(self._to_echo[name]) if name in self._to_echo else None

    def to_fsync(self, name):
        return self.median(name) / self.fsync_us if self._units[name] == "µs" and self.fsync_us else None

    def as_json(self):
        figures = []
        for name, unit in self._units.items():
            figure = {"name": name, "value": round(self.median(name), 3), "unit": unit, "to_echo": None}
            if self.to_echo(name) is not None:
                figure["to_echo"] = round(self.to_echo(name), 3)
            if self.to_fsync(name) is not None:
                figure["to_fsync"] = round(self.to_fsync(name), 2)
            figures.append(figure)
        return {"figures": figures, "remarks": self._remarks}

    def show(self):
        common.say("")
        common.say(f"{'figure':<26} {'value':>12}  {'unit':<9} {'ratio':>14}   to reach")
        for name, unit in self._units.items():
            ratio, word, reached = self._judge(name)
            mark = "" if reached is None else common.green("✓ ") if reached else common.red("✗ ")
            common.say(f"{name:<26} {self.median(name):>12,.1f}  {unit:<9} {ratio:>14}   {mark}{word}")

    def _judge(self, name):
        """The ratio as text, what is to be reached, and whether it is."""
        base = name.removesuffix("_8_streams")
        value, ratio = self.median(name), ""
        if self.to_echo(name) is not None:
            value = self.to_echo(name)
            ratio = f"{value:.2f} × echo"
        elif self.to_fsync(name) is not None:
            value = self.to_fsync(name)
            ratio = f"{value:.1f} × fsync"
        if base in TARGETS:
            return ratio, TARGETS[base][1], value >= TARGETS[base][0]
        if base in LIMITS:
            return ratio, LIMITS[base][1], value <= LIMITS[base][0]
        return ratio, "", None
