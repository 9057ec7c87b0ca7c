"""Python messages and stubs of every contract, from proto/ as it is: `python stubs.py FOLDER`, then FOLDER is in PYTHONPATH."""

import pathlib
import sys

import grpc_tools
from grpc_tools import protoc

_HERE = pathlib.Path(__file__).resolve().parent
_PROTO = _HERE.parents[1] / "proto"
# Each root with the contracts below it; the last one is the catalog's own.
_ROOTS = {_PROTO: "maru/**/*.proto", _PROTO / "third_party": "google/**/*.proto", _HERE: "*.proto"}


def generate(folder):
    """Fills `folder`, which is made if missing. RuntimeError: a contract that protoc does not take; it has said why."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    contracts = [str(path.relative_to(root)) for root, pattern in _ROOTS.items() for path in sorted(root.glob(pattern))]
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    code = protoc.main(["protoc", *(f"-I{root}" for root in (*_ROOTS, well_known)), f"--python_out={folder}",
                        f"--grpc_python_out={folder}", *contracts])
    if code != 0:
        raise RuntimeError(f"protoc failed ({code})")


if __name__ == "__main__":
    generate(sys.argv[1])
