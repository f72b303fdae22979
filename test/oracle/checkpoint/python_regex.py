"""Writes regular expressions, most of them odd, with what Python's `re.fullmatch` says of names and texts.

    python python_regex.py | gzip -9n > ../../fixtures/checkpoint/python-regex.jsonl.gz

A line is {"pattern", "error"} or {"pattern", "matches": [[text, verdict], ...]}. Recorded with Python 3.11.
"""

from __future__ import annotations

import json
import random
import re
import warnings

warnings.simplefilter("ignore")

PIECES = [
    *"abiskAKz09_.-]^$|(){}[,?*+:=!<>#\\ \n",
    *["a", "b", "layers", r"\.", ".*", "q_proj", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\b", r"\B", r"\A", r"\Z", r"\1", r"\2", r"\0", r"\012", r"\x61", r"\u0061", r"\N", r"\e", r"\-"],
    *["{,2}", "{1,2}", "{2}", "{1,}", "{,}", "{}", "*?", "++", "*+", "?+", "{1,2}+", "??", "[^]]", "[]_]", "[.*+]", "[a-c]", "[^a]", r"[\w.]", r"[\W\d]", r"[^\W_]", r"[\b]", "[a-", "[z-a]", "[^"],
    *["(", "(?:", "(a)", "(?P<n>", "(?P=n)", "(?i)", "(?i:", "(?-i:", "(?s:", "(?m)", "(?x)", "(?a)", "(?ai)", "(?u)", "(?L)", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?#c)", "(?(1)a|b)", ")", "|", "é", "İ", "ſ", "٣", "\u00a0", "🦙"],
]
WHOLE = [
    "a{,2}b", "[^]]+", "[]_]+", "[.*+]+", "(?i:Q)_proj", "(?P<n>a|b)(?P=n)", "(a)|b\\1", "(?:(a)|b\\1)+", "(a?)*\\1", "((a)|b)+\\2", "(?:(x?))+\\1", "(?=(a))\\1a", "(?<=a)b|ab", "a(?<=a)b", "(?<!a)b",
    r"\bq\b", r"\B", r".*\.layers\.(?:1|2)\..*", r"(?x) a b # c", "(?x) a [ ] b", r"a\Z", "a$", "(?m)a$\n^b", "(?s).*", ".*", "(?>a|ab)b", "a*+a", "(?:ab?)*+b", "(?i)[a-k]+", "(?i)[^a-k]+", "(?i)i+", "(?ai)i+", r"\d+", r"(?a)\d+", r"\w+", r"(?a)\w+", r"\s",
    "x{2}{3}", "a**", "^*", "(?:^)*a", "(?=a)*a", "(?!a)?a", "a{2,1}", "a{,}", "a{", "a{1", "a{1,", "{", "{}", "}", "]", "a|", "|a", "()", "(?:)", "(", ")", "[]", "[^]", "(?P<a>a)(?P<a>b)", "(?P<1>a)", "(?P=a)", "(?<=a*)b", "(?<=a|bc)d", "(?<=(a))b", "(?i)é", "a(?i)b", r"\8", r"\18", r"(a)\1{2}", r"(a)\01", "(?-:a)", "(?i-i:a)", "(?P>a)", r"[\d-z]", "[a-\\d]", "[--a]", "[a--]", "[a-]", "[-a]", "[[a]", "[a&&b]", "(?#", "(?x)(?#c)a #", "\\", "[\\", "a{99999999999}", r"\xg", r"\u12", r"\U00110000", r"\U0001F999", "(?:a|(?:b|(?:c)))*d", "(?:a|b)*?c",
]
TEXTS = ["", "a", "b", "ab", "aa", "aab", "abb", "A", "K", "i", "I", "İ", "ı", "ſ", "s", "S", "K", "k", "z", "]", "_", "[", "a]", "*+.", "q_proj", "Q_proj", "Q_PROJ", "model.layers.1.self_attn.q_proj", "layers.2.q_proj", "a\n", "a\nb", "\n", " ", "\u00a0", "\x1c", "\u200b", "é", "É", "٣", "3", "🦙", "x", "xx", "{", "}", "a{", "a{1", "{}", "a b", "ba", "bc", "abc", "bcd", "ad", "-", ".", "a.", "ab ", "abab", "aaa", "\x01", "\x08", "²", "ⅷ", "\u0301", "一"]


def patterns(count: int, seed: int):
    yield from WHOLE
    choose = random.Random(seed)
    for _ in range(count):
        kind = choose.random()
        if kind < 0.5:
            yield "".join(choose.choice(PIECES) for _ in range(choose.randrange(1, 7)))
        else:
            base = list(choose.choice(WHOLE))
            for _ in range(choose.randrange(1, 4)):
                at = choose.randrange(len(base) + 1)
                base[at : at + choose.randrange(2)] = [choose.choice(PIECES)]
            yield "".join(base)


def answer(pattern: str, choose: random.Random) -> dict:
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return {"error": str(error)[:80]}
    texts = TEXTS if choose.random() < 0.1 else choose.sample(TEXTS, 16)
    return {"matches": [[text, compiled.fullmatch(text) is not None] for text in texts]}


if __name__ == "__main__":
    choose = random.Random(4)
    for pattern in dict.fromkeys(patterns(6000, 7)):
        print(json.dumps({"pattern": pattern, **answer(pattern, choose)}))
