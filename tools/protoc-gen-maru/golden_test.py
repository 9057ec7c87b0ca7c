#!/usr/bin/env python3
"""What protoc-gen-maru makes of testdata/*.proto, against the golden files beside them.

    golden_test.py [--update] [--protoc PROGRAM] [--plugin PROGRAM]

A contract has <stem>.maru.h.golden and <stem>.maru.cc.golden, one that breaks rules <stem>.errors.golden. --update writes
them anew: read the difference before you commit it.
"""
import argparse
import difflib
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTDATA = ROOT / "tools/protoc-gen-maru/testdata"


def generate(protoc, plugin, proto, out):
    """The files that come of a contract, or what protoc says of it, by the name of their golden file."""
    result = subprocess.run(
        [protoc, f"-I{ROOT}/proto", f"-I{ROOT}/proto/third_party", f"-I{ROOT}",
         f"--plugin=protoc-gen-maru={plugin}", f"--maru_out={out}", str(proto.relative_to(ROOT))],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    if result.returncode != 0:
        return {f"{proto.stem}.errors.golden": result.stdout}
    made = pathlib.Path(out) / proto.relative_to(ROOT).parent
    return {f"{path.name}.golden": path.read_text(encoding="utf-8")
            for path in sorted(made.glob(f"{proto.stem}.maru.*"))}


def compare(name, got):
    """Prints the difference to the golden file; whether there is none."""
    golden = TESTDATA / name
    want = golden.read_text(encoding="utf-8") if golden.exists() else ""
    if want == got:
        return True
    sys.stdout.writelines(difflib.unified_diff(
        want.splitlines(True), got.splitlines(True), str(golden.relative_to(ROOT)), "generated"))
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the golden files anew")
    parser.add_argument("--protoc", default="protoc")
    parser.add_argument("--plugin", default=str(ROOT / "build/dev/bin/protoc-gen-maru"))
    args = parser.parse_args()

    results = {}
    for proto in sorted(TESTDATA.glob("*.proto")):
        with tempfile.TemporaryDirectory() as out:
            results.update(generate(args.protoc, args.plugin, proto, out))
    stale = sorted({path.name for path in TESTDATA.glob("*.golden")} - results.keys())

    if args.update:
        for name in stale:
            (TESTDATA / name).unlink()
        for name, text in results.items():
            (TESTDATA / name).write_text(text, encoding="utf-8")
        print(f"wrote {len(results)} golden files")
        return 0
    for name in stale:
        print(f"{name}: nothing generates this any more")
    equal = [compare(name, text) for name, text in results.items()]
    if stale or not all(equal):
        print("Not as in the golden files. Run tools/protoc-gen-maru/golden_test.py --update if that is meant.")
        return 1
    print(f"{len(results)} files as in the golden files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
