"""python3 -m czip.dask --scheduler ADDRESS compress DIR -o OUT"""

import argparse
import sys

import distributed

from . import PART_BYTES, compress, restore, test


def arguments():
    parser = argparse.ArgumentParser(prog="python3 -m czip.dask", description=(
        "Compresses, tests or restores all files of a folder on a Dask cluster."))
    parser.add_argument("--scheduler", required=True, metavar="ADDRESS",
                        help="of the cluster, such as tcp://10.0.0.1:8786")
    parser.add_argument("action", choices=("compress", "restore", "test"))
    parser.add_argument("source", metavar="DIR", help="a path or URL that every worker can read")
    parser.add_argument("-o", "--out", metavar="OUT", help="where to write; not for test")
    parser.add_argument("-l", "--level", type=int, help="1 (fast) to 9 (small); 6 if not given")
    parser.add_argument("-m", "--model", metavar="FILE", help="a model file that every worker can read")
    parser.add_argument("--part-bytes", type=int, default=PART_BYTES, metavar="N",
                        help="longer texts are cut into parts of N bytes; at first %(default)s")
    given = parser.parse_args()
    if (given.out is None) != (given.action == "test"):
        parser.error("compress and restore need -o OUT; test has none")
    if given.level is not None and given.action != "compress":
        parser.error("-l is for compress")
    return given


def main():
    given = arguments()
    options = {"model": given.model, "part_bytes": given.part_bytes}
    with distributed.Client(given.scheduler) as client:
        if given.action == "test":
            report = test(given.source, client=client, **options)
        elif given.action == "restore":
            report = restore(given.source, given.out, client=client, **options)
        else:
            report = compress(given.source, given.out, client=client, level=given.level, **options)
    for name, error in sorted(report.failed.items()):
        print(f"czip.dask: {name}: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"{report.files} files, {report.skipped} of them done before, {len(report.failed)} failed: "
          f"{report.text_bytes} bytes of text, {report.file_bytes} compressed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
