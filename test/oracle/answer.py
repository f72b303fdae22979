"""Answers cases with the service of app.py, and with pydantic itself in strict mode.

    pip install -r requirements.txt
    python answer.py < cases.jsonl > answers.jsonl

A case is {"id", "model", "body" | "base64", "content_type"?, "mode"?}, one JSON object a line; each is answered before the
next is read, so that a program can converse. An answer is {"ok": true, "value"}, {"ok": false, "detail"},
{"ok": false, "status", "detail"} for any other status, or {"ok": false, "crash"} where the service has no answer.
"""

from __future__ import annotations

import base64
import json
import sys
import warnings
from typing import Any

warnings.filterwarnings("ignore")

from fastapi.encoders import jsonable_encoder  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from pydantic import ValidationError  # noqa: E402

from app import MODELS, app  # noqa: E402


def body_of(case: dict[str, Any]) -> bytes:
    if "base64" in case:
        return base64.b64decode(case["base64"])
    return case["body"].encode("utf-8", "surrogatepass")


def service_answer(client: TestClient, case: dict[str, Any]) -> dict[str, Any]:
    create = "/apis/models/v2/workspaces/default/models"
    path = create if case["model"] == "CreateModel" else f"/validate/{case['model']}"
    content_type = case.get("content_type", "application/json")
    headers = {} if content_type is None else {"content-type": content_type}
    reply = client.post(path, content=body_of(case), headers=headers)
    if reply.status_code in (200, 201):
        return {"ok": True, "value": reply.json()}
    if reply.status_code == 422:
        return {"ok": False, "detail": reply.json()["detail"]}
    if reply.status_code == 500:
        return unwritten_answer(case) or {"ok": False, "crash": reply.text}
    return {"ok": False, "status": reply.status_code, "detail": reply.json()["detail"]}


def unwritten_answer(case: dict[str, Any]) -> dict[str, Any] | None:
    """The errors that pydantic has found, and that the service could not write: NaN, or text with a lone surrogate."""
    if case["model"] not in MODELS:
        return None
    try:
        MODELS[case["model"]].model_validate(json.loads(body_of(case)), from_attributes=True)
        return None
    except ValidationError as error:
        return {"ok": False, "detail": told(error)}


def strict_answer(case: dict[str, Any]) -> dict[str, Any]:
    """What pydantic's strict=True makes of JSON input; the places begin with `body`, as the service's do."""
    try:
        model = MODELS[case["model"]].model_validate_json(body_of(case), strict=True)
        return {"ok": True, "value": json.loads(model.model_dump_json())}
    except ValidationError as error:
        return {"ok": False, "detail": told(error)}


def told(error: ValidationError) -> list[dict[str, Any]]:
    detail = without_nan(jsonable_encoder(error.errors(include_url=False)))
    return [{**entry, "loc": ["body", *entry["loc"]]} for entry in detail]


def without_nan(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_constant=lambda _: None)


def answer(client: TestClient, case: dict[str, Any]) -> dict[str, Any]:
    try:
        return strict_answer(case) if case.get("mode") == "strict" else service_answer(client, case)
    except Exception as error:  # noqa: BLE001
        return {"ok": False, "crash": repr(error)[:200]}


if __name__ == "__main__":
    with TestClient(app, raise_server_exceptions=False) as http:
        for line in sys.stdin:
            if line.strip():
                case = json.loads(line)
                sys.stdout.write(json.dumps({"id": case["id"], **answer(http, case)}) + "\n")
                sys.stdout.flush()
