"""Asks pydantic, kind by kind, what it makes of texts that are nearly right: dates, times, URLs, numbers, booleans and UUIDs with one character
more, less or other than they should have.

    python texts.py | gzip -9n > ../fixtures/fastapi/texts.jsonl.gz

Texts of the kind `strict url` are asked in strict mode, which tells violations of the syntax that a browser forgives. A line is [kind, text, value] or [kind, text, [type, msg]]: the first error is the only one of a single value.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic import AnyUrl, TypeAdapter, ValidationError

KINDS = {
    "datetime": TypeAdapter(datetime),
    "date": TypeAdapter(date),
    "time": TypeAdapter(time),
    "url": TypeAdapter(AnyUrl),
    "integer": TypeAdapter(int),
    "number": TypeAdapter(float),
    "boolean": TypeAdapter(bool),
    "uuid": TypeAdapter(UUID),
    "strict url": TypeAdapter(AnyUrl),
}

DATES = ["2024-01-15", "2024-02-29", "2023-02-28", "1900-02-29", "2000-02-29", "0000-01-01", "0001-12-31", "9999-12-31", "2024-04-30", "2024-12-00"]
TIMES = ["09:30", "09:30:15", "09:30:15.5Z", "23:59:59.999999+23:59", "00:00:00,1234567-00:00", "12:00z", "12:00:00+0530", "12:00:00 +05:30", "24:00:00", "23:60", "23:59:60"]
STAMPS = ["0", "-1", "1705311000", "1705311000.123456", "20000000000", "20000000001", "-20000000001", "253402300799", "253402300800", "-62167219200", "-62167219201", "1e9", ".5", "1.", "+5"]
NUMBERS = ["0", "-0", "+7", "007", "1_000", "1__0", "_1", "1_", "12.0", "12.50", "-12.", ".0", "1e3", "1.5E-3", "0x1F", "0b1", " 8 ", "\t8\n", "\u00a08", "\u06638", "inf", "-Infinity", "nan", "NaN", "infinity", "1e400", "9007199254740993", "9223372036854775808", "1.0000", "0.0e0", "1,5", "--1", "+-1", "1 0", ""]
WORDS = ["true", "True", "TRUE", "t", "T", "yes", "Yes", "y", "Y", "on", "ON", "1", "false", "f", "no", "n", "off", "0", "oN", " true", "true ", "2", "", "ye", "truee"]
UUIDS = ["12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}", "urn:uuid:12345678-1234-5678-1234-567812345678", "ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB"]
URLS = [
    "https://example.com", "HTTP://User:pa%20ss@Example.COM:8080/a/../b/./c?q=1 2#f g", "http://[::1]:80/", "http://[2001:db8::ffff:1.2.3.4]",
    "http://1.2.3.4/", "http://0x7f.1/", "http://192.168.257", "http://256.1.1.1", "http://1.2.3.4.5", "https://m\u00fcnchen.de/\u00e4?\u00f6#\u00fc", "http://xn--mnchen-3ya.de",
    "ftp://h:21/x", "ftp://h:22/x", "ws://h:80", "wss://h:443", "https://h:443", "https://h:65535", "https://h:65536", "https://h:0", "https://h:", "file:///C:/x/../y", "file://host/p",
    "mailto:a@b", "data:text/plain,x", "a:b", "a:/b/../c", "a://h/b", "a:///b", "a://h:80", "javascript:x", "http:/h", "http:h", "http:///h", "http://", "http://h\\p", "//h", "h", "",
    " http://h ", "http://h/\t\nx", "http://h/%zz%41%2e", "http://h/a%2E%2e/b", "http://a b", "http://a<b", "http://a%41b", "http://h/a b\"<>`{}|^", "http://h?a'b", "http://@h", "http://u@@h", "http://:@h", "http://u:p:q@h",
    "http://h..", "http://.h", "http://-h", "http://a_b", "http://h%00", "http://\u00ad", "http://[::", "http://[1:2:3:4:5:6:7:8]", "http://[1:2:3:4:5:6:7:8:9]", "file://host/C:/x", "file:C:/x", "file:///C|/x/../..", "file:/..//a", "file://C:/x", "file:\\\\h\\C:", "file://localhost/x", "file:?q#f", "http://h#a\0b", "http://h/?\0", "a:b#\0", "a:b ?c#d ", "a:/..//b", "a:/.//b", "web+x://h/../b", "http://h:00080", "http://h:8a", "http://h/./%2e/%2E%2e/x", "http://0/", "http://0x/", "http://00.0x0.1", "http://1.2.3.08", "http://999999999999", "http://1..2", "http://a.1", "http://a.0x",
    "http://[::1.2.3]", "http://[::01.2.3.4]", "http://[0:0:0:1::]", "http://[1::0:0:0:1]",
]

LETTERS = {
    "datetime": "0129-:.,TtZz +_e", "date": "0129-:.T +", "time": "0123569:.,Zz +-", "url": "a0:/?#@[]%.\\ \u00e9\t", "integer": "0189._-+e x", "number": "0189._-+eE xn", "boolean": "tTrue01 ", "uuid": "0aGg-{}:",
    "strict url": "a/:@?#%\\[]'\"`^{|} \u00e9\u009f\u00a0\ufdcf\ufdd0\ufdef\ufdf0\ufffd\ufffe\U0001fffd\U0001ffff\U0010fffe\x01\x7f",
}


def seeds(kind: str) -> list[str]:
    if kind == "datetime":
        return [f"{day}{mark}{hour}" for day in DATES[:3] for mark in "Tt _-" for hour in TIMES] + DATES + STAMPS
    return {"date": DATES + STAMPS, "time": TIMES + STAMPS, "url": URLS, "integer": NUMBERS, "number": NUMBERS, "boolean": WORDS, "uuid": UUIDS, "strict url": URLS}[kind]


def nearly(text: str, letters: str) -> Iterator[str]:
    """The texts with one character left out, doubled, put in or replaced."""
    for at in range(len(text) + 1):
        yield text[:at] + text[at + 1 :]
        for letter in letters:
            yield text[:at] + letter + text[at:]
            yield text[:at] + letter + text[at + 1 :]


def answer(name: str, text: str) -> Any:
    kind = KINDS[name]
    try:
        value = kind.validate_json(json.dumps(text), strict=True) if name.startswith("strict") else kind.validate_python(text)
        return json.loads(kind.dump_json(value))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return [first["type"], first["msg"]]


if __name__ == "__main__":
    chance = random.Random(7)
    for name in KINDS:
        made = list(dict.fromkeys(other for seed in seeds(name) for other in nearly(seed, LETTERS[name])))
        texts = [*seeds(name), *chance.sample(made, min(len(made), 2200))]
        for text in dict.fromkeys(texts):
            print(json.dumps([name, text, answer(name, text)]))
