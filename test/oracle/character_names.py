"""Writes every character name that `\\N{...}` of a Python string takes, apart from those made by rule: one a line.

    pip install unicodedata2==18.0.0
    python test/oracle/character_names.py < candidates.txt | gzip -9n > test/fixtures/character-names.txt.gz

Standard input has further candidates, one a line: the aliases of Unicode's NameAliases.txt. A name is taken if this Python or
unicodedata2, which knows a newer Unicode, knows it.
"""

import re
import sys
import unicodedata

import unicodedata2

BY_RULE = re.compile(
    r"(CJK (UNIFIED|COMPATIBILITY) IDEOGRAPH|TANGUT (IDEOGRAPH|COMPONENT)|NUSHU CHARACTER|KHITAN SMALL SCRIPT CHARACTER|"
    r"HANGUL SYLLABLE|JURCHEN CHARACTER|SMALL SEAL CHARACTER)[- ]"
)


def is_known(name: str) -> bool:
    for database in (unicodedata, unicodedata2):
        try:
            if len(database.lookup(name)) == 1:
                return True
        except KeyError:
            pass
    return False


named = {database.name(chr(code), "") for database in (unicodedata, unicodedata2) for code in range(0x110000)}
candidates = named | {line.strip() for line in sys.stdin}
for name in sorted(candidates):
    if name and not BY_RULE.match(name) and is_known(name):
        print(name)
