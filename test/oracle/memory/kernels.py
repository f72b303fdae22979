"""oracle.py with packages of kernels, without a GPU.

    KERNEL_SOURCES=DIR python kernels.py cases.jsonl out.jsonl

DIR holds the Python code of the packages that the cases name in `kernelPackages` (and einops): `fla` of fla-core 0.6.0, `causal_conv1d` of
1.7.0, `mamba_ssm` of 2.3.2, from their source archives on PyPI. All cases of a call must name the same packages, as transformers looks for
them once.

The packages' own Python code runs: their autograd functions, what they save, copy, allocate and free. Only what computes is left out: a Triton
kernel that is launched does nothing, and the two extensions in C++ are written again below, to allocate what their code does. Where the code asks
for the GPU, it is an H100: 132 multiprocessors, 228 KB of shared memory. What an autotuner picks is its first choice; it changes no
size that matters.
"""
import functools
import inspect
import json
import os
import sys
import types
from contextlib import nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ["FLA_BENCHMARK"] = "0"
import torch
import triton

MULTIPROCESSORS, SHARED_MEMORY = 132, 232448


class H100:
    """What Triton's driver says of the GPU."""

    name = "NVIDIA H100 80GB HBM3"
    multi_processor_count = MULTIPROCESSORS
    shared_memory_per_block_optin = shared_memory_per_block = SHARED_MEMORY
    major, minor = 9, 0
    backend, arch, warp_size = "cuda", 90, 32
    utils = types.SimpleNamespace(get_device_properties=lambda index: {"multiprocessor_count": MULTIPROCESSORS, "max_shared_mem": SHARED_MEMORY})

    def get_current_target(self):
        return self

    def get_current_device(self):
        return 0

    def get_current_stream(self, index):
        return 0

    def get_device_interface(self):
        return torch.cuda


def without_computing():
    """Triton's kernels do nothing."""
    from triton.runtime import autotuner, driver, jit

    driver.set_active(H100())
    for kind in (jit.JITFunction, autotuner.Autotuner, autotuner.Heuristics):
        kind.run = lambda self, *args, **kwargs: None
    autotuner.Autotuner.best_config = property(lambda self: self.configs[0], lambda self, value: None)


def like_a_gpu():
    """What the packages ask torch about the GPU; autocast is that of the CPU, which the oracle makes like CUDA's."""
    torch.cuda.get_device_properties = lambda *rest: H100()
    torch.cuda.get_device_capability = lambda *rest: (9, 0)
    torch.cuda.get_device_name = lambda *rest: H100.name
    torch.cuda.device_count = lambda: 1
    torch.cuda.current_device = torch.get_default_device
    torch.get_current_dtype = torch.get_default_dtype  # transformers 4.57 asks for it where a config has no dtype; torch does not have it
    torch.cuda.device = lambda index: nullcontext()
    torch.get_autocast_gpu_dtype = lambda: torch.get_autocast_dtype("cpu")
    for name in ("custom_fwd", "custom_bwd"):
        made = getattr(torch.amp, name)
        setattr(torch.amp, name, (lambda made: lambda *args, **kwargs: made(*args, **{**kwargs, "device_type": "cpu"}))(made))


