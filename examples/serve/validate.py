"""Validates bodies like the service, from Python: one process answers them all.

python validate.py CreateModelEntityRequest request.json ...
"""

import json
import os
import subprocess
import sys

COMMAND = os.environ.get("MODEL_ENTITY", "npx model-entity").split()


class Validator:
    """Sends a body on each line, and reads the answer of the service from the next line."""

    def __enter__(self) -> "Validator":
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*COMMAND, "validate", "--serve"], stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def validate(self, model: str, body: str) -> dict:
        self.process.stdin.write(json.dumps({"model": model, "body": body}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer


if __name__ == "__main__":
    with Validator() as validator:
        for path in sys.argv[2:]:
            answer = validator.validate(sys.argv[1], open(path, encoding="utf-8").read())
            print(path, "is valid" if answer["ok"] else json.dumps(answer["detail"]))
