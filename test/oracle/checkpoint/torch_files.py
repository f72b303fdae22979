"""Writes small files with torch.save, and prints each as base64 with the names, shapes and dtypes of its tensors.

    python torch_files.py > torch-files.json
"""

import base64
import collections
import io
import json

import torch


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def truth(state):
    seen, tensors = set(), {}
    for name, tensor in state.items():
        if not isinstance(tensor, torch.Tensor):
            continue
        key = (tensor.untyped_storage().data_ptr(), tensor.storage_offset(), tuple(tensor.shape))
        if tensor.numel() and key in seen:
            continue
        seen.add(key)
        tensors[name] = [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
    return tensors


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(5, 4)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(4, 4) for _ in range(2))
        self.head = torch.nn.Linear(4, 5, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))


torch.manual_seed(0)
tied = Tiny().state_dict()
dtypes = collections.OrderedDict(
    (str(dtype).removeprefix("torch."), torch.zeros(2, 3).to(dtype))
    for dtype in [
        torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
        torch.uint8, torch.bool, torch.float8_e4m3fn, torch.float8_e5m2,
    ]
)
views = {"whole": (whole := torch.zeros(4, 6)), "turned": whole.t(), "part": whole[1:3], "parameter": torch.nn.Parameter(torch.zeros(3))}
model = Tiny()
optimizer = torch.optim.AdamW(model.parameters())
trained = {"epoch": 3, "lr": 1e-3, "big": 2**70, "name": "é", "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()}

one = torch.zeros(2, 2)
shared = {"b": one, **{f"c{index}": one for index in range(4)}}

CASES = {
    "a state dictionary with a tied head": (tied, {}, tied),
    "every dtype": (dtypes, {}, dtypes),
    "views and parameters": (views, {}, views),
    "a checkpoint of a trainer": (trained, {}, trained["state_dict"]),
    "the format before 1.6": (tied, {"_use_new_zipfile_serialization": False}, tied),
    "protocol 4": (dtypes, {"pickle_protocol": 4}, dtypes),
    "protocol 5": (trained, {"pickle_protocol": 5}, trained["state_dict"]),
    "five names for the same data": (shared, {}, shared),
    "a whole module": (model, {}, {}),
    "no tensors": ({"a": 1, "b": [1, 2, (3,)]}, {}, {}),
}

print(
    json.dumps(
        {
            "torch": torch.__version__,
            "files": [
                {"name": name, "file": base64.b64encode(saved(value, **options)).decode(), "tensors": truth(state)}
                for name, (value, options, state) in CASES.items()
            ],
        }
    )
)
