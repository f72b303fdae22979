"""The platform's own classes behind FastAPI, as in test/oracle/app.py: they answer every case, because the cases are their answers.

    node conformance/run.mjs -- python conformance/implementations/platform_classes.py

The Python needs what test/oracle/requirements.txt names.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "test/oracle"))

from answer import answer  # noqa: E402
from app import MODELS, app  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402

with TestClient(app, raise_server_exceptions=False) as http:
    for line in sys.stdin:
        request = json.loads(line)
        if request["cmd"] == "start":
            about = {"name": "the platform's classes", "version": "0.3.0", "language": "Python"}
            kinds = {"answers": ["verdict", "detail", "value"], "modes": ["lax", "strict"], "models": list(MODELS)}
            reply = {"protocol": 1, "implementation": about, **kinds}
        elif request["cmd"] == "stop":
            break
        else:
            reply = {"id": request["id"], **answer(http, request)}
            if "crash" in reply:
                reply = {"id": request["id"], "skipped": "the service crashes"}
        print(json.dumps(reply), flush=True)
