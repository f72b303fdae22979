"""Times pydantic-core for bench/pydantic.ts: for each line {"body", "times"} it answers nanoseconds a call, one a line.

A body that fails is timed with its full error list, as FastAPI takes it from pydantic.
"""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "test" / "oracle"))

import pydantic_core
from app import MODELS
from pydantic import ValidationError

validate_json = MODELS["ModelEntity"].__pydantic_validator__.validate_json


def once(body: bytes) -> None:
    try:
        validate_json(body)
    except ValidationError as error:
        error.errors(include_url=False)


print(pydantic_core.__version__, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    body, times = request["body"].encode(), request["times"]
    start = time.perf_counter_ns()
    for _ in range(times):
        once(body)
    print((time.perf_counter_ns() - start) / times, flush=True)
