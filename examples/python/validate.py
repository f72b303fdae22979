"""Validates a model entity with its JSON Schema alone: python validate.py SCHEMA ENTITY"""

import json
import sys

from jsonschema import Draft202012Validator

schema, entity = (json.load(open(path)) for path in sys.argv[1:])
errors = list(Draft202012Validator(schema).iter_errors(entity))
for error in errors:
    print(error.json_path, error.message)
sys.exit(1 if errors else 0)
