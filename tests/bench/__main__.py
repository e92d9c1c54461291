"""`make bench`: the speed of the application beside a bare handler with the same SQL, on both databases.

The benches of `scoring` are programs of their own; this one names them.
"""

import argparse
import sys

from tests.bench.speed.run import ENGINES, Options, measure

_OTHERS = """
Benches of the mathematics of judging, each by itself:
  python tests/bench/bench_assignment.py [small|medium|large|linkage]   jurors to entries, beside HiGHS
  python tests/bench/bench_calibration.py                               severities, on simulated juries
  python -m tests.bench.official_results                                means, ranks and prizes of 100,000 entries
"""
_LEGEND = """
Pairs A B A B in one run; median of the pairs. SQL: statements of one request. Ten jurors at once, one organiser;
200 entries × 10 sheets. SQLite: a file, WAL, synchronous=FULL. PostgreSQL: fsync and synchronous_commit on.
The bare handler sends the same statements through the driver alone. CPU: milliseconds of the server's process per
request, which others on the machine disturb less. Times are this machine's: only ratios travel.
"""


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__, epilog=_OTHERS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this database")
    parser.add_argument("--page", action="append", choices=Options.pages, help="only this page")
    parser.add_argument("--rounds", type=int, default=Options.rounds, help="pairs per page (%(default)s)")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="per leg (%(default)s)")
    given = parser.parse_args()
    options = Options(
        rounds=given.rounds,
        seconds=given.seconds,
        engines=tuple(given.engine or ENGINES),
        pages=tuple(given.page or Options.pages),
    )
    measure(options)
    print(_LEGEND + _OTHERS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
