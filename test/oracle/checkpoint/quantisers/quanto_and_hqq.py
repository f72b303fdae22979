"""optimum-quanto and HQQ, which save on their own."""

from tiny import *
import importlib.metadata as md
from transformers import AutoModelForCausalLM

TQ = f"optimum-quanto {md.version('optimum-quanto')}, transformers {md.version('transformers')}"
TH = f"hqq {md.version('hqq')}, transformers {md.version('transformers')}"


def quanto(id, name, w, bits, prec, **k):
    def f(out):
        from optimum.quanto import QuantizedModelForCausalLM, qint2, qint4, qint8, qfloat8, qfloat8_e5m2

        src, t = source(name)
        m = AutoModelForCausalLM.from_pretrained(src, dtype=torch.bfloat16)
        q = QuantizedModelForCausalLM.quantize(m, weights=locals()[w], **k)
        q.save_pretrained(out)
        record(id, name, t, TQ, f"quanto {w} {k}", bits, prec)

    run(id, f)


quanto("quanto_qint2_llama", "llama", "qint2", 2, "int4")
quanto("quanto_qint4_qwen2_head", "qwen2", "qint4", 4, "int4", exclude="lm_head")
quanto("quanto_qint8_qwen3", "qwen3", "qint8", 8, "int8")
quanto("quanto_qfloat8_llama", "llama", "qfloat8", 8, "float8_e4m3fn")
quanto("quanto_qfloat8e5_llama", "llama", "qfloat8_e5m2", 8, "float8_e5m2", exclude=["*down_proj", "lm_head"])
quanto("quanto_qint4_opt", "opt", "qint4", 4, "int4", exclude="lm_head")
quanto("quanto_qint4_gemma3", "gemma3", "qint4", 4, "int4", exclude="lm_head")


def hqq(id, name, bits, g, axis, prec, **k):
    def f(out):
        from hqq.models.hf.base import AutoHQQHFModel
        from hqq.core.quantize import BaseQuantizeConfig

        src, t = source(name)
        m = AutoModelForCausalLM.from_pretrained(src, dtype=torch.bfloat16)
        c = k.get("cfg") or BaseQuantizeConfig(nbits=bits, group_size=g, axis=axis)
        if callable(c):
            c = c(BaseQuantizeConfig)
        AutoHQQHFModel.quantize_model(m, quant_config=c, compute_dtype=torch.bfloat16, device="cpu")
        if k.get("st"):
            AutoHQQHFModel.save_to_safetensors(m, out)
        else:
            AutoHQQHFModel.save_quantized(m, out)
        record(id, name, t, TH, f"hqq {bits} g{g} axis {axis}", bits, prec)

    run(id, f)


for st in (False, True):
    s = "_st" if st else ""
    hqq("hqq_4_g32_a1" + s, "llama", 4, 32, 1, "int4", st=st)
    hqq("hqq_3_g64_a1" + s, "qwen2", 3, 64, 1, "int4", st=st)
    hqq("hqq_2_g16_a1" + s, "llama", 2, 16, 1, "int4", st=st)
    hqq("hqq_1_g8_a1" + s, "llama", 1, 8, 1, "int4", st=st)
    hqq("hqq_8_g128_a1" + s, "qwen3", 8, 128, 1, "int8", st=st)
    hqq("hqq_4_g64_a0" + s, "llama", 4, 64, 0, "int4", st=st)
    hqq(
        "hqq_mixed" + s,
        "llama",
        4,
        64,
        1,
        "int4",
        st=st,
        cfg=lambda B: {
            **{f"self_attn.{p}_proj": B(nbits=8, group_size=64) for p in "qkvo"},
            **{f"mlp.{p}_proj": B(nbits=4, group_size=64) for p in ("gate", "up", "down")},
        },
    )
