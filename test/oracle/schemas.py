"""Prints the platform's JSON schema of each class as one JSON document: python schemas.py"""

import json

from app import MODELS

if __name__ == "__main__":
    print(json.dumps({name: model.model_json_schema() for name, model in MODELS.items()}, sort_keys=True))
