"""The figures of datecourse: reads, commands, its pipeline, and the broker."""

from maru_cli import common
from maru_cli.bench_run import Bench, Calls, Page

COURSES = 64
PRODUCERS = 8
SYSTEM = "datecourse"
VIEWPAGE = Page("datecourse-viewpage", "GetScheduleView", "schedule_id", of="schedule_id")


class DatecourseBench(Bench):
    _read = None
    _comment = None

    def run(self):
        common.say(f"{self._plan.rounds} rounds of {self._plan.seconds} s each; {common.cpus()} processors shared with the load")
        self.make_keys(*(f"bench-p{i}" for i in range(PRODUCERS)))
        self._measure_start()
        self._start_echo()
        self._register_courses()
        self._measure_sync()
        for number in range(1, self._plan.rounds + 1):
            common.say(f"round {number} of {self._plan.rounds}")
            self._round()
        self.remark_memory("after all loads")

    def _register_courses(self):
        rows = self._each(Calls("datecourse-schedule", "RegisterSchedule", [
            {"title": f"한강 노을 산책 {i}", "content": "여의나루역 2번 출구에서 만나 치킨과 함께",
             "uploader": "미나", "reviewOpen": True} for i in range(COURSES)], role="host"))
        courses = [row["id"] for row in rows]
        self._read = Calls("datecourse-schedule", "GetSchedule", [{"id": course} for course in courses])
        self._comment = Calls("datecourse-communication", "Register", [
            {"scheduleId": course, "kind": "KIND_COMMENT",
             "commentText": "노을이 정말 예뻤어요. 다음에는 친구들과 같이 올게요!"} for course in courses])

    def _round(self):
        self._measure_echo()
        self.measure_calls("read", self._read)
        self._measure_echo()
        command = self.measure_calls("durable_command", self._comment, drain=True, seconds=self._plan.command_seconds)
        self._measure_visible(command["per_second"])
        self._measure_echo()
        self._stop("broker")
        self.measure_calls("durable_alone", self._comment, seconds=self._plan.command_seconds)
        self._start("broker")
        self._wait(["broker"])
        self._drain("what the broker missed", SYSTEM)
        self._measure_echo()
        for streams in (1, PRODUCERS):
            for batch in (1, 64):
                self._measure_publish(batch, streams)
        self._measure_consume()

    def _measure_visible(self, command_rate):
        """How soon a command shows: alone, and beside commands at half of the rate that they can reach."""
        self.report.add("visible_idle_p50", self._visible(self._comment, VIEWPAGE)["p50_us"], "µs")
        background = self._load_process("unary", self._comment.deployment, *self._comment.flags(),
                                        f"--rate={command_rate / 2:.0f}", seconds=self._plan.seconds + 1)
        half = self._visible(self._comment, VIEWPAGE)
        background.communicate()
        self.report.add("visible_half_p99", half["p99_us"], "µs")
        self._drain("half load: lag at the end", SYSTEM)

    def _measure_publish(self, batch, streams):
        name = ("publish_single" if batch == 1 else "publish_batch64") + ("" if streams == 1 else f"_{streams}_streams")
        before = self._cpu_s()
        result = self._load("publish", "broker", f"--batch={batch}", f"--streams={streams}", seconds=self._plan.publish_seconds)
        spent = (self._cpu_s() - before) / (self._plan.publish_seconds + self._plan.warm_up)
        debt = self._metric("broker", "maru_broker_compaction_debt_bytes")
        common.say(f"  {name:<22} {result['per_second']:>12,.0f}/s  broker {spent:.2f} cores, load "
                   f"{result['own_cpu_s'] / self._plan.publish_seconds:.2f} cores, compaction debt {debt / 2**20:.0f} MiB")
        self.report.add(name, result["per_second"], "/s")

    def _measure_consume(self):
        before = self._cpu_s()
        result = self._load("consume", "broker", "--streams=1")
        common.say(f"  {'consume':<22} {result['per_second']:>12,.0f}/s  {result['records']:,} records; broker "
                   f"{self._cpu_s() - before:.2f} s, load {result['own_cpu_s']:.2f} s of CPU")
        self.report.add("consume", result["per_second"], "/s")
