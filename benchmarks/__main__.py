"""Every benchmark, or those that are named.

python -m benchmarks [ingest_speed | first_delta | leaving | start_up | retrieval | refusal] …
    [--docs PATH] [--corpus DIR]
"""

from benchmarks import first_delta, ingest_speed, leaving, refusal, retrieval, start_up
from benchmarks.options import read_options
from benchmarks.tables import describe_machine

_BENCHMARKS = {
    "ingest_speed": ingest_speed.run,
    "first_delta": first_delta.run,
    "leaving": leaving.run,
    "start_up": start_up.run,
    "retrieval": retrieval.run,
    "refusal": refusal.run,
}


def main() -> None:
    options = read_options(names=tuple(_BENCHMARKS))
    print(f"{describe_machine()}\n", flush=True)
    for name in options.names or _BENCHMARKS:
        _BENCHMARKS[name](options)


if __name__ == "__main__":
    main()
