"""Ground truth for QLoRA: oracle.py's steps on a model whose linear layers are bitsandbytes' Linear4bit (NF4, double quantisation).

    pip install -r requirements.txt
    python qlora.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases and records as in oracle.py, with method "qlora"; prepareForKbitTraining casts what is not packed to fp32. The base stays bf16 where it is not packed (embeddings, norms, biases, the
head), the adapters are fp32. Packed weights, their scales and tables count as parameters. The product of a packed weight is computed
as bitsandbytes does for more rows than its fused kernels take: the weight is unpacked and multiplied.
"""

import bitsandbytes as bnb
import bitsandbytes.autograd._functions as autograd
import bitsandbytes.nn.modules as modules
import torch
from bitsandbytes.backends.default.ops import _gemm_4bit_default_impl
from bitsandbytes.functional import QuantState
from torch._subclasses.fake_tensor import FakeTensorMode

import oracle

BLOCK, BLOCK_OF_SCALES = 64, 256


def multiply(a, packed, state, bias):
    return _gemm_4bit_default_impl(
        a, packed.view(-1, 1), state.shape, state.state2.absmax, state.blocksize, state.quant_type, bias=bias,
        absmax_8bit=state.absmax, absmax_code=state.state2.code, absmax_offset=state.offset,
    )


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
# A fake tensor is no Params4bit: a plain parameter with the same fields takes its place.
modules.Params4bit = lambda data=None, **_: torch.nn.Parameter(data, requires_grad=False)


def replace_linear_layers(model):
    """Each nn.Linear but the head becomes a Linear4bit with packed weights, on 'meta'."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if not isinstance(child, torch.nn.Linear) or name == "lm_head" or child is model.get_output_embeddings():
                continue
            packed = bnb.nn.Linear4bit(
                child.in_features, child.out_features, bias=child.bias is not None, compute_dtype=torch.bfloat16, device="meta"
            )
            packed.weight = torch.nn.Parameter(torch.empty((child.weight.numel() + 1) // 2, 1, dtype=torch.uint8), requires_grad=False)
            describe(packed.weight)
            packed.bias = child.bias
            packed.requires_grad_(False)
            setattr(parent, name, packed)


def describe(weight, state=None):
    weight.quant_state, weight.bnb_quantized, weight.quant_storage = state, True, torch.uint8
    weight.compress_statistics, weight.quant_type, weight.blocksize = True, "nf4", BLOCK


def add_states(model, ledger):
    """What bitsandbytes keeps beside a packed weight."""
    for layer in model.modules():
        if not isinstance(layer, bnb.nn.Linear4bit):
            continue
        blocks = -(-layer.in_features * layer.out_features // BLOCK)
        table = lambda size: torch.empty(size, dtype=torch.float32)
        nested = QuantState(absmax=table(-(-blocks // BLOCK_OF_SCALES)), code=table(256), blocksize=BLOCK_OF_SCALES, dtype=torch.float32)
        state = QuantState(
            absmax=torch.empty(blocks, dtype=torch.uint8), shape=torch.Size((layer.out_features, layer.in_features)),
            dtype=torch.bfloat16, blocksize=BLOCK, quant_type="nf4", code=table(16), offset=table(()), state2=nested,
        )
        describe(layer.weight, state)
        layer.quant_state = state
        for t in (state.absmax, state.code, state.offset, nested.absmax, nested.code):
            ledger.book(t, "parameters", True)


def run(config, options):
    from peft import LoraConfig, get_peft_model

    ledger = oracle.Ledger()
    model = oracle.build(config, {**options, "method": "full", "gradientCheckpointing": False})
    lora = options["lora"]
    with torch.device("meta"):
        replace_linear_layers(model)
        model.is_loaded_in_4bit = True
        if options.get("prepareForKbitTraining"):  # the casts of prepare_model_for_kbit_training, which knows no fake weights
            for p in model.parameters():
                if p.dtype == torch.bfloat16:
                    p.data = p.data.to(torch.float32)
        adapters = LoraConfig(**oracle.lora_arguments(lora), task_type="CAUSAL_LM")
        model = get_peft_model(model, adapters)
    if options.get("gradientCheckpointing"):
        model.gradient_checkpointing_enable({"use_reentrant": bool(options.get("reentrant")), "preserve_rng_state": False})
    if options.get("inputGradients"):
        model.enable_input_require_grads()
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(options.get("attention")), ledger:
        oracle.materialize(model)
        add_states(model, ledger)
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        ids = torch.zeros(options["batchSize"], options["sequenceLength"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        return oracle.train(model, ids, options, ledger)


if __name__ == "__main__":
    oracle.record_all(run)
