"""GPTQModel: GPTQ, AWQ and QQQ."""

from tiny import *
import importlib.metadata as md
from gptqmodel import GPTQModel, QuantizeConfig

TOOL = ", ".join(f"{x} {md.version(x)}" for x in ("gptqmodel", "transformers"))
text = ["the quick brown fox jumps over the lazy dog and runs away from it all " * 4] * 8


def g(id, name, scheme, nbits, prec, save={}, **qc):
    def f(out):
        src, t = source(name)
        m = GPTQModel.load(src, QuantizeConfig(**qc), device="cpu")
        m.quantize(text, batch_size=1)
        m.save(out, **save)
        record("gptqm_" + id, name, t, TOOL, scheme, nbits, prec)

    run("gptqm_" + id, f)


g("2bit_g32", "llama", "gptq 2 bit g32", 2, "int4", bits=2, group_size=32)
g("3bit_g128", "llama", "gptq 3 bit", 3, "int4", bits=3, group_size=128)
g("8bit_chan", "qwen2", "gptq 8 bit per channel", 8, "int8", bits=8, group_size=-1, act_group_aware=False)
g("5bit", "llama", "gptq 5 bit", 5, "int8", bits=5, group_size=32)
g("4bit_desc_asym", "llama", "gptq 4 bit desc_act asym", 4, "int4", bits=4, group_size=64, desc_act=True, sym=False)
g("4bit_v2", "llama", "gptq_v2 format", 4, "int4", bits=4, group_size=32, format="gptq_v2")
g("4bit_head", "llama", "gptq head", 4, "int4", bits=4, group_size=32, lm_head=True)
g(
    "4bit_dynamic",
    "llama",
    "gptq dynamic bits",
    4,
    "int4",
    bits=4,
    group_size=32,
    dynamic={r"+:.*down_proj.*": {"bits": 8, "group_size": 64}, r"-:.*o_proj.*": {}},
)
g("4bit_tied", "qwen3", "gptq tied", 4, "int4", bits=4, group_size=32)
g("4bit_moe", "qwen3_moe", "gptq moe", 4, "int4", bits=4, group_size=32)
g("4bit_mixtral", "mixtral", "gptq mixtral", 4, "int4", bits=4, group_size=32)
g("8bit_gpt2", "gpt2", "gptq gpt2", 8, ["int8"], bits=8, group_size=32)
g("4bit_opt", "opt", "gptq opt", 4, "int4", bits=4, group_size=32)
g("4bit_gemma3", "gemma3", "gptq gemma3", 4, "int4", bits=4, group_size=64)
g("4bit_phi3", "phi3", "gptq phi3", 4, "int4", bits=4, group_size=32)
g("4bit_ds", "deepseek_v3", "gptq deepseek", 4, "int4", bits=4, group_size=32)
g("awq_gemm", "llama", "awq gemm", 4, "int4", bits=4, group_size=32, quant_method="awq", format="gemm")
g("awq_gemv", "llama", "awq gemv", 4, "int4", bits=4, group_size=64, quant_method="awq", format="gemv")
g("awq_gemv_fast", "llama", "awq gemv_fast", 4, "int4", bits=4, group_size=32, quant_method="awq", format="gemv_fast")
g("awq_llm", "llama", "awq llm-awq", 4, "int4", bits=4, group_size=64, quant_method="awq", format="llm-awq")
g("qqq", "llama", "qqq", 4, "int4", bits=4, group_size=-1, quant_method="qqq", format="qqq", sym=True)
g("4bit_shard", "llama", "gptq sharded", 4, "int4", save=dict(max_shard_size="100KB"), bits=4, group_size=32)
g("4bit_olmoe", "olmoe", "gptq olmoe", 4, "int4", bits=4, group_size=32)
g("4bit_glm4", "glm4", "gptq glm4", 4, "int4", bits=4, group_size=32)
g("4bit_qwen2vl", "qwen2_vl", "gptq vl", 4, "int4", bits=4, group_size=32)
