"""The determinism lint of `tools/maru check`: business code and runtime touch time, randomness, threads and order only through the
interfaces that a simulation replaces (Clock, Executor, Random, Backend, Bus), so that a failing seed replays exactly.

It reads tokens, not types: it knows a container by the name it was declared with in the same file or the header beside it.
"""

import re
from pathlib import PurePosixPath

_FOLDERS = ("services", "common", "mesh")
# What only tests and benchmarks run may use threads and wait for real time.
_TEST_FOLDERS = {"testing", "bench", "fuzz", "testdata"}
_TEST_FILE = re.compile(r"(_test|_testing|_bench|_fuzz)\.(cc|h)$")

_RULES = {
    "clock": (re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|gettimeofday|clock_gettime|timespec_get|localtime(_r)?"
                         r"|absl::Now|GetCurrentTimeNanos|(?<![\w.>:])time\s*\(\s*(nullptr|NULL|0|&))"),
              "reads the time: take a Clock (common/base/clock.h)"),
    "random": (re.compile(r"\b(random_device|mt19937(_64)?|minstd_rand0?|default_random_engine|BitGen|InsecureBitGen|getrandom|RAND_bytes"
                          r"|arc4random\w*|(?<![\w.>:])s?rand\s*\()"),
               "makes randomness: take a Random (common/base/random.h)"),
    "thread": (re.compile(r"\bstd::(thread|jthread|async)\b|\bpthread_create\b"),
               "starts a thread: take an Executor or a Worker"),
    "sleep": (re.compile(r"\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep|clock_nanosleep|(?<![\w.>:])sleep\s*\()"),
              "waits for real time: await Executor::SleepUntil"),
}
_STATE = "state outlives the object that it belongs to: put it into the object (mutable global or static)"
_ORDER = "the order of a hash container differs between runs"

# Adapters: the only code that may, by file and rule, and why.
ALLOWED = {
    ("common/async/thread_loop.cc", "clock"): "an Executor over the operating system",
    ("common/async/thread_loop.h", "clock"): "an Executor over the operating system",
    ("common/async/thread_loop.h", "thread"): "an Executor over the operating system",
    ("common/base/os.cc", "clock"): "the production Clock",
    ("common/base/os.h", "clock"): "the production Clock",
    ("common/base/os.cc", "random"): "the production Random",
    ("common/rpc/grpc/loop.h", "clock"): "the Executor of production: gRPC's completion queue",
    ("common/rpc/grpc/loop.h", "thread"): "the Executor of production: gRPC's completion queue",
    ("common/service/config.cc", "state"): "POSIX's environ, read once by main",
    ("common/service/metrics_server.h", "thread"): "Prometheus is served aside of the executor; it reads counters only",
    ("common/store/read_pool.cc", "thread"): "waits for the disk; without threads where StoreOptions::steps is set",
    ("common/store/read_pool.h", "thread"): "waits for the disk; without threads where StoreOptions::steps is set",
    ("common/store/writer.cc", "thread"): "waits for fsync; a step where StoreOptions::steps is set",
    ("common/store/writer.h", "thread"): "waits for fsync; a step where StoreOptions::steps is set",
    ("mesh/broker/log/worker.h", "thread"): "a Worker of the broker's log; a simulation has its own",
}

_ESCAPE = re.compile(r"//\s*order does not matter:(.*)$")
_HASHED = re.compile(r"\b(?:(?:std::)?unordered_(?:multi)?(?:map|set)|(?:absl::)?(?:flat|node)_hash_(?:map|set))\s*<")
_ALIAS = re.compile(r"\busing\s+(\w+)\s*=\s*$")


def problems(root, paths, allowed=None):
    """What breaks the rules in `paths` (relative to `root`), "file:line: text" each; also what is allowed and needs it no more."""
    allowed = ALLOWED if allowed is None else allowed
    sources = {path: (root / path).read_text(encoding="utf-8") for path in paths if _is_behaviour(path)}
    stripped = {path: strip(text) for path, text in sources.items()}
    names = _hashed_names(stripped)
    found = []
    used = set()
    for path in sorted(sources):
        for rule, line, text in sorted(_in_file(path, sources[path], stripped[path], names), key=lambda one: one[1]):
            if (path, rule) in allowed:
                used.add((path, rule))
            else:
                found.append(f"{path}:{line}: {text}")
    found += [f"{path}: is allowed ({rule}) without need: take it off the list in determinism.py"
              for path, rule in sorted(set(allowed) - used)]
    return found


def _is_behaviour(path):
    parts = PurePosixPath(path).parts
    return (parts[0] in _FOLDERS and path.endswith((".cc", ".h")) and not _TEST_FILE.search(path)
            and not _TEST_FOLDERS & set(parts[:-1]))


