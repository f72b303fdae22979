"""Writes safetensors headers, most of them wrong in one place, with what the safetensors library says of each.

    pip install safetensors
    python safetensors_headers.py | gzip -9n > ../../fixtures/checkpoint/safetensors-headers.jsonl.gz

A line is {"header", "data", "verdict"}: the header as text (or "base64" where it is no UTF-8), how many bytes follow it, and `ok`
or the library's error.
"""

from __future__ import annotations

import json
import random
import struct

from safetensors import deserialize

GOOD = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}'


def verdict(header: str, data: int) -> str:
    encoded = header.encode("utf-8", "surrogatepass")
    try:
        deserialize(struct.pack("<Q", len(encoded)) + encoded + b"\0" * data)
    except Exception as error:  # noqa: BLE001
        return str(error)[:120]
    return "ok"


def tensor(dtype: str = '"U8"', shape: str = "[4]", offsets: str = "[0,4]", more: str = "") -> str:
    return '{"a":{"dtype":%s,"shape":%s,"data_offsets":%s%s}}' % (dtype, shape, offsets, more)


NUMBERS = "4 4.0 4e0 40e-1 -0 0 -0.0 -4 +4 04 4. 18446744073709551616 18446744073709551615 9007199254740993 9223372036854775808".split()
NUMBERS += ['"4"', "null", "true", "[4]", "{}", "1e999", "9" * 400, "NaN"]
TEXTS = ['"\\ud800"', '"a\\udc00b"', '"\\ud83e\\udd99"', '"\\u0000"', '"\\u00e9"', '"\\q"', '"\t"', "1", "null", "true", '["U8"]', '{"U8":null}', '{"U8":[]}', "{}", "[]", '""', '"u8"', '"F4"', '"F8_E8M0"', '"C64"']


def cases():
    yield GOOD, 10
    for number in NUMBERS:
        yield tensor(shape=f"[{number}]"), 4
        yield tensor(shape=f"[{number},0]", offsets="[0,0]"), 0
        yield tensor(shape=f"[0,{number}]", offsets="[0,0]"), 0
        yield tensor(shape=number), 4
        yield tensor(offsets=f"[0,{number}]"), 4
        yield tensor(offsets=f"[{number},4]"), 4
        yield tensor(offsets=number), 4
        yield tensor(more=f',"x":{number}'), 4
        yield '{"__metadata__":{"k":%s}}' % number, 0
        yield '{"__metadata__":%s}' % number, 0
    for text in TEXTS:
        yield tensor(dtype=text), 4
        yield tensor(more=f',"x":{text}'), 4
        yield '{"__metadata__":{"k":%s}}' % text, 0
        yield '{"__metadata__":%s}' % text, 0
        if text.startswith('"'):
            yield '{"__metadata__":{%s:"v"}}' % text, 0
            yield '{%s:{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}' % text, 1
            yield tensor(more=f",{text}:1"), 4
            yield tensor(more=',"x":{%s:1}' % text), 4
    one = '"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    two = '"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}'
    for data in (1, 2, 3):
        yield "{%s,%s}" % (one, two), data
        yield "{%s,%s}" % (two, one), data
        yield "{%s,%s}" % (one, one), data
        yield "{%s,%s}" % (one, one.replace("0,1", "1,2").replace('"a"', '"b"')), data
    for field, value in (("dtype", '"U8"'), ("shape", "[4]"), ("data_offsets", "[0,4]"), ("x", "1"), ("dtyp\\u0065", '"U8"')):
        yield tensor(more=f',"{field}":{value}'), 4
        yield tensor(more=f',"{field}":{value},"{field}":{value}'), 4
    yield '{"__metadata__":{},"__metadata__":{}}', 0
    yield '{"__metadata__":null,"__metadata__":null}', 0
    yield '{"__metadata__":{"k":"1","k":"2"}}', 0
    yield '{"__metadata__":{"k":1,"k":"2"}}', 0
    for seq in ('["U8",[4],[0,4]]', '["U8",[4],[0,4],1]', '["U8",[4]]', "null", "1", '"x"', "[]", "{}", '{"dtype":"U8","shape":[4]}'):
        yield '{"a":%s}' % seq, 4
    for depth in (100, 120, 123, 124, 125, 126, 127, 128, 129, 500):
        yield tensor(more=',"x":' + "[" * depth + "]" * depth), 4
        yield tensor(more=',"x":' + '{"a":' * depth + "1" + "}" * depth), 4
    for offsets in ("[0,4,4]", "[0]", "[]", "[4,0]", "[0,5]", "[0,3]", "[1,5]", "[4,4]"):
        for data in (3, 4, 5):
            yield tensor(offsets=offsets), data
    for shape in ("[]", "[1,4]", "[4,1,1]", "[2,2]", "[0]", "[0,18446744073709551615]", "[18446744073709551615,0]", "[4294967296,4294967296]", "[4294967296,4294967296,0]"):
        yield tensor(shape=shape), 4
        yield tensor(shape=shape, offsets="[0,0]"), 0
    for dtype in ("F4", "F6_E2M3", "F6_E3M2", "BOOL", "I8", "F64", "C64", "F8_E4M3FNUZ", "U64", "F8_E5M2", "I4", "BF64", "F8_E8M0"):
        for shape in ("[1]", "[2]", "[3]", "[4]", "[8]"):
            for end in (1, 2, 3, 6, 8):
                yield tensor(dtype=f'"{dtype}"', shape=shape, offsets=f"[0,{end}]"), end
    for header in ("", "{", "{}", "{} ", "{}\n\t\r", "{}x", "{}{}", "[]", "null", "1", "{}\0", "{}\u00a0", "{,}", '{"a"}', "{'a':1}", "{/**/}", "{}\x0c", "\ufeff{}"):
        yield header, 0
    choose = random.Random(8)
    pieces = [*'{}[],:"\\0123456789-+.eE ', '"a"', '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', "null", '"x":', "\\u", "\\ud800"]
    for _ in range(2500):
        characters = list(choose.choice((GOOD, '{"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[1,10],"data_offsets":[0,10]}}')))
        for _ in range(choose.choice((1, 1, 2, 3))):
            at = choose.randrange(len(characters))
            characters[at : at + choose.randrange(2)] = [choose.choice(pieces)] if choose.random() < 0.8 else []
        yield "".join(characters), 10


if __name__ == "__main__":
    for header, data in dict.fromkeys(cases()):
        print(json.dumps({"header": header, "data": data, "verdict": verdict(header, data)}))
