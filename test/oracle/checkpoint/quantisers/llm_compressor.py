"""llmcompressor, with the formats of compressed-tensors."""

from tiny import *
import importlib.metadata as md, re
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import QuantizationModifier, GPTQModifier
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText
from compressed_tensors.quantization import QuantizationScheme, QuantizationArgs

TOOL = ", ".join(f"{x} {md.version(x)}" for x in ("llmcompressor", "compressed-tensors", "transformers"))


def W(bits, group=None, sym=True, type="int", strategy=None, **k):
    return QuantizationArgs(
        num_bits=bits,
        type=type,
        symmetric=sym,
        group_size=group,
        strategy=strategy or ("group" if group else "channel"),
        **k,
    )


def A8(**k):
    return QuantizationArgs(num_bits=8, type=k.pop("type", "int"), symmetric=True, strategy="token", dynamic=True)


def ct(id, name, mods, scheme, bits, prec, cls=AutoModelForCausalLM, save={}, **more):
    def f(out):
        src, t = source(name)
        m = cls.from_pretrained(src, dtype=torch.bfloat16)
        oneshot(model=m, recipe=mods() if callable(mods) else mods)
        m.save_pretrained(out, save_compressed=True, **save)
        record("ct_" + id, name, t, TOOL, scheme, bits, prec, **more)

    run("ct_" + id, f)


def Q(w=None, targets=["Linear"], ignore=["lm_head"], acts=None, kv=None, fmt=None, **k):
    return QuantizationModifier(
        config_groups={"group_0": QuantizationScheme(targets=targets, weights=w, input_activations=acts, format=fmt)},
        ignore=ignore,
        **({"kv_cache_scheme": kv} if kv else {}),
    )


