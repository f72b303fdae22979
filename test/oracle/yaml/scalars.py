"""Records what PyYAML makes of plain scalars: one JSON array a line, [text, kind, value].

    python scalars.py | gzip -9n > test/fixtures/yaml-1-1-scalars.jsonl.gz

The scalars are generated: words and numbers of both versions of YAML, and edits of them. The seed is fixed.
"""

import datetime
import json
import random

import yaml

WORDS = """yes Yes YES yEs no No NO on On ON off Off OFF oFf y Y n N true True TRUE tRue false False FALSE null Null NULL nUll ~
.inf .Inf .INF +.inf -.inf +.INF .nan .NaN .NAN -.nan +.nan inf nan = << - + . .. -- 1e3 1E3 1e+3 1.0e3 1.0e+3 1.e+3 .5e-3 +.5 -.5 .5
5. +5. 010 0o17 0O17 017 08 09 0x1F 0X1f 0x 0b 0b101 0b2 -0b1 0b_ 0x_ 0_ 00 0 -0 +0 -0.0 +0.0 1_000 1__0 _1 1_ 1_000.5 1.5_0 1:30 1:60
190:20:30 1:30.5 0:30 -1:30 01:30 1:3 1:300 12:30:45 12:30:45.5 2024-01-15 2024-1-5 2024-13-01 2024-02-30 0000-01-01 2024-01-15T10:00:00Z
2024-01-15t10:00:00.123456789+01:00 2024-01-15T1:00:00 2024-1-5T10:00:00-05 2024-01-15T24:00:00 2024-01-15T10:00:00+24:00
2024-01-15T10:00:00.5-00:30 2024-01-15T10:00:60Z 99999999999999999999 -12345678901234567890 0x7fffffffffffffff 1e400 1.0e+400 12e03 -2E+05
3.14 -3.14 +12 +12.5 1,000 1.2.3 v1.2 0.1 00.1 0.10 1_0.0_1 0777 0888 0b1_0 0xdead_beef +0x1F -0x1F +0o7 -0o7 llama 1a a1 1-2 8B 70B""".split()
WORDS += ["2024-01-15 10:00:00", "2024-01-15  10:00:00 +1", "2024-01-15 10:00:00 Z", "2001-12-14 21:59:43.10 -5", ""]
PIECES = list("0123456789abefnoxyNOXYEZTt.:-+_~= ") + ["0x", "0o", "0b", ":30", "e+", ".0", "-01", "_0"]


def edited(text, chance):
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        if chance.random() < 0.6:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif text:
            text = text[:at] + text[at + 1 :]
    return text.strip()


def digits(chance):
    parts = [str(chance.randrange(10 ** chance.randrange(1, 18))) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    return chance.choice(("", "", "-", "+", "0", "0x", "0b", "0o")) + chance.choice((":", ".", "_", "-", "e", "e+")).join(parts)


def kind_of(text):
    loader = yaml.SafeLoader("")
    node = yaml.ScalarNode(loader.resolve(yaml.ScalarNode, text, (True, False)), text)
    try:
        value = loader.construct_object(node, deep=True)
    except Exception:
        return ["error", None]
    if value is None:
        return ["null", None]
    if isinstance(value, bool):
        return ["boolean", value]
    if isinstance(value, int):
        return ["integer", str(value)]
    if isinstance(value, float):
        return ["float", repr(value)]
    if isinstance(value, datetime.datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    return ["text", value]


chance = random.Random(11)
texts = dict.fromkeys(WORDS)
while len(texts) < 6000:
    word = chance.choice(WORDS)
    texts[edited(word, chance) if chance.random() < 0.7 else digits(chance)] = None
for text in texts:
    print(json.dumps([text, *kind_of(text)]))
