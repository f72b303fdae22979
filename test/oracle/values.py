"""Asks pydantic, kind by kind, what it makes of values at the edges: integers near 2^53, 2^63, 2^64 and 2^1024, as integers, as
floats and as text, integers of up to 4,300 digits, and objects with keys that are no Unicode text.

    python values.py | gzip -9n > ../fixtures/fastapi/values.jsonl.gz

A line is {"kind", "text", "value"} or {"kind", "text", "errors": [[type, loc, msg], ...]}; the text is read as FastAPI reads a
body, and the value is JSON text (an integer's, of its digits).
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import AnyUrl, BaseModel, ConfigDict, TypeAdapter, ValidationError


class Word(str, enum.Enum):
    lora = "lora"
    qlora = "qlora"


class Extras(BaseModel):
    model_config = ConfigDict(extra="allow")
    x: int | None = None


class Plain(BaseModel):
    x: int | None = None


class Holder(BaseModel):
    extras: Extras | None = None
    plain: Plain | None = None
    items: list[Extras] | None = None
    counts: dict[str, int] | None = None


KINDS = {
    "integer": TypeAdapter(int),
    "number": TypeAdapter(float),
    "boolean": TypeAdapter(bool),
    "string": TypeAdapter(str),
    "datetime": TypeAdapter(datetime),
    "enum": TypeAdapter(Word),
    "url": TypeAdapter(AnyUrl),
    "list": TypeAdapter(list[Any]),
    "record": TypeAdapter(dict[str, Any]),
}

KEYS = ["x", "y", "\ud800", "a\udfff", "\udc00\ud800", "\U0001f999", "\ue000", "__proto__"]


def near(power: int) -> Iterator[str]:
    """The integers around a power of two, the floats next to it, and both as text."""
    edge = 2**power
    for sign in (1, -1):
        for step in range(-2, 3):
            yield str(sign * edge + step)
            yield f'"{sign * edge + step}"'
    if power >= 1024:
        return
    for value in (math.nextafter(edge, 0), float(edge), math.nextafter(edge, math.inf)):
        for text in (repr(value), f"{value:.0f}.0", f"{value:.20e}", str(int(value))):
            yield from (text, f"-{text}", f'"{text}"', f'"-{text}"')


def long() -> Iterator[str]:
    """Integers beyond the largest float, up to the most digits that Python reads."""
    for length in (309, 310, 311, 400, 4299, 4300):
        for sign in ("", "-"):
            for digits in (sign + "1" * length, sign + "9" * length):
                yield from (digits, f'"{digits}"', f'" {digits}"', f"{digits}.0", f'"{digits}.0"', f"{digits}e0")
    largest = int(1.7976931348623157e308)
    for integer in (2**1023, largest, largest + 1, 2**1024 - 2**970 - 1, 2**1024 - 2**970):
        yield from (str(integer), str(-integer))


OTHERS = (
    "0 -0 0.0 -0.0 1 1.0 1e0 -0e0 2 10e-1 5e-324 1e308 1e309 -1e309 NaN Infinity -Infinity 1e-400 0.99999999999999999 "
    '1.00000000000000001 1.0000000000000002 "1e309" "0.0" "-0" "1e-400" "inf" "-inf" "nan" 253402300799 253402300800 '
    "253402300799999 253402300800000 20000000000 20000000001 20000000000.5 -62135596800 -62135596801 -20000000001 1e10 1e11 1e18 "
    '9.3e18 true false null [] {} "true" "9223372036854775807.0" 123456789012345678901234567890e-25'
).split()


def objects() -> Iterator[str]:
    for value in ("1", '"z"', "null", "[1]"):
        for key in KEYS:
            yield "{%s:%s}" % (json.dumps(key), value)
            for other in KEYS:
                yield '{"x":"z",%s:%s,%s:1}' % (json.dumps(key), value, json.dumps(other))


def held() -> Iterator[str]:
    for text in objects():
        for place in ("extras", "plain", "counts"):
            yield '{"%s":%s}' % (place, text)
        yield '{"plain":{"x":"z"},"items":[%s,{"x":"z"}]}' % text


def answer(kind: TypeAdapter[Any], text: str) -> dict[str, Any]:
    try:
        value = kind.validate_python(json.loads(text))
    except ValidationError as error:
        return {"errors": [[entry["type"], entry["loc"], entry["msg"]] for entry in error.errors(include_url=False)]}
    plain = json.loads(kind.dump_json(value)) if not isinstance(value, (int, float)) or isinstance(value, bool) else value
    return {"value": json.dumps(plain)}


def told(name: str, kind: TypeAdapter[Any], text: str) -> None:
    try:
        print(json.dumps({"kind": name, "text": text, **answer(kind, text)}))
    except UnicodeError:
        pass  # what pydantic takes and cannot write


if __name__ == "__main__":
    scalars = [*near(53), *near(63), *near(64), *near(1024), *long(), *OTHERS]
    for name, kind in KINDS.items():
        for text in dict.fromkeys(scalars):
            told(name, kind, text)
    for text in dict.fromkeys(held()):
        told("holder", TypeAdapter(Holder), text)
