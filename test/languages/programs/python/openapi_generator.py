import json
import sys

sys.path.insert(0, "generated")

from lines import round_trip  # noqa: E402
from openapi_client import ModelEntity  # noqa: E402

round_trip(lambda entity: json.loads(ModelEntity.from_dict(entity).to_json()))
