"""Asks pydantic's AnyUrl (the Rust libraries url and idna) about each code point in a host, and about whole hosts.

    pip install -r requirements.txt unicodedata2==15.1.0
    python hosts.py points | gzip -9n > ../fixtures/fastapi/idna-points.jsonl.gz
    python hosts.py file IdnaTestV2.txt | gzip -9n > ../fixtures/fastapi/idna-test-v2.jsonl.gz
    python hosts.py hosts | gzip -9n > ../fixtures/fastapi/hosts.jsonl.gz

`points`: runs of code points that are alike, {"from", "to", "is", "bidi", "joins"}. `is` is "valid", "mark" (valid, and begins
no label), "ignored", "no", or "mapped" with "to" in "as". `bidi` has the classes of RFC 5893 as far as its rule tells them
apart. `joins` is the joining type as far as a ZWNJ asks for it, or "virama". Unicode 15.1, as in idna_adapter over ICU4X 1.5.
`file` and `hosts`: {"host", "ascii"}, null for one that is refused; the file is Unicode's own test of IDNA, as the crate idna has it.
"""

from __future__ import annotations

import json
import random
import re
import sys
from typing import Any, Iterator

import unicodedata2 as unicode
from pydantic_core import Url


def ascii_host(host: str) -> str | None:
    try:
        return Url(f"http://{host}/").host
    except ValueError:
        return None


def text_of(host: str) -> str:
    return ".".join(part[4:].encode().decode("punycode") if part.startswith("xn--") else part for part in host.split("."))


# Around a character that is written from left to right, or from right to left, or that must end a label of numbers.
AROUND = (("a", "b"), ("\u05d0", "\u05d0"), ("\u05d0", ""), ("\u05d01", ""), ("a", ""))


def verdict(character: str) -> dict[str, Any]:
    for before, behind in AROUND:
        host = ascii_host(before + character + behind)
        if host is None:
            continue
        text = text_of(host)
        if not (text.startswith(before) and text.endswith(behind)):
            return {"is": "mark"}  # it is composed with what stands before it
        found = text[len(before) : len(text) - len(behind)]
        if found == character:
            return {"is": "mark" if unicode.category(character).startswith("M") else "valid"}
        return {"is": "mapped", "as": found} if found else {"is": "ignored"}
    return {"is": "no"}


BIDI = {"L": "L", "R": "R", "AL": "R", "AN": "AN", "EN": "EN", "NSM": "NSM"}


def joins(character: str) -> str:
    if unicode.combining(character) == 9:
        return "virama"
    for partner in ("\u0628", "\u1820"):
        before = ascii_host(f"{character}\u200c{partner}") is not None
        after = ascii_host(f"{partner}\u200c{character}") is not None
        if before or after:
            return "dual" if before and after else "left" if before else "right"
        if ascii_host(f"{partner}{character}\u200c{partner}") is not None:
            return "transparent"
    return ""


def points() -> Iterator[dict[str, Any]]:
    run: dict[str, Any] | None = None
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x110000)):
        character = chr(code)
        like = verdict(character)
        if like["is"] in ("valid", "mark"):
            like |= {"bidi": BIDI.get(unicode.bidirectional(character), "N"), "joins": joins(character)}
        if run is not None and code == run["to"] + 1 and like == {key: run[key] for key in run if key not in ("from", "to")}:
            run["to"] = code
            continue
        if run is not None:
            yield run
        run = {"from": code, "to": code, **like}
    if run is not None:
        yield run


PIECES = [
    *"abcxyz019-_.~!$&'()*+,;=<>^|`{}\" %",
    *["xn--", "XN--", "xn--xn---epa", "xn--a", "xn--zca", "xn--4db", "-", ".", "..", "0x1", "%C3%9F", "%e2%88%9a", "%ff", "%2e", "%30", "1", "127.0.0.1"],
    *"ßẞςΣσİıſǅÅ℀①⒈．。｡／＃８８８\u0338\u0301\u0327\u0345\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f\u034f",
    *"אבגءآبةت٠٣۰۹؟،؛ˇˉ𐋵𐋠ދ߀ࠀ𐤀𐴰𞤢्ਾ်ົ༄ᠠᠡᠢقلكأ\u0640\u064e\u08d4",
    *"ﾠㅤᅟᅠ឴឵ͅᾳᾼῼᲀᲈᏸꭰᎠⅣ㏂㏇㏘︰︙･ｱﾞ가各가\u1885\u180bﬀﬃĳŉΌΆ𝟎𝐀🄀🄁🦙𠮷豈",
    *["\u0d4d", "\u0f0b", "\u0378", "\u1c89", "\U0001c4d0", "\ue000", "\U000e0041", "\U000e0100", "\u06dd", "\u0600", "\u061c", "\u2066"],
]


def mutated(choose: random.Random) -> str:
    return "".join(choose.choice(PIECES) for _ in range(choose.randrange(1, 8)))


def in_punycode(choose: random.Random) -> str:
    text = "".join(choose.choice(PIECES) for _ in range(choose.randrange(1, 5))).replace(".", "")
    return "xn--" + text.encode("punycode").decode()


def any_text(choose: random.Random) -> str:
    planes = ((0x80, 0x600), (0x590, 0x900), (0x900, 0x2000), (0x2000, 0x3000), (0xA000, 0xD800), (0xF900, 0x11000), (0x11000, 0x20000))
    low, high = choose.choice(planes)
    return "".join(chr(choose.randrange(low, high)) for _ in range(choose.randrange(1, 4)))


def hosts(count: int, seed: int) -> Iterator[str]:
    choose = random.Random(seed)
    for _ in range(count):
        labels = [choose.choice((mutated, mutated, in_punycode, any_text))(choose) for _ in range(choose.choice((1, 1, 1, 2, 3)))]
        yield ".".join(labels)


def in_file(path: str) -> Iterator[str]:
    for line in open(path, encoding="utf-8"):
        columns = line.split("#")[0].split(";")
        for column in columns[:2] + columns[3:4]:
            text = re.sub(r"\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}", lambda found: chr(int(found[1] or found[2], 16)), column.strip())
            if text not in ("", '""') and not any("\ud800" <= character < "\ue000" for character in text):
                yield text


# What would end a host, or be stripped from the URL before it is read.
OTHER = set("/?#:@\\[]\t\n\r")

if __name__ == "__main__":
    if sys.argv[1] == "points":
        for run in points():
            print(json.dumps(run))
    elif sys.argv[1] == "file":
        for host in dict.fromkeys(in_file(sys.argv[2])):
            if not OTHER & set(host):
                print(json.dumps({"host": host, "ascii": ascii_host(host)}))
    else:
        count, seed = (int(argument) for argument in (sys.argv[2:] or ("12000", "12")))
        for host in dict.fromkeys(hosts(count, seed)):
            if host.isascii() and "xn--" not in host.lower() and "%" not in host or OTHER & set(host):
                continue
            ascii = ascii_host(host)
            if ascii is None and len(host) % 3 > 0:
                continue  # most are refused, and need not all be kept
            try:
                print(json.dumps({"host": host, "ascii": ascii}))
            except UnicodeError:
                pass
