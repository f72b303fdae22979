"""Writes bodies, most of them broken JSON in some encoding, with what Python's own decoder makes of each.

    python json_texts.py | gzip -9 > ../fixtures/fastapi/python-decoder.jsonl.gz

A line is {"base64", "value"} (the value as JSON text), {"base64", "message", "position"}, or {"base64", "unreadable": true}.
"""

from __future__ import annotations

import base64
import json
import random
from typing import Any

SEEDS = [
    r'{"name": "m", "a": [1, 2.5, -0, 1e5, true, false, null], "b": {"c": "\u00e9\ud83e\udd99 é🦙", "d": []}}',
    "[NaN, Infinity, -Infinity, 01, 1.]",
    r'{"a":"\ud800\u0041\ud800","a":1,"__proto__":{"x":1}}',
    r'"\ud83e\udd99"',
    '[[[{"a":[{}]}]]]',
    "  -12.5E+3 ",
    r'{"k" : "\n\/\b" ,"z":"\ud83e\u12"}',
]
PIECES = [
    *'{}[],:"\\01-.eE+ \n\t\r\x00\x0bé🦙\u2028\ufeffd',
    *["\\u", "\\ud83e", "NaN", "Infinity", "-Infinity", "null", "true", "false", "nul", '"a"', '"a":', "9007199254740993", "1e999", '\\"'],
]
ENCODINGS = ["utf-8"] * 3 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


def edited(text: str, choose: random.Random) -> str:
    characters = list(text)
    for _ in range(choose.choice([1, 1, 1, 2, 3])):
        at = choose.randrange(len(characters) + 1)
        removed = 1 if choose.random() < 0.5 else 0
        characters[at : at + removed] = [choose.choice(PIECES)] if choose.random() < 0.7 else []
        if choose.random() < 0.15:
            del characters[at:]
    return "".join(characters)


def answer(body: bytes) -> dict[str, Any]:
    try:
        return {"value": json.dumps(json.loads(body))}
    except json.JSONDecodeError as error:
        return {"message": error.msg, "position": error.pos}
    except (ValueError, RecursionError):
        return {"unreadable": True}


if __name__ == "__main__":
    choose = random.Random(7)
    texts = [edited(choose.choice(SEEDS), choose) for _ in range(4000)]
    texts += ["".join(choose.choice(PIECES) for _ in range(choose.randrange(9))) for _ in range(1500)]
    for text in dict.fromkeys(texts):
        body = text.encode(choose.choice(ENCODINGS), "surrogatepass")
        if choose.random() < 0.05 and body:
            at = choose.randrange(len(body))
            body = body[:at] + bytes([choose.randrange(256)]) + body[at + 1 :]
        print(json.dumps({"base64": base64.b64encode(body).decode(), **answer(body)}))
