"""Records the types of ggml, and the names that llama.cpp's converter gives to tensors, as gguf-py has them.

    uv run --with gguf==0.19.0 python test/oracle/checkpoint/ggml.py > test/fixtures/checkpoint/ggml.json
"""

import json

from gguf.constants import GGML_QUANT_SIZES, TENSOR_NAMES, GGMLQuantizationType

# For each type: its number, the weights of a block, and the bytes that they take with their scales.
types = {kind.name: [int(kind), *GGML_QUANT_SIZES[kind]] for kind in GGMLQuantizationType}
tensors = {key.name: name.replace("{bid}", "3").replace("{xid}", "1") for key, name in TENSOR_NAMES.items()}
print(json.dumps({"types": types, "tensors": tensors}, indent=1))
