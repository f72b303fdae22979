"""A process that answers bodies as the service does. It needs Python alone, no Spark."""

import json
import os
import subprocess
import threading

COMMAND = os.environ.get("MODEL_ENTITY", "model-entity")


class Validator:
    """A process that answers bodies, one line each. It lives as long as the Python worker, whose tasks share it."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = [*COMMAND.split(), "validate", "--serve"]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def validate(self, model: str, bodies: list[str]) -> list[dict]:
        """The service's answers to some bodies. They are written while answers are read: a pipe holds 64 kB only."""
        lines = [json.dumps({"model": model, "body": body}) for body in bodies]
        writer = threading.Thread(target=self._write, args=("\n".join(lines) + "\n",))
        writer.start()
        answers = [self._read() for _ in lines]
        writer.join()
        return answers

    def _write(self, text: str) -> None:
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def _read(self) -> dict:
        line = self.process.stdout.readline()
        if line == "":
            raise RuntimeError(f"the validator has ended with the code {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer


_validator: Validator | None = None


def validator() -> Validator:
    """The validator of this worker."""
    global _validator
    if _validator is None:
        _validator = Validator()
    return _validator
