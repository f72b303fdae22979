"""What CPython's JSON decoder answers to strings: every escape, surrogates at their limits, and escapes cut off anywhere.

    python3 test/oracle/json_strings.py > test/fixtures/fastapi/python-strings.json
"""

import json
import sys

CUT_OFF = ['"\\x"', '"\\"', '"\\', '"\\u12"', '"\\u12', '"\\u1234', '"\\uz123"', '"\\u123z"', '"\\u12345"', '"\\u 123"']
TAILS = ["", "x", "\\udc00", "\\udfff", "\\u0041", "\\ud800", "\\uzzzz", "\\u12", "\\u1", "\\u", "\\n", "\\x", "\\", "uzzzz", "xx\\uzzzz"]
ENDS = ["\\uzzz", "\\uzzzz", "\\uzzzzz", "\\udc0", "\\udc00", ""]


def texts():
    yield from (f'"\\{escaped}"' for escaped in 'bfnrt/"\\')
    yield from CUT_OFF
    yield from ('"\\u00e9"', '"\\u00E9x"')
    for unit in ("d7ff", "d800", "dbff", "dc00", "dfff", "e000"):
        yield from (f'"\\u{unit}{tail}"' for tail in TAILS)
        yield from (f'"\\u{unit}{end}' for end in ENDS)
    yield from ('"a\tb"', '"a\x1fb"', '"a b"', '"a', '"')


def answer(text):
    try:
        return {"value": json.loads(text)}
    except json.JSONDecodeError as error:
        return {"message": error.msg, "position": error.pos}


json.dump([[text, answer(text)] for text in texts()], sys.stdout, indent=0)
sys.stdout.write("\n")
