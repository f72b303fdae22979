"""Asks pydantic what it answers for definitions of one's own: constants, lengths of lists, tuples, objects closed to extra fields, objects
made of several, UUIDs, dates and times, each alone, with a default, optional, in lists, records, tuples, objects and unions.

    python definitions.py | gzip -9n > ../fixtures/fastapi/definitions.jsonl.gz

A line is {"definition", "text", "lax", "strict"}: a JSON Schema, a JSON text, and what becomes of it in either mode: {"value": JSON text}
or {"errors": [[type, loc, msg, ctx], ...]}. Lax is a body as FastAPI reads it; strict is pydantic's own reading of JSON. Strict is left out where
pydantic's JSON reader refuses the text itself.
"""

from __future__ import annotations

import enum
import json
import random
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Union

from pydantic import AnyUrl, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

Schema = dict[str, Any]

FORMATS = {"date-time": datetime, "date": date, "time": time, "uuid": uuid.UUID, "uri": AnyUrl}
BOUNDS = {"minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt"}
LENGTHS = {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"}
ITEMS = {"minItems": "min_length", "maxItems": "max_length"}


def type_of(schema: Schema) -> Any:
    if "anyOf" in schema:
        return union_of(schema["anyOf"])
    if "allOf" in schema:
        return model_of(merged(schema))
    if "const" in schema:
        return Literal[schema["const"]]
    if "enum" in schema:
        return enum.Enum(schema.get("title", "Enum"), {value: value for value in schema["enum"]}, type=str)
    kind = schema.get("type")
    if kind == "object":
        return model_of(schema) if "properties" in schema else dict[str, type_of(schema.get("additionalProperties", {}))]
    if kind == "array":
        return array_of(schema)
    if kind == "string":
        return FORMATS[schema["format"]] if "format" in schema else limited(str, schema, LENGTHS)
    if kind in ("integer", "number"):
        return limited(int if kind == "integer" else float, schema, BOUNDS)
    return {"boolean": bool, "null": None, None: Any}[kind]


def limited(of: Any, schema: Schema, names: dict[str, str]) -> Any:
    limits = {names[keyword]: value for keyword, value in schema.items() if keyword in names}
    return Annotated[of, Field(**limits)] if limits else of


def union_of(members: list[Schema]) -> Any:
    """Constants that stand beside each other are one `Literal`, as one writes them in Python."""
    types: list[Any] = []
    constants: list[Any] = []
    for member in [*members, {}]:
        if "const" in member:
            constants.append(member["const"])
            continue
        if constants:
            types.append(Literal[tuple(constants)])
            constants = []
        types.append(type_of(member))
    return Union[tuple(types[:-1])]


def array_of(schema: Schema) -> Any:
    if "prefixItems" in schema:
        return tuple[tuple(type_of(item) for item in schema["prefixItems"])]
    return limited(list[type_of(schema.get("items", {}))], schema, ITEMS)


def model_of(schema: Schema) -> type[BaseModel]:
    required = schema.get("required", [])
    fields: dict[str, Any] = {}
    for name, field in schema["properties"].items():
        of = type_of(field)
        if name in required:
            fields[name] = (of, ...)
        else:
            fields[name] = (of, Field(default_factory=lambda field=field: json.loads(json.dumps(field.get("default")))))
    extra = {None: "ignore", True: "allow", False: "forbid"}[schema.get("additionalProperties")]
    return create_model(schema.get("title", "Model"), __config__=ConfigDict(extra=extra), **fields)


def merged(schema: Schema) -> Schema:
    """The class that inherits from all parts: their fields in order."""
    whole: Schema = {"properties": {}, "required": [], **{key: schema[key] for key in ("title",) if key in schema}}
    for part in schema["allOf"]:
        part = merged(part) if "allOf" in part else part
        whole["properties"] |= part["properties"]
        whole["required"] += part.get("required", [])
        if "additionalProperties" in part:
            whole["additionalProperties"] = part["additionalProperties"]
    if schema.get("unevaluatedProperties") is False:
        whole["additionalProperties"] = False
    return whole


UUID = "550e8400-e29b-41d4-a716-446655440000"
TEXTS = {
    "uuid": [
        *[UUID, UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}", f"URN:UUID:{UUID}", f"uuid:{UUID}", f" {UUID}"],
        *["", "x", "{", "{}", "-", "----", "-----", "é", "\U0001f999", "{é}", "urn:uuid:", "urn:uuid:x", "0" * 31, "0" * 33, "0" * 32],
        *[UUID[:-1], UUID + "0", UUID[:8], UUID[:23], "550e840-0e29b-41d4-a716-446655440000", f"{{{UUID}", f"{UUID}}}", f"{{{UUID[:-1]}}}"],
        *["550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29-b41d4-a716-446655440000", "550e8400-e29b-41d4-a7164-46655440000"],
        *["550e8400-e29b-41d4-a71-6446655440000", "550e8400e29b-41d4-a716-446655440000", f"{{{'0' * 32}}}", f"urn:uuid:{'0' * 32}"],
        *["550e8400_e29b_41d4_a716_446655440000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "000000000000000000000000000000000000"],
        *["550e8400-e29b-41d4-a716-4466554400é", "550e8400-e29b-41d4-a716é446655440000", "0" * 36, "0" * 38, "0" * 45, "-" * 36],
    ],
    "date": [
        *["2024-01-15", "2024-02-29", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-04-31", "0000-01-01", "0001-01-01"],
        *["9999-12-31", "2024-1-5", "2024/01/15", "20240115", "x", "", "2024-01-15x", "2024-01-15 ", " 2024-01-15", "+2024-01-15", "é024-01-15"],
        *["2024-01-15T00:00:00", "2024-01-15T00:00:00Z", "2024-01-15T00:00:00+02:00", "2024-01-15 00:00", "2024-01-15T00:00:00.000001"],
        *["2024-01-15T24:00:00", "2024-01-15T01:00:00", "2024-01-15T00:00:60", "0000-01-01T00:00:00", "2024-01-15T"],
        *["0", "1705276800", "1705276801", "-86400", "-1", "1705276800.0", "1705276800000", "253402214400", "253402300800", "-62167219200"],
        *["-62167219201", "-62135596800", "99999999999999999999", "+1705276800", "1e9", "1705276800.5", "NaN", "-0", "20000000000", "20000044800"],
    ],
    "time": [
        *["12:30", "12:30:01", "12:30:01.5", "12:30:01,5", "12:30:00.1234567", "12:30Z", "12:30z", "12:30:00+02:00", "12:30:00-0530", "12:30+02"],
        *["24:00", "23:60", "23:59:60", "12:30:00.", "12:30:", "12:3", "1:30", "12-30", "x", "", "é2:30", "12:30 ", " 12:30", "T12:30"],
        *["12:30:00+24:00", "12:30:00+02:60", "12:30:00\u221202:00", "12:30:00*02:00", "12:30:00+00:00", "12:30:00-00:00", "12:30:00Zx"],
        *["0", "3600", "86399", "86400", "-1", "3600.5", "1e3", "00:00", "00:00:00.000000", "23:59:59.999999", "2024-01-15T12:30:00"],
    ],
}
NUMBERS = (
    "0 1 -1 1.0 0.0 -0.0 1.5 3600 3600.5 86399 86399.5 86399.9999999 86400 -0.5 1705276800 1705276801 1705276800.0 1705276800000 -86400 -62135596800 "
    "-62167219200 -62167219201 253402214400 253402300799 253402300800 1e400 -1e400 NaN 9223372036854775807 9223372036854775808 4294967296 "
    "0.1234567 59.0000005 123456789012345678901234567890 1e308"
).split()
OTHERS = ["true", "false", "null", "[]", "{}", '"a"', '"b"', '"1"', '"true"', '"\\ud800"', "[1]", '{"a": 1}', "2", '"2"', '"null"', '"None"', '"é"']

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
BOOLEAN = {"type": "boolean"}
UUIDS = {"type": "string", "format": "uuid"}
DATES = {"type": "string", "format": "date"}
TIMES = {"type": "string", "format": "time"}


def const(*values: Any) -> Schema:
    members = [{"const": value} for value in values]
    return members[0] if len(members) == 1 else {"anyOf": members}


def model(title: str, properties: dict[str, Schema], required: list[str] | None = None, **rest: Any) -> Schema:
    names = list(properties) if required is None else required
    return {"type": "object", "title": title, "properties": properties, "required": names, **rest}


CONSTANTS = [
    *[const("a"), const(1), const(True), const(False), const(0), const("1"), const("a", "b"), const("a", 1), const("a", True)],
    *[const("a", "b", "c", 2, False), const("it's", 'say "x"', "é", "\n", "\\"), const("true", True), const(-1, 1), const(0, True), const(2, True)],
]


def scalars() -> Iterator[tuple[Schema, list[str]]]:
    for name, texts in TEXTS.items():
        yield {"type": "string", "format": name}, [json.dumps(text) for text in texts] + NUMBERS + OTHERS
    for constant in CONSTANTS:
        texts = ["it's", 'say "x"', "é", "\n", "\\", "", "c", "false", "0", "-1"]
        yield constant, [json.dumps(text) for text in texts] + NUMBERS + OTHERS


def containers() -> Iterator[tuple[Schema, list[str]]]:
    lists = ["[]", "[1]", "[1, 2]", "[1, 2, 3]", '["1"]', '["x"]', '["x", 1]', '["x", 1, 2]', '[1, 2, "x"]', '["x", "y", "z", "w"]', "{}", '"ab"', "null", "1"]
    for limits in ({"minItems": 1}, {"maxItems": 2}, {"minItems": 2, "maxItems": 2}, {"minItems": 0}, {"maxItems": 0}):
        for items in (INTEGER, {}, {"anyOf": [INTEGER, {"type": "null"}]}):
            yield {"type": "array", "items": items, **limits}, lists
    for items in ([INTEGER, STRING], [INTEGER], [BOOLEAN, DATES, INTEGER], [{"anyOf": [INTEGER, {"type": "null"}]}, {}], [const("a"), UUIDS]):
        length = len(items)
        texts = [*lists, '[1, "a"]', '["1", "a"]', '[true, "2024-01-15", 1]', '["yes", 1705276800, "1"]', "[null, null]", f'["a", "{UUID}"]', "[null]"]
        yield {"type": "array", "prefixItems": items, "minItems": length, "maxItems": length}, texts
    objects = ["{}", '{"a": 1}', '{"a": "1", "b": "2"}', '{"c": 1}', '{"a": "x", "c": 1, "b": 2}', '{"a": 1, "c": 1, "d": {}}', '{"a": 1, "\\ud800": 1}']
    objects += ['{"c": 1, "\\ud800": 1, "a": "x"}', '{"__proto__": 1, "a": 1}', '{"a": 1, "constructor": {}}', "[]", "1", "null", '{"a": 1, "b": null, "team": "t"}']
    objects += ['{"a": 1, "team": "t", "c": 1}', '{"a": "x", "team": 1}', '{"team": "t"}', '{"a": 1, "team": "t", "b": "z", "more": [1e400]}']
    closed = model("Closed", {"a": INTEGER, "b": {"anyOf": [STRING, {"type": "null"}]}}, ["a"], additionalProperties=False)
    opened = model("Opened", {"a": INTEGER, "b": {"anyOf": [STRING, {"type": "null"}]}}, ["a"], additionalProperties=True)
    plain = model("Plain", {"a": INTEGER, "b": {"anyOf": [STRING, {"type": "null"}]}}, ["a"])
    team = model("Team", {"team": STRING, "size": {**INTEGER, "default": 3}}, ["team"])
    yield from ((schema, objects) for schema in (closed, plain, model("Empty", {}, additionalProperties=False)))
    for parts in ([plain, team], [team, plain], [opened, team], [plain, {"allOf": [team, model("More", {"c": INTEGER})]}]):
        yield {"allOf": parts, "title": "Whole"}, objects
        yield {"allOf": parts}, objects
    yield {"allOf": [plain, team], "title": "Whole", "unevaluatedProperties": False}, objects


def around(schema: Schema, default: Any) -> Iterator[Schema]:
    """A schema as a field with a default, optional, required and nullable, and inside each container."""
    null = {"anyOf": [*schema["anyOf"], {"type": "null"}]} if "anyOf" in schema else {"anyOf": [schema, {"type": "null"}]}
    yield model("Holder", {"x": {**schema, "default": default}}, [])
    yield model("Holder", {"x": null}, [])
    yield model("Holder", {"x": null}, ["x"])
    yield model("Holder", {"x": {**null, "default": default}}, [])
    yield {"type": "array", "items": schema, "minItems": 1}
    yield {"type": "object", "additionalProperties": schema}
    yield {"type": "array", "prefixItems": [schema, INTEGER], "minItems": 2, "maxItems": 2}
    yield model("Closed", {"x": schema, "y": {**INTEGER, "default": 0}}, ["x"], additionalProperties=False)


def wrapped(text: str) -> list[str]:
    objects = [f'{{"x": {text}}}', "{}", '{"x": null}', f'{{"x": {text}, "y": "1", "z": 0}}']
    return [*objects, f"[{text}]", f"[{text}, 1]", f"[{text}, {text}]", "[]", text]


def combinations() -> Iterator[tuple[Schema, list[str]]]:
    lists = {"type": "array", "items": INTEGER, "maxItems": 2}
    pair = {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2}
    closed = model("Pair", {"a": INTEGER}, additionalProperties=False)
    whole = {"allOf": [model("A", {"a": INTEGER}), model("B", {"b": {**STRING, "default": "b"}}, [])], "title": "AB"}
    cases: list[tuple[Schema, Any, list[str]]] = [
        (UUIDS, UUID, [f'"{UUID.upper()}"', '"x"', "1"]),
        (DATES, "2024-01-15", ['"2024-01-15"', '"2024-01-15T00:00"', "1705276800", '"x"', "true"]),
        (TIMES, "12:30:00", ['"12:30"', "3600", '"x"']),
        (const("a"), "a", ['"a"', '"b"', "1"]),
        (const("a", "b"), "a", ['"b"', '"c"', "null"]),
        (const(1, "x"), 1, ["1", "true", "1.0", '"1"']),
        (lists, [1], ['["1"]', "[1, 2, 3]", '["x"]', "{}"]),
        (pair, [1, "a"], ['[1, "a"]', '["1", "a"]', "[1]", '[1, "a", 2]']),
        (closed, {"a": 1}, ['{"a": "1"}', '{"a": 1, "b": 2}', "[]"]),
        (whole, {"a": 1, "b": "b"}, ['{"a": "1"}', '{"a": 1, "b": 2, "c": 3}', "{}"]),
    ]
    for schema, default, texts in cases:
        for held in around(schema, default):
            yield held, [each for text in texts for each in wrapped(text)]


def unions() -> Iterator[tuple[Schema, list[str]]]:
    cat = model("Cat", {"kind": const("cat"), "lives": {**INTEGER, "default": 9}}, ["kind"])
    dog = model("Dog", {"kind": const("dog"), "name": {"anyOf": [STRING, {"type": "null"}]}}, ["kind"])
    small = model("Small", {"a": {"anyOf": [INTEGER, {"type": "null"}]}}, [])
    large = model("Large", {"a": {"anyOf": [INTEGER, {"type": "null"}]}, "b": {"anyOf": [INTEGER, {"type": "null"}]}}, [])
    inner = model("Inner", {"in": small, "n": {"anyOf": [STRING, {"type": "null"}]}}, ["in"])
    deeper = model("Deeper", {"in": large, "n": {"anyOf": [INTEGER, {"type": "null"}]}}, ["in"])
    closed = model("Closed", {"a": INTEGER}, additionalProperties=False)
    word = {"type": "string", "enum": ["a", "b"], "title": "Word"}
    number = {"type": "number"}
    datetimes = {"type": "string", "format": "date-time"}
    lists = {"type": "array", "items": INTEGER, "maxItems": 2}
    pair = {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2}
    records = {"type": "object", "additionalProperties": INTEGER}
    members = [
        *[[DATES, STRING], [STRING, DATES], [datetimes, DATES], [DATES, datetimes], [TIMES, INTEGER], [UUIDS, STRING], [UUIDS, DATES, TIMES, const("a")]],
        *[[datetimes, STRING], [{"type": "string", "format": "uri"}, STRING], [INTEGER, STRING], [number, INTEGER], [INTEGER, number], [BOOLEAN, INTEGER]],
        *[[INTEGER, BOOLEAN], [const("a"), INTEGER], [INTEGER, const("1")], [const(1), BOOLEAN], [BOOLEAN, const(1)], [const("a", "b"), const(1), STRING]],
        *[[const("a"), INTEGER, const("b")], [word, STRING], [STRING, word], [word, const("a")], [lists, pair], [pair, lists], [lists, records], [cat, dog]],
        *[[small, large], [large, small], [closed, large], [inner, deeper], [deeper, inner], [records, small], [small, records], [records, large, small]],
        *[[{"type": "array", "items": small}, {"type": "array", "items": large}], [{"type": "array", "items": number}, lists], [{}, INTEGER], [INTEGER, {}]],
        *[[{**INTEGER, "minimum": 2}, STRING], [{**STRING, "maxLength": 1}, {**STRING, "pattern": "^x"}], [number, STRING], [STRING, number], [BOOLEAN, STRING]],
        *[[{"anyOf": [INTEGER, DATES]}, STRING], [{"allOf": [small, model("T", {"t": INTEGER})], "title": "ST"}, large], [pair, STRING], [UUIDS, const(UUID)]],
    ]
    texts = [f'"{UUID}"', f'"{UUID.upper()}"', '"2024-01-15"', '"2024-01-15T00:00:00"', '"2024-01-15 00:00"', '"2024-01-15T00:00:00Z"', '"12:30"', '"1705276800"']
    texts += ["1705276800", "3600", "1", "1.0", "1.5", "2", "0", "true", "false", "null", '"1"', '"a"', '"b"', '"c"', '"x"', '"xy"', '"yes"', '""', '"1.5"', "[]"]
    texts += ["[1]", "[1, 2]", '["1", "2"]', '[1, "a"]', '[1, "2"]', "[1, 2, 3]", "[1.0, 2.5]", "[1.0]", "{}", '{"a": 1}', '{"a": "1"}', '{"a": 1, "b": 2}']
    texts += ['{"a": 1, "b": "2"}', '{"b": 1}', '{"a": null}', '{"a": null, "b": null}', '{"a": "x"}', '{"kind": "cat"}', '{"kind": "dog", "name": "d"}', '{"kind": "cow"}']
    texts += ['{"kind": "cat", "lives": "3"}', '{"in": {"a": 1}}', '{"in": {"a": 1, "b": 2}}', '{"in": {"a": "1", "b": 2}, "n": "3"}', '{"in": {"a": 1, "b": 2}, "n": 3}']
    texts += ['[{"a": 1}]', '[{"a": 1, "b": 2}]', '[{"a": 1}, {"b": 2}]', '{"a": 1, "t": 2}', '{"a": 1, "t": "2", "b": 3}', '{"t": 2}', '"HTTPS://x.y"', '"\\ud800"']
    for union in members:
        yield {"anyOf": union}, texts
        yield model("Holder", {"x": {"anyOf": [*union, {"type": "null"}]}}, []), [f'{{"x": {text}}}' for text in texts]


def random_cases(count: int) -> Iterator[tuple[Schema, list[str]]]:
    chance = random.Random(20240115)

    def pick(*options: Any) -> Any:
        return chance.choice(options)

    def schema(depth: int) -> Schema:
        leaf = [UUIDS, DATES, TIMES, INTEGER, BOOLEAN, STRING, {"type": "number"}, *[const("a"), const(1), const("1"), const("a", "b"), const("a", 2)], {"type": "string", "enum": ["a", "b"]}]
        if depth == 0 or chance.random() < 0.3:
            return pick(*leaf)
        kind = pick("array", "tuple", "model", "closed", "open", "all", "record", "union", "null")
        if kind == "array":
            return {"type": "array", "items": schema(depth - 1), **pick({}, {"minItems": 1}, {"maxItems": 2}, {"minItems": 1, "maxItems": 3})}
        if kind == "tuple":
            items = [schema(depth - 1) for _ in range(pick(1, 2, 3))]
            return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        if kind == "record":
            return {"type": "object", "additionalProperties": schema(depth - 1)}
        if kind == "null":
            inner = schema(depth - 1)
            return {"anyOf": [*inner.get("anyOf", [inner]), {"type": "null"}]} if {"type": "null"} not in inner.get("anyOf", []) else inner
        if kind == "union":
            return {"anyOf": [each for each in (schema(depth - 1), schema(depth - 1), schema(0)) if "anyOf" not in each] or [STRING]}
        if kind == "all":
            return {"allOf": [fields("A", "ab", depth), fields("C", "cd", depth)], "title": "Both"}
        extra = {"closed": {"additionalProperties": False}, "open": {"additionalProperties": True}}.get(kind, {})
        return {**fields("M", "abc", depth), **extra}

    def fields(title: str, names: str, depth: int) -> Schema:
        properties: dict[str, Schema] = {}
        required = []
        for name in names:
            properties[name] = schema(depth - 1)
            if {"type": "null"} not in properties[name].get("anyOf", []) and "default" not in properties[name]:
                required.append(name)
        return model(title, properties, required)

    def value(of: Schema) -> Any:
        if chance.random() < 0.06:
            return pick(None, True, 1, 0, "x", "1", "a", 1.5, [], {}, [1], {"a": 1}, 1705276800, "2024-01-15", "12:30", UUID.upper(), -1, "true")
        if "anyOf" in of:
            return value(pick(*of["anyOf"]))
        if "allOf" in of:
            return {key: each for part in of["allOf"] for key, each in value_of_fields(part).items()}
        if "const" in of:
            return of["const"]
        if "enum" in of:
            return pick(*of["enum"])
        kind = of.get("type")
        if kind == "array" and "prefixItems" in of:
            return [value(item) for item in of["prefixItems"]]
        if kind == "array":
            return [value(of["items"]) for _ in range(pick(0, 1, 2, 2, 3))]
        if kind == "object":
            return value_of_fields(of) if "properties" in of else {name: value(of["additionalProperties"]) for name in pick("", "a", "ab")}
        if kind == "string":
            return pick(*TEXTS[of["format"]][:6]) if "format" in of else pick("a", "b", "", "1", "é")
        return {"integer": pick(1, 2, "3", 4.0), "number": pick(1, 1.5, "2.5"), "boolean": pick(True, False, "yes", 0), "null": None}[kind]

    def value_of_fields(of: Schema) -> dict[str, Any]:
        found = {name: value(field) for name, field in of["properties"].items() if name in of["required"] or chance.random() < 0.7}
        if chance.random() < 0.15:
            found[pick("z", "a", "b")] = value(STRING)
        if found and chance.random() < 0.05:
            del found[chance.choice(list(found))]
        return found

    for _ in range(count):
        made = schema(3)
        yield made, [json.dumps(value(made), ensure_ascii=False) for _ in range(8)]


def answer(validate: Any, adapter: TypeAdapter[Any]) -> dict[str, Any] | None:
    try:
        value = validate()
    except ValidationError as error:
        entries = error.errors(include_url=False)
        if entries[0]["type"] == "json_invalid":
            return None
        return {"errors": [[entry["type"], entry["loc"], entry["msg"], entry.get("ctx")] for entry in entries]}
    return {"value": adapter.dump_json(value, warnings=False).decode()}


def told(schema: Schema, texts: list[str]) -> None:
    adapter = TypeAdapter(type_of(schema))
    for text in dict.fromkeys(texts):
        try:
            lax = answer(lambda: adapter.validate_python(json.loads(text), from_attributes=True), adapter)
            strict = answer(lambda: adapter.validate_json(text, strict=True), adapter)
            print(json.dumps({"definition": schema, "text": text, "lax": lax, **({"strict": strict} if strict else {})}))
        except (UnicodeError, ValueError):
            pass  # what pydantic takes and cannot write


if __name__ == "__main__":
    for cases in (scalars(), containers(), combinations(), unions(), random_cases(600)):
        for schema, texts in cases:
            told(schema, texts)
