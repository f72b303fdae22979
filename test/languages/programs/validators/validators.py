"""Validates bodies with a validator of Python: prints 1 or 0 for each line `[model, body]`. Formats are checked.

python validators.py jsonschema SCHEMAS < bodies.jsonl
"""

import json
import sys
from pathlib import Path
from typing import Any, Callable

Check = Callable[[Any], bool]


def with_jsonschema(schema: Any) -> Check:
    import jsonschema

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid


def with_jsonschema_rs(schema: Any) -> Check:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid


def with_fastjsonschema(schema: Any) -> Check:
    import fastjsonschema

    validate = fastjsonschema.compile(schema)

    def check(value: Any) -> bool:
        try:
            validate(value)
        except fastjsonschema.JsonSchemaException:
            return False
        return True

    return check


COMPILERS = {"jsonschema": with_jsonschema, "jsonschema-rs": with_jsonschema_rs, "fastjsonschema": with_fastjsonschema}


def main() -> None:
    compiler, folder = COMPILERS[sys.argv[1]], Path(sys.argv[2])
    checks: dict[str, Check] = {}
    for line in sys.stdin:
        model, body = json.loads(line)
        if model not in checks:
            checks[model] = compiler(json.loads((folder / f"{model}.json").read_text()))
        try:
            value = json.loads(body)
        except ValueError:
            print(0)
            continue
        print(int(checks[model](value)))


if __name__ == "__main__":
    main()