def selective_scan_fwd(u, delta, A, B, C, D, z, delta_bias, delta_softplus):
    """`selective_scan_fwd` of mamba_ssm's csrc/selective_scan/selective_scan.cpp."""
    out_z = torch.empty_like(z) if z is not None else None
    out = torch.empty_like(delta)
    x = torch.empty(u.shape[0], u.shape[1], -(-u.shape[2] // 2048), A.shape[1] * 2, dtype=A.dtype)
    return [out, x] if z is None else [out, x, out_z]


def selective_scan_bwd(u, delta, A, B, C, D, z, delta_bias, dout, x, out, dz, delta_softplus, recompute_out_z):
    """`selective_scan_bwd` of the same file; B and C vary with the tokens."""
    if z is not None and dz is None:
        dz = torch.empty_like(z)
    out_z = torch.empty_like(out) if z is not None and recompute_out_z else None
    du, ddelta, dA = torch.empty_like(u), torch.empty_like(delta), torch.zeros_like(A)
    dB, dC = torch.zeros_like(B, dtype=torch.float32), torch.zeros_like(C, dtype=torch.float32)
    dD = torch.zeros_like(D) if D is not None else None
    ddelta_bias = torch.zeros_like(delta_bias) if delta_bias is not None else None
    result = [du, ddelta, dA, dB.to(B.dtype), dC.to(C.dtype), dD, ddelta_bias]
    return [*result, *([dz] if z is not None else []), *([out_z] if recompute_out_z else [])]


def causal_conv1d_fwd(x, *rest):
    """`causal_conv1d_fwd` of causal_conv1d's csrc/causal_conv1d.cpp. Before 1.5, it made its output; Falcon Mamba of transformers 4.57 calls it so."""
    return torch.empty_like(x) if len(rest) == 6 else None


def causal_conv1d_bwd(x, weight, bias, dout, *rest):
    """`causal_conv1d_bwd` of the same file: what it is given must have the order of its input."""
    is_channel_last = x.stride(1) == 1 and x.stride(2) > 1
    if not is_channel_last and dout.stride(2) != 1:
        dout = dout.contiguous()
    if is_channel_last and dout.stride(1) != 1:
        dout = dout.transpose(-1, -2).contiguous().transpose(-1, -2)
    if len(rest) == 6:  # before 1.5
        dx = rest[3] if rest[3] is not None else torch.empty_like(x)
        sums = [None if one is None else torch.zeros_like(one, dtype=torch.float32) for one in (weight, bias)]
        return [dx, *(None if total is None else total.to(one.dtype) for total, one in zip(sums, (weight, bias))), None]


def extensions():
    """The modules in C++."""
    scan, conv = types.ModuleType("selective_scan_cuda"), types.ModuleType("causal_conv1d_cuda")
    scan.fwd, scan.bwd = selective_scan_fwd, selective_scan_bwd
    conv.causal_conv1d_fwd, conv.causal_conv1d_bwd = causal_conv1d_fwd, causal_conv1d_bwd
    sys.modules.update(selective_scan_cuda=scan, causal_conv1d_cuda=conv)


# The functions of transformers 4.57 that look for each package.
LOOKED_FOR = {
    "mamba_ssm": ("is_mamba_ssm_available", "is_mamba_2_ssm_available"),
    "causal_conv1d": ("is_causal_conv1d_available",),
    "fla": ("is_flash_linear_attention_available",),
}


class Hidden:
    """Finds none of the packages that a case does not name."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(name)


def installed(packages):
    """The packages are there for transformers, and no others."""
    sys.path.insert(0, os.environ["KERNEL_SOURCES"])
    sys.meta_path.insert(0, Hidden({*LOOKED_FOR} - {*packages}))
    import transformers.utils
    from transformers.utils import import_utils

    for package, names in LOOKED_FOR.items():
        for name in names:
            for module in (transformers.utils, import_utils):
                setattr(module, name, lambda found=package in packages: found)


@functools.cache
def on_kernels(module):
    """The mixers of a module of transformers 4.57 take the path that they take on a GPU."""
    for kind in vars(module).values():
        if not isinstance(kind, type) or not hasattr(kind, "cuda_kernels_forward") or not getattr(module, "is_fast_path_available", True):
            continue
        takes = inspect.signature(kind.cuda_kernels_forward).parameters

        def forward(self, *args, kernels=kind.cuda_kernels_forward, takes=takes, own=inspect.signature(kind.forward), **kwargs):
            given = own.bind(self, *args, **kwargs).arguments
            return kernels(**{name: value for name, value in given.items() if name in takes})

        kind.forward = forward


def main():
    cases = [json.loads(line) for line in open(sys.argv[1])]
    packages = {tuple(sorted(case["options"]["kernelPackages"])) for case in cases}
    if len(packages) != 1:
        raise SystemExit("all cases of a call must name the same packages")
    like_a_gpu()
    without_computing()
    extensions()
    installed(*packages)
    import transformers

    import oracle

    if transformers.__version__ < "5":
        import balanced  # noqa: F401: what it replaces of transformers 4.57

        build = oracle.build

        @functools.wraps(build)
        def built(config, options, fake=True):
            module = __import__(type(transformers.AutoConfig.for_model(config["model_type"])).__module__.replace("configuration", "modeling"), fromlist=["*"])
            on_kernels(module)
            return build(config, options, fake)

        oracle.build = built
    oracle.main()


if __name__ == "__main__":
    main()
