"""Every benchmark but the longest, or those that are named.

    python -m benchmarks [NAME …] [--docs DIR …] [--corpus DIR …]

NAME is one of parsing, ingest_speed, first_delta, relaying, many_readers, one_generation, cached, leaving,
start_up, retrieval, refusal, bad_input, typing, scale.
"""

from benchmarks import (
    bad_input,
    cached,
    first_delta,
    ingest_speed,
    leaving,
    many_readers,
    one_generation,
    parsing,
    refusal,
    relaying,
    retrieval,
    scale,
    start_up,
    typing,
)
from benchmarks.options import read_options
from benchmarks.tables import describe_machine

_BENCHMARKS = {
    "parsing": parsing.run,
    "ingest_speed": ingest_speed.run,
    "first_delta": first_delta.run,
    "relaying": relaying.run,
    "many_readers": many_readers.run,
    "one_generation": one_generation.run,
    "cached": cached.run,
    "leaving": leaving.run,
    "start_up": start_up.run,
    "retrieval": retrieval.run,
    "refusal": refusal.run,
    "bad_input": bad_input.run,
    "typing": typing.run,
    "scale": scale.run,
}
# Takes a quarter of an hour.
_ONLY_WHEN_NAMED = "scale"


def main() -> None:
    options = read_options(names=tuple(_BENCHMARKS))
    print(f"{describe_machine()}\n", flush=True)
    for name in options.names or (name for name in _BENCHMARKS if name != _ONLY_WHEN_NAMED):
        _BENCHMARKS[name](options)


if __name__ == "__main__":
    main()