S = lambda scheme, targets=["Linear"], ignore=["lm_head"], **k: QuantizationModifier(
    targets=targets, scheme=scheme, ignore=ignore, **k
)
VL = AutoModelForImageTextToText
ct("w2a16_g32", "llama", lambda: Q(W(2, 32)), "W2A16 g32", 2, "int4")
ct("w5a16_g64", "llama", lambda: Q(W(5, 64)), "W5A16 g64", 5, "int8")
ct("w6a16_chan", "qwen2", lambda: Q(W(6)), "W6A16 channel", 6, "int8")
ct("w7a16_asym", "llama", lambda: Q(W(7, 128, sym=False)), "W7A16 asym g128", 7, "int8")
ct("w8a16_tied", "qwen3", lambda: S("W8A16"), "W8A16 tied", 8, "int8")
ct("w3a16_asym_g128", "llama", lambda: Q(W(3, 128, sym=False)), "W3A16 asym g128", 3, "int4")
ct("w4a16_head", "llama", lambda: S("W4A16", ignore=[]), "W4A16 with head", 4, "int4")
ct(
    "w4a16_regex_ignore",
    "llama",
    lambda: S("W4A16", ignore=["lm_head", r"re:.*layers\.0\..*", r"re:.*down_proj$"]),
    "W4A16 ignore regex",
    4,
    ["bfloat16", "int4"],
)
ct("w4a16_mixtral", "mixtral", lambda: S("W4A16", ignore=["lm_head", r"re:.*gate$"]), "W4A16 mixtral", 4, "int4")
ct(
    "w4a16_deepseek",
    "deepseek_v3",
    lambda: Q(W(4, 32), ignore=["lm_head", r"re:.*mlp.gate$"]),
    "W4A16 g32 deepseek",
    4,
    "int4",
)
ct(
    "fp8_gptoss",
    "gpt_oss",
    lambda: S("FP8_DYNAMIC", ignore=["lm_head", r"re:.*router.*"]),
    "FP8_DYNAMIC gpt-oss",
    8,
    "float8_e4m3fn",
)
ct("fp8block_llama", "llama", lambda: S("FP8_BLOCK"), "FP8_BLOCK", 8, "float8_e4m3fn")
ct(
    "fp8static_kv",
    "llama",
    lambda: Q(
        W(8, type="float", strategy="tensor"),
        kv=QuantizationArgs(num_bits=8, type="float", strategy="tensor", symmetric=True, dynamic=False),
    ),
    "FP8 weights and kv cache",
    8,
    "float8_e4m3fn",
)
ct(
    "kvonly",
    "qwen2",
    lambda: QuantizationModifier(
        targets=["Linear"],
        kv_cache_scheme=QuantizationArgs(num_bits=8, type="float", strategy="tensor", symmetric=True, dynamic=False),
    ),
    "kv cache only",
    16,
    "bfloat16",
)
ct("w8a8_asym", "qwen2", lambda: Q(W(8, sym=False), acts=A8()), "W8A8 asym", 8, "int8")
ct("w8a8_opt", "opt", lambda: S("W8A8"), "W8A8 opt", 8, "int8")
ct("w4a16_gpt2", "gpt2", lambda: S("W4A16", targets=["Linear", "Conv1D"]), "W4A16 gpt2", 4, ["int4", "bfloat16"])
ct("w4a16_phi3", "phi3", lambda: S("W4A16"), "W4A16 phi3", 4, "int4")
ct("w4a16_gemma3", "gemma3", lambda: Q(W(4, 64, sym=False)), "W4A16 asym gemma3", 4, "int4")
ct("mxfp8_llama", "llama", lambda: S("MXFP8"), "MXFP8", 8, "float8_e4m3fn")
ct("mxfp4a16", "qwen3", lambda: S("MXFP4A16"), "MXFP4A16", 4, "mxfp4")
ct("nvfp4_tied", "qwen3", lambda: S("NVFP4A16"), "NVFP4A16 tied", 4, "nvfp4")
ct(
    "mixed3",
    "llama",
    lambda: QuantizationModifier(
        config_groups={
            "group_0": QuantizationScheme(
                targets=[r"re:.*self_attn\.(q|k|v)_proj$"],
                weights=W(8, type="float"),
                input_activations=A8(type="float"),
            ),
            "group_1": QuantizationScheme(targets=[r"re:.*o_proj$"], weights=W(8)),
            "group_2": QuantizationScheme(targets=[r"re:.*mlp.*"], weights=W(4, 32)),
        },
        ignore=["lm_head"],
    ),
    "mixed: fp8, int8, int4",
    4,
    "int4",
)
ct(
    "mixed_nvfp4_fp8",
    "llama",
    lambda: QuantizationModifier(
        config_groups={
            "group_0": QuantizationScheme(
                targets=[r"re:.*self_attn.*"], weights=W(8, type="float"), input_activations=A8(type="float")
            ),
            "group_1": QuantizationScheme(
                targets=[r"re:.*mlp.*"],
                weights=QuantizationArgs(
                    num_bits=4, type="float", strategy="tensor_group", symmetric=True, group_size=16
                ),
            ),
        },
        ignore=["lm_head"],
    ),
    "mixed: fp8 attention, nvfp4 mlp",
    4,
    "nvfp4",
)
ct("w4a16_sharded", "qwen2", lambda: Q(W(4, 32)), "W4A16 sharded", 4, "int4", save=dict(max_shard_size="100KB"))
ct(
    "w4a16_qwen2vl",
    "qwen2_vl",
    lambda: Q(W(4, 32), ignore=["lm_head", r"re:.*visual.*"]),
    "W4A16 vl",
    4,
    "int4",
    cls=VL,
)
ct(
    "fp8_qwen3vl",
    "qwen3_vl",
    lambda: S("FP8_DYNAMIC", ignore=["lm_head", r"re:.*visual.*"]),
    "FP8 vl",
    8,
    "float8_e4m3fn",
    cls=VL,
)
ct("w4a16_actorder", "llama", lambda: Q(W(4, 64, actorder="weight")), "W4A16 actorder", 4, "int4")
ct(
    "w4a16_embed",
    "llama",
    lambda: QuantizationModifier(
        config_groups={
            "group_0": QuantizationScheme(targets=["Linear"], weights=W(4, 32)),
            "group_1": QuantizationScheme(targets=["Embedding"], weights=W(8)),
        },
        ignore=["lm_head"],
    ),
    "W4A16, embeddings W8",
    4,
    "int4",
)
ct("w4a16_mamba2", "mamba2", lambda: Q(W(4, 32)), "W4A16 mamba2", 4, "int4")


# 2:4 sparse
def prune(m):
    for n, mod in m.named_modules():
        if isinstance(mod, torch.nn.Linear) and "lm_head" not in n:
            w = mod.weight.data.view(-1, 4)
            k = w.abs().topk(2, dim=1).indices
            mask = torch.zeros_like(w).scatter_(1, k, 1)
            mod.weight.data = (w * mask).view_as(mod.weight.data)


def sparse(id, mods, scheme, bits, prec):
    def f(out):
        src, t = source("llama")
        m = AutoModelForCausalLM.from_pretrained(src, dtype=torch.bfloat16)
        prune(m)
        if mods:
            oneshot(model=m, recipe=mods())
        else:
            from llmcompressor.transformers.sparsification.compressed_tensors_utils import modify_save_pretrained

            modify_save_pretrained(m)
        m.save_pretrained(out, save_compressed=True)
        record(id, "llama", t, TOOL, scheme, bits, prec)

    run(id, f)


sparse("ct_24_fp8", lambda: S("FP8_DYNAMIC"), "2:4 sparse FP8", 8, "float8_e4m3fn")
sparse("ct_24_w4", lambda: Q(W(4, 128)), "2:4 sparse W4A16", 4, "int4")
