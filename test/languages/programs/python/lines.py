"""Reads an entity from each line of standard input, and writes what `again` makes of it."""

import json
import sys
from typing import Any, Callable


def round_trip(again: Callable[[Any], Any]) -> None:
    for line in sys.stdin:
        try:
            answer = again(json.loads(line))
        except Exception as error:
            print(repr(error)[:500], file=sys.stderr)
            answer = None
        print(json.dumps(answer))
