"""Reads manifests as `nemo models create NAME --input-file FILE` does, up to the body that it sends.

Reads one JSON array a line, [path, name], and writes one: [body as JSON text, or null, the reason].
"""

import inspect
import json
import sys

from nemo_platform._utils._json import openapi_dumps
from nemo_platform.cli.core.stdin_utils import read_data_input_with_flags
from nemo_platform.resources.models.models import ModelsResource

PARAMETERS = set(inspect.signature(ModelsResource.create).parameters) - {"self"}

for line in sys.stdin:
    path, name = json.loads(line)
    try:
        data = read_data_input_with_flags(input_file=path)
        if name is not None:
            data["name"] = name
        strange = [key for key in data if key not in PARAMETERS]
        if strange:
            raise TypeError(f"unexpected {strange}")
        print(json.dumps([openapi_dumps(data).decode(), None]), flush=True)
    except BaseException as error:
        print(json.dumps([None, f"{type(error).__name__}: {error}"[:300]]), flush=True)