def _in_file(path, source, code, names):
    for rule, (pattern, advice) in _RULES.items():
        for match in pattern.finditer(code):
            yield rule, _line(code, match.start()), f"{match[0].strip()} {advice}"
    for at in _mutable_state(code):
        yield "state", _line(code, at), _STATE
    lines = source.split("\n")
    for at, name in _iterations(code, names[_unit(path)]):
        line = _line(code, at)
        escape = next(filter(None, (_ESCAPE.search(text) for text in lines[max(0, line - 2):line])), None)
        if escape is None:
            yield "order", line, f"walks {name}: {_ORDER}; sort, or say \"// order does not matter: <why>\""
        elif not escape[1].strip():
            yield "order", line, f"walks {name}: \"order does not matter\" needs its reason"


def _line(text, at):
    return text.count("\n", 0, at) + 1


def strip(text):
    """`text` with comments, literals and preprocessor lines blanked; every line stays where it is."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#(?:\\\n|[^\n])*',
                         re.DOTALL | re.MULTILINE)

    def blank(match):
        quote = '""' if match[0][0] in "\"R'" else ""
        return quote + "".join(c if c == "\n" else " " for c in match[0][len(quote):])

    return pattern.sub(blank, text)


# --- Hash containers ---------------------------------------------------------------------------------------------------


def _unit(path):
    """A source and the header beside it are one: members are declared in one and walked in the other."""
    return str(PurePosixPath(path).with_suffix(""))


def _hashed_names(sources):
    """By unit: names of variables that are hash containers."""
    names = {_unit(path): set() for path in sources}
    aliases = set()
    for path, code in sources.items():
        for match in _HASHED.finditer(code):
            alias = _ALIAS.search(code[:match.start()].rstrip(" \n") + " ") or _ALIAS.search(code[:match.start()])
            if alias:
                aliases.add(alias[1])
                continue
            declared = re.match(r"\s*(?:const\b)?\s*[&*]*\s*(\w+)\s*(?!\w|\()", code[_closing(code, match.end()):])
            if declared:
                names[_unit(path)].add(declared[1])
    for path, code in sources.items():
        for alias in aliases:
            for match in re.finditer(rf"\b{alias}\b\s*[&*]*\s*(\w+)\s*[;={{,)A]", code):
                names[_unit(path)].add(match[1])
    return names


def _closing(code, at):
    """Behind the '>' that closes the '<' before `at`."""
    depth = 1
    while at < len(code) and depth:
        depth += {"<": 1, ">": -1}.get(code[at], 0)
        at += 1
    return at


def _iterations(code, names):
    for match in re.finditer(r"\bfor\s*\(([^;{}()]*(?:\([^()]*\)[^;{}()]*)*?)(?<!:):(?!:)\s*([^;{}]*?)\)\s*[\n{\w]", code):
        walked = re.search(r"(\w+)\s*$", match[2])
        if walked and walked[1] in names:
            yield match.start(), walked[1]
    for match in re.finditer(r"\b(\w+)\s*\.\s*c?begin\s*\(", code):
        if match[1] in names:
            yield match.start(), match[1]


# --- Mutable state ------------------------------------------------------------------------------------------------------

_CONSTANT = re.compile(r"\b(const|constexpr|consteval)\b")
_NO_VARIABLE = re.compile(r"^\s*(using|typedef|namespace|class|struct|enum|union|template|friend|static_assert|extern\s*\"\"|return|concept)\b")
_VARIABLE = re.compile(r"^\s*(?:(?:inline|static|extern|thread_local|constinit)\s+)*[A-Za-z_][\w:]*(?:\s*<[^;]*>)?[\s*&]+[A-Za-z_]\w*\s*(?:\[[^]]*\]\s*)*$")


def _mutable_state(code):
    """Where variables begin that live as long as the process and can change."""
    scopes = ["namespace"]
    start = 0
    for match in re.finditer(r"[;{}]", code):
        at = match.start()
        statement = code[start:at]
        if match[0] == "}":
            if len(scopes) > 1:
                scopes.pop()
        else:
            declaration = re.sub(r"^\s*(?:(?:public|private|protected)\s*:(?!:)\s*)*", "", statement)
            if _is_mutable(declaration, scopes[-1]):
                yield at - len(declaration)
            if match[0] == "{":
                scopes.append(_scope_of(statement, scopes[-1]))
        start = at + 1


def _scope_of(statement, outer):
    if outer == "function":
        # Types in functions are as others; all else is still the function.
        return "class" if re.search(r"\b(class|struct)\s+\w+[^()=]*$", statement) else "function"
    if re.search(r"\bnamespace\b[\w:\s]*$", statement) or re.search(r'\bextern\s*""\s*$', statement):
        return "namespace"
    if re.search(r"\b(class|struct|union|enum)\b[^()=]*$", re.sub(r"\([^()]*\)", "", statement)):
        return "class"
    return "function"


def _is_mutable(statement, scope):
    head = re.split(r"=(?!=)", statement, maxsplit=1)[0]
    if scope == "function":
        return bool(re.match(r"\s*(static|thread_local)\b", statement)) and not _CONSTANT.search(head)
    if scope == "class":
        return bool(re.match(r"\s*(inline\s+)?(static|thread_local)\b", head)) and "(" not in head and not _CONSTANT.search(head)
    return "(" not in head and not _NO_VARIABLE.search(head) and not _CONSTANT.search(head) and bool(_VARIABLE.match(head))
