"""Ground truth for adapters on packed weights: oracle.py's steps on a model whose linear layers are bitsandbytes' Linear4bit or Linear8bitLt.

    pip install -r requirements.txt
    python qlora.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases and records as in oracle.py, with method "qlora" or "lora" and `quantization` ('nf4', 'nf4-double', which is the default, or 'int8');
prepareForKbitTraining casts what is not packed to fp32. The base stays bf16 where it is not packed (embeddings, norms, biases, the
head), the adapters are fp32 unless adapterDtype says otherwise. Packed weights, their scales and tables count as parameters. The product of a 4-bit weight is computed
as bitsandbytes does for more rows than its fused kernels take: the weight is unpacked and multiplied. That of an 8-bit weight is as on CUDA
(`backends/cuda/ops.py`), where no input has outliers.
"""

import bitsandbytes as bnb
import bitsandbytes.autograd._functions as autograd
import bitsandbytes.nn.modules as modules
import torch
from bitsandbytes.backends.default.ops import _gemm_4bit_default_impl
from bitsandbytes.functional import QuantState
from torch._subclasses.fake_tensor import FakeTensorMode

import oracle
import transformers

if transformers.__version__ < "5":  # which computes experts one by one
    import balanced  # noqa: F401: spreads tokens evenly

BLOCK, BLOCK_OF_SCALES = 64, 256
# `llm_int8_threshold` of transformers' BitsAndBytesConfig.
THRESHOLD = 6.0


def multiply(a, packed, state, bias):
    nested = {"absmax_8bit": state.absmax, "absmax_code": state.state2.code, "absmax_offset": state.offset} if state.nested else {}
    scales = state.state2.absmax if state.nested else state.absmax
    return _gemm_4bit_default_impl(a, packed.view(-1, 1), state.shape, scales, state.blocksize, state.quant_type, bias=bias, **nested)


