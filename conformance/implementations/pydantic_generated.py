"""pydantic, with the classes that datamodel-code-generator makes of schemas/openapi-3.1.json, answering as FastAPI would.

    datamodel-codegen --input schemas/openapi-3.1.json --input-file-type openapi --output models.py …
    node conformance/run.mjs -- python conformance/implementations/pydantic_generated.py models.py
"""

import base64
import importlib.util
import json
import sys
from typing import Any

import pydantic
from pydantic_core import to_jsonable_python


def load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("models", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["models"] = module
    spec.loader.exec_module(module)
    return module


def answer(models: Any, case: dict[str, Any]) -> dict[str, Any]:
    model = getattr(models, case["model"])
    body = base64.b64decode(case["base64"]) if "base64" in case else case["body"].encode("utf-8", "surrogatepass")
    if "content_type" in case:
        return {"skipped": "content types are the framework's"}
    if not body:
        missing = {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
        return {"ok": False, "status": 422, "detail": [missing]}
    try:
        if case.get("mode") == "strict":
            value = model.model_validate_json(body, strict=True)
        else:
            value = model.model_validate(json.loads(body), from_attributes=True)
        return {"ok": True, "value": value.model_dump(mode="json", by_alias=True)}
    except pydantic.ValidationError as error:
        detail = error.errors(include_url=False)
        return {"ok": False, "status": 422, "detail": [{**entry, "loc": ["body", *entry["loc"]]} for entry in detail]}
    except json.JSONDecodeError as error:
        entry = {"type": "json_invalid", "loc": ["body", error.pos], "msg": "JSON decode error", "input": {}}
        return {"ok": False, "status": 422, "detail": [{**entry, "ctx": {"error": error.msg}}]}
    except Exception:
        return {"ok": False, "status": 400, "detail": "There was an error parsing the body"}


def written(reply: dict[str, Any]) -> str:
    """As FastAPI writes it: what JSON has no number for is null."""
    text = json.dumps(reply, default=lambda value: to_jsonable_python(value, fallback=lambda _: {}))
    return json.dumps(json.loads(text, parse_constant=lambda _: None))


def main() -> None:
    models = load(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        if request["cmd"] == "start":
            about = {"name": "pydantic, generated classes", "version": pydantic.VERSION, "language": "Python"}
            reply = {"protocol": 1, "implementation": about, "answers": ["verdict", "detail", "value"], "modes": ["lax", "strict"]}
        elif request["cmd"] == "stop":
            return
        else:
            reply = {"id": request["id"], **answer(models, request)}
        print(written(reply), flush=True)


if __name__ == "__main__":
    main()
