"""Judges JSON by JSON Schema: each line a schema and a body, each answer the faults."""

import json
import sys

import jsonschema_rs

for line in sys.stdin:
    case = json.loads(line)
    validator = jsonschema_rs.validator_for(case["schema"], validate_formats=True)
    faults = [f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(case["body"])]
    print(json.dumps(faults), flush=True)
