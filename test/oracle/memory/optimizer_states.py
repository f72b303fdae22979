"""Ground truth for optimizers of bitsandbytes and torchao: the bytes of their states for parameters of several shapes, and what torchao's compiled step allocates.

    python optimizer_states.py out.jsonl        needs torch, bitsandbytes and torchao

A record: {optimizer, shape, dtype, states} for the bytes that torch counts after the first step; torchao's have `step`, the bytes that the code which torch
compiles for a GPU allocates at most at once. No GPU is needed. bitsandbytes' states are made on 'meta', where its pages are those of `get_paged`, and
do not count. torchao's step is traced on a CPU, and inductor then writes the code of the same graph for a GPU (compute capability 9.0), which does not run.
"""
import json
import re
import sys
from unittest import mock

import bitsandbytes as bnb
import torch
import torchao.optim
from torch._dynamo.backends.common import aot_autograd
from torch._inductor.debug import DebugContext
from torch._inductor.decomposition import select_decomp_table
from torch._inductor.graph import GraphLowering
from torch._inductor.runtime.hints import DeviceProperties
from torch._inductor.virtualized import V
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

SHAPES = [[64], [4095], [4096], [4100], [5000], [24, 200], [16, 256], [300, 320], [316, 317], [400, 256], [512, 512], [1000, 1000], [1024, 1024], [8, 128, 256], [256, 16], [32, 640], [128, 96], [16, 768], [8, 2880]]
STEPS = [[4096], [300, 320], [316, 317], [512, 512], [256, 16], [32, 640], [128, 96], [16, 768], [8, 2880]]  # whose compiled step is recorded too, in bfloat16
BLOCK = 256  # what transformers passes to torchao (`_get_torchao_optimizer`)

BITSANDBYTES = {
    "adamw-32bit": (bnb.optim.AdamW, {"optim_bits": 32}),
    "adamw-32bit-paged": (bnb.optim.AdamW, {"optim_bits": 32, "is_paged": True}),
    "adamw-8bit": (bnb.optim.AdamW8bit, {}),
    "adamw-8bit-paged": (bnb.optim.PagedAdamW8bit, {}),
    "lion-32bit": (bnb.optim.Lion, {"optim_bits": 32}),
    "lion-32bit-paged": (bnb.optim.Lion, {"optim_bits": 32, "is_paged": True}),
    "lion-8bit": (bnb.optim.Lion, {"optim_bits": 8}),
    "lion-8bit-paged": (bnb.optim.Lion, {"optim_bits": 8, "is_paged": True}),
    "ademamix-32bit": (bnb.optim.AdEMAMix, {"optim_bits": 32}),
    "ademamix-32bit-paged": (bnb.optim.AdEMAMix, {"optim_bits": 32, "is_paged": True}),
    "ademamix-8bit": (bnb.optim.AdEMAMix, {"optim_bits": 8}),
    "ademamix-8bit-paged": (bnb.optim.AdEMAMix, {"optim_bits": 8, "is_paged": True}),
}

TORCHAO = {
    "adamw-8bit-torchao": torchao.optim.AdamW8bit,
    "adamw-4bit-torchao": torchao.optim.AdamW4bit,
    "adamw-fp8-torchao": torchao.optim.AdamWFp8,
}


def states_of_bitsandbytes(kind, options, shape, dtype):
    """The bytes of what `init_state` makes for one parameter. The table of each kind of moment is shared by all parameters."""
    p = torch.nn.Parameter(torch.empty(shape, dtype=dtype, device="meta"))
    p.grad = torch.empty_like(p)
    optimizer = kind([p], lr=1e-4, **options)
    optimizer.check_overrides()
    pages = set()

    def page(*size, dtype, device):
        made = torch.empty(size, dtype=dtype, device=device)
        pages.add(id(made))
        return made

    with mock.patch.object(bnb.functional, "get_paged", page), mock.patch.object(bnb.functional, "fill", lambda *_: None):
        optimizer.init_state(optimizer.param_groups[0], p, 0, 0)
    counted = [v for k, v in optimizer.state[p].items() if torch.is_tensor(v) and not k.startswith("qmap")]
    return sum(v.nbytes for v in counted if id(v) not in pages)


def states_of_torchao(optimizer, p):
    """The bytes of both moments: codes, scales and a table, or as the parameter is."""
    total = 0
    for signed in (True, False):
        made = optimizer._new_buffer(p, signed)
        total += sum(getattr(made, name).nbytes for name in made.tensor_attrs) if hasattr(made, "tensor_attrs") else made.nbytes
    return total


class Gpu:
    """What inductor asks about a GPU."""

    name = "H100"
    major, minor = 9, 0
    multi_processor_count = 132
    total_memory = 80 << 30
    warp_size = 32
    max_threads_per_multi_processor = 2048
    regs_per_multiprocessor = 65536
    shared_memory_per_block = 49152
    shared_memory_per_block_optin = 232448
    L2_cache_size = 50 << 20
    gcnArchName = ""