def int8_vectorwise_quant(a, threshold=0.0):
    """Rows in 8 bits and their scales, where nothing is above the threshold."""
    scales = torch.empty(a.numel() // a.shape[-1], dtype=torch.float32)
    rounded = torch.empty(a.shape, dtype=torch.int8)
    outliers = a.abs() >= threshold
    outliers.any()
    return rounded, scales, torch.empty(0, dtype=torch.int64)


def int8_scaled_mm(a, rounded, packed, row_scales, column_scales, outlier_columns, bias):
    """`int8_mixed_scaled_mm` with the kernels of CUDA."""
    none = torch.empty(0, dtype=a.dtype)
    whole = torch.empty(*rounded.shape[:-1], packed.shape[0], dtype=torch.int32)
    half = torch.empty_like(whole, dtype=torch.float16)
    if bias is not None and bias.dtype != torch.float16:
        half.add_(bias)
    return half.to(a.dtype), none


def matmul_8bit(a, packed, out=None, state=None, threshold=0.0, bias=None):
    state.threshold = threshold if threshold > 0 else state.threshold
    return autograd.MatMul8bitLt.apply(a, packed, out, bias, state)


def unpacked(layer):
    """`dequantize_module_weight` of PEFT, which knows packed weights by their class."""
    if isinstance(layer, bnb.nn.Linear8bitLt):
        if layer.weight.is_meta:
            return torch.empty(layer.out_features, layer.in_features, dtype=torch.float32)
        return layer.weight * layer.weight.SCB.view(-1, 1) * (1 / 127)
    if not isinstance(layer, bnb.nn.Linear4bit):
        return layer.weight
    if layer.weight.is_meta:
        return torch.empty(layer.out_features, layer.in_features, dtype=torch.bfloat16)
    state = layer.weight.quant_state
    scales = state.absmax
    if state.nested:
        scales = torch.empty(scales.shape, dtype=torch.float32)
        scales += state.offset
    return torch.ops.bitsandbytes.dequantize_4bit.default(layer.weight.data, scales, state.blocksize, state.quant_type, state.shape, state.dtype)


def forward(ctx, a, packed, out=None, bias=None, quant_state=None):
    """MatMul4Bit.forward without the fused kernel, of which a fake tensor would show nothing."""
    output = multiply(a, packed, quant_state, bias)
    ctx.is_empty, ctx.state = False, quant_state
    ctx.dtype_A, ctx.dtype_B, ctx.dtype_bias = a.dtype, packed.dtype, None if bias is None else bias.dtype
    ctx.tensors = (None, packed.view(-1, 1)) if any(ctx.needs_input_grad[:2]) else (None, None)
    return output


def matmul_4bit(a, packed, quant_state, out=None, bias=None):
    if torch.is_grad_enabled() and a.requires_grad:
        return autograd.MatMul4Bit.apply(a, packed, out, bias, quant_state)
    return multiply(a, packed, quant_state, bias)


autograd.MatMul4Bit.forward = staticmethod(forward)
bnb.matmul_4bit = matmul_4bit
bnb.matmul = matmul_8bit
autograd.F.int8_vectorwise_quant = int8_vectorwise_quant
torch.ops.bitsandbytes.int8_mixed_scaled_mm = int8_scaled_mm
# A fake tensor is no Params4bit: a plain parameter with the same fields takes its place.
modules.Params4bit = lambda data=None, **_: torch.nn.Parameter(data, requires_grad=False)
modules.Int8Params = lambda data=None, **_: torch.nn.Parameter(data, requires_grad=False)


def replace_linear_layers(model, storage, is_kept=None):
    """Each nn.Linear but the head, or those that `is_kept` says by name, becomes a Linear4bit or Linear8bitLt with packed weights, on 'meta'."""
    for prefix, parent in list(model.named_modules()):
        for name, child in list(parent.named_children()):
            if not isinstance(child, torch.nn.Linear):
                continue
            if is_kept(f"{prefix}.{name}".lstrip(".")) if is_kept else name == "lm_head" or child is model.get_output_embeddings():
                continue
            if storage == "int8":
                setattr(parent, name, in_8_bits(child))
                continue
            packed = bnb.nn.Linear4bit(
                child.in_features, child.out_features, bias=child.bias is not None, compute_dtype=torch.bfloat16,
                compress_statistics=storage == "nf4-double", device="meta",
            )
            packed.weight = torch.nn.Parameter(torch.empty((child.weight.numel() + 1) // 2, 1, dtype=torch.uint8), requires_grad=False)
            describe(packed.weight, storage)
            packed.bias = child.bias
            packed.requires_grad_(False)
            setattr(parent, name, packed)


def in_8_bits(linear):
    packed = bnb.nn.Linear8bitLt(linear.in_features, linear.out_features, bias=False, has_fp16_weights=False, threshold=THRESHOLD, device="meta")
    packed.weight = torch.nn.Parameter(torch.empty(linear.weight.shape, dtype=torch.int8), requires_grad=False)
    packed.weight.CB = packed.weight.SCB = None
    packed.bias = linear.bias
    packed.requires_grad_(False)
    return packed


def describe(weight, storage, state=None):
    weight.quant_state, weight.bnb_quantized, weight.quant_storage = state, True, torch.uint8
    weight.compress_statistics, weight.quant_type, weight.blocksize = storage == "nf4-double", "nf4", BLOCK


def add_states(model, storage, ledger):
    """What bitsandbytes keeps beside a packed weight."""
    for layer in model.modules():
        if isinstance(layer, bnb.nn.Linear8bitLt):
            layer.weight.SCB = layer.state.SCB = torch.empty(layer.out_features, dtype=torch.float32)
            layer.weight.CB, layer.state.CB = None, layer.weight.data
            ledger.book(layer.state.SCB, "parameters", True)
        if not isinstance(layer, bnb.nn.Linear4bit):
            continue
        blocks = -(-layer.in_features * layer.out_features // BLOCK)
        table = lambda size: torch.empty(size, dtype=torch.float32)
        common = {
            "shape": torch.Size((layer.out_features, layer.in_features)), "dtype": torch.bfloat16, "blocksize": BLOCK, "quant_type": "nf4", "code": table(16),
        }
        if storage == "nf4":
            state = QuantState(absmax=table(blocks), **common)
            kept = (state.absmax, state.code)
        else:
            nested = QuantState(absmax=table(-(-blocks // BLOCK_OF_SCALES)), code=table(256), blocksize=BLOCK_OF_SCALES, dtype=torch.float32)
            state = QuantState(absmax=torch.empty(blocks, dtype=torch.uint8), **common, offset=table(()), state2=nested)
            kept = (state.absmax, state.code, state.offset, nested.absmax, nested.code)
        describe(layer.weight, storage, state)
        layer.quant_state = state
        for t in kept:
            ledger.book(t, "parameters", True)


def pack_experts(model, storage):
    """Experts in one parameter are packed as by `replace_parameter_4bit`, which axolotl calls while it loads them (`monkeypatch/moe_quant.py`, 0.21.0)."""
    import torch.nn.utils.parametrize as parametrize
    from bitsandbytes.nn.parametrize import Bnb4bitParametrization, _register_parametrization_hooks

    states = []
    table = lambda size: torch.empty(size, dtype=torch.float32)
    for path, module in list(model.named_modules()):
        for name, p in list(module.named_parameters(recurse=False)):
            if p.ndim < 3 or "expert" not in f"{path}.{name}".lower():
                continue
            blocks = -(-p.numel() // BLOCK)
            common = {"shape": p.shape, "dtype": torch.bfloat16, "blocksize": BLOCK, "quant_type": "nf4", "code": table(16)}
            if storage == "nf4":
                state = QuantState(absmax=table(blocks), **common)
                states += [state.absmax, state.code]
            else:
                nested = QuantState(absmax=table(-(-blocks // BLOCK_OF_SCALES)), code=table(256), blocksize=BLOCK_OF_SCALES, dtype=torch.float32)
                state = QuantState(absmax=torch.empty(blocks, dtype=torch.uint8), **common, offset=table(()), state2=nested)
                states += [state.absmax, state.code, state.offset, nested.absmax, nested.code]
            setattr(module, name, torch.nn.Parameter(torch.empty((p.numel() + 1) // 2, 1, dtype=torch.uint8), requires_grad=False))
            parametrize.register_parametrization(module, name, Bnb4bitParametrization(state), unsafe=True)
            _register_parametrization_hooks(module, name)
    return states


def adapted(config, options):
    """The model with packed weights and adapters, on 'meta'."""
    from peft import LoraConfig, get_peft_model
    from peft.tuners.lora import dora

    dora.dequantize_module_weight = unpacked
    storage = options.get("quantization", "nf4-double")
    model = oracle.build(config, {**options, "method": "full", "recompute": "none", "gradientCheckpointing": False, "inputGradients": False})
    lora = options["lora"]
    with torch.device("meta"):
        replace_linear_layers(model, storage)
        setattr(model, "is_loaded_in_8bit" if storage == "int8" else "is_loaded_in_4bit", True)
        if options.get("prepareForKbitTraining"):  # the casts of prepare_model_for_kbit_training, which knows no fake weights
            for p in model.parameters():
                if p.dtype == torch.bfloat16:
                    p.data = p.data.to(torch.float32)
        adapters = LoraConfig(**oracle.lora_arguments(lora), task_type="CAUSAL_LM")
        model = get_peft_model(model, adapters)
        for name, p in model.named_parameters():
            if "lora_" in name:
                p.data = p.data.to(getattr(torch, options.get("adapterDtype", "float32")))
    oracle.checkpoint(model, options)
    if options.get("inputGradients"):
        model.enable_input_require_grads()
    return model


def run(config, options, fake=True, cuda=True, trace=None):
    ledger = oracle.Ledger()
    ledger.trace = trace
    storage = options.get("quantization", "nf4-double")
    model = adapted(config, options)
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(options.get("attention")), ledger:
        oracle.materialize(model)
        add_states(model, storage, ledger)
        for t in pack_experts(model, storage) if options.get("quantizeExperts") else ():
            ledger.book(t, "parameters", True)
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        ids = torch.zeros(options["batchSize"], options["sequenceLength"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        return oracle.train(model, ids, options, ledger)


if __name__ == "__main__":
    oracle.run = run
    oracle.main()
