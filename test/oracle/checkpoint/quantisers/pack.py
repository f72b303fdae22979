"""Packs the checkpoints of a folder: JSON files, safetensors headers, and the start of GGUF files. Weights are left out.

python pack.py FOLDER... > checkpoints.jsonl
"""

import base64
import json
import os
import struct
import sys
import zlib


def packed(path):
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        if path.endswith(".json"):
            return {"json": json.load(file)}
        if path.endswith(".safetensors"):
            (length,) = struct.unpack("<Q", file.read(8))
            return {"header": json.loads(file.read(length)), "headerBytes": length, "bytes": size}
        from gguf import GGUFReader

        start = file.read(min(size, GGUFReader(path).data_offset + 64))
        return {"start": base64.b64encode(zlib.compress(start, 9)).decode(), "bytes": size}


KEPT = {
    "config.json",
    "quantize_config.json",
    "hf_quant_config.json",
    "quanto_qmap.json",
    "model.safetensors.index.json",
    "adapter_config.json",
}
for folder in sys.argv[1:]:
    name = os.path.basename(folder)
    names = [n for n in sorted(os.listdir(folder)) if n in KEPT or n.endswith((".safetensors", ".gguf"))]
    truth = json.load(open(f"{folder}/truth.json"))
    print(json.dumps({"id": name, "truth": truth, "files": {n: packed(f"{folder}/{n}") for n in names}}))