def on_gpu(value, mode):
    """A tensor without contents that says it is on a GPU. Numbers stay on the CPU, as the learning rate and the count of steps."""
    if not isinstance(value, torch.Tensor) or value.ndim == 0:
        return value
    like = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
    return FakeTensor(mode, like, torch.device("cuda", 0))


def code_for_gpu(graph_module, inputs):
    """The code that inductor writes for a graph of the CPU if its tensors were on a GPU."""
    properties = DeviceProperties(type="cuda", index=0, multi_processor_count=132, cc=90, major=9, regs_per_multiprocessor=65536, max_threads_per_multi_processor=2048, warp_size=32)
    patches = [
        mock.patch("torch.cuda.is_available", lambda: True),
        mock.patch("torch.cuda.get_device_properties", lambda *_, **__: Gpu),
        mock.patch("torch.cuda.current_device", lambda: 0),
        mock.patch("torch.cuda.device_count", lambda: 1),
        mock.patch("torch.cuda.get_device_capability", lambda *_, **__: (9, 0)),
        mock.patch("torch.cuda._lazy_init", lambda: None),
        mock.patch("torch.utils._triton.triton_hash_with_backend", lambda: "none"),
        mock.patch.object(DeviceProperties, "create", staticmethod(lambda _: properties)),
    ]
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    for patch in patches:
        patch.start()
    try:
        for node in graph_module.graph.nodes:
            if node.op == "call_function" and node.kwargs.get("device") is not None:
                node.kwargs = {**node.kwargs, "device": torch.device("cuda", 0)}
            if "val" in node.meta:
                node.meta["val"] = on_gpu(node.meta["val"], mode)
        graph_module.recompile()
        lowered = GraphLowering(graph_module, shape_env=None, is_inference=True)
        with V.set_graph_handler(lowered), DebugContext(), V.set_fake_mode(mode), torch.no_grad():
            lowered.run(*[on_gpu(value, mode) for value in inputs])
            code = lowered.codegen()[0]
        return getattr(code, "value", code)
    finally:
        for patch in patches:
            patch.stop()


def most_allocated(code):
    """The most bytes that the buffers of inductor's code have at once."""
    widths = {"float32": 4, "int64": 8, "int32": 4, "bfloat16": 2, "uint8": 1, "float8_e4m3fn": 1, "bool": 1}
    live, most = {}, 0
    for line in code.splitlines():
        made = re.search(r"(buf\d+) = empty_strided_cuda\(\(([\d, ]*)\), \([\d, ]*\), torch\.(\w+)\)", line)
        reused = re.search(r"(buf\d+) = (?:reinterpret_tensor\()?(buf\d+)\b.*# reuse", line)
        if made:
            sizes = [int(size) for size in made[2].split(",") if size.strip()]
            live[made[1]] = torch.Size(sizes).numel() * widths[made[3]]
        elif reused:
            live[reused[1]] = live.pop(reused[2])
        else:
            for name in re.findall(r"del (buf\d+)", line):
                live.pop(name, None)
        most = max(most, sum(live.values()))
    return most


def step_of_torchao(kind, shape, dtype):
    """The bytes that the compiled step of one parameter allocates at most on a GPU."""
    codes = []

    def compiled(graph_module, inputs):
        codes.append(code_for_gpu(graph_module, inputs))
        return lambda *_: [None] * len(next(iter(reversed(graph_module.graph.nodes))).args[0])

    p = torch.nn.Parameter(torch.zeros(shape, dtype=dtype))
    p.grad = torch.zeros_like(p)
    optimizer = kind([p], lr=1e-4, block_size=BLOCK)
    torch._dynamo.reset()
    backend = aot_autograd(fw_compiler=compiled, decompositions=select_decomp_table(), keep_inference_input_mutations=True)
    real = torch.compile
    with mock.patch("torch.compile", lambda function, **options: real(function, backend=backend, **options)):
        try:
            optimizer.step()
        except Exception:
            if not codes:
                raise
    return most_allocated(codes[0])


def main(out):
    with open(out, "w") as file:
        for name, (kind, options) in BITSANDBYTES.items():
            for shape in SHAPES:
                for dtype in ("bfloat16", "float32"):
                    states = states_of_bitsandbytes(kind, options, shape, getattr(torch, dtype))
                    print(json.dumps({"optimizer": name, "shape": shape, "dtype": dtype, "states": states}), file=file)
        for name, kind in TORCHAO.items():
            for shape in SHAPES:
                for dtype in ("bfloat16", "float32"):
                    p = torch.nn.Parameter(torch.empty(shape, dtype=getattr(torch, dtype)))
                    states = states_of_torchao(kind([p], lr=1e-4, block_size=BLOCK), p)
                    record = {"optimizer": name, "shape": shape, "dtype": dtype, "states": states}
                    if shape in STEPS and dtype == "bfloat16":
                        record["step"] = step_of_torchao(kind, shape, torch.bfloat16)
                    print(json.dumps(record), file=file, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
