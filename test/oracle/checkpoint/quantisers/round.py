"""AutoRound, in the formats that it exports."""

from tiny import *
import importlib.metadata as md
from auto_round import AutoRound

TOOL = f"auto-round {md.version('auto-round')}, transformers {md.version('transformers')}"


def ar(id, name, fmt, bits, prec, **k):
    def f(out):
        src, t = source(name)
        a = AutoRound(src, iters=0, device="cpu", **{"disable_opt_rtn": True, **k})
        a.quantize_and_save(out, format=fmt)
        import glob, shutil, os

        if not os.path.exists(out + "/config.json"):
            subs = [p for p in glob.glob(out + "/*") if os.path.isdir(p)]
            if len(subs) == 1:
                for p in glob.glob(subs[0] + "/*"):
                    shutil.move(p, out)
        record("ar_" + id, name, t, TOOL, f"{fmt} {k}", bits, prec)

    run("ar_" + id, f)


def main():
    ar("w2g32", "llama", "auto_round", 2, "int4", scheme="W2A16", group_size=32)
    ar("w3", "llama", "auto_round", 3, "int4", scheme="W3A16")
    ar("w8", "qwen2", "auto_round", 8, "int8", scheme="W8A16")
    ar("w4asym", "llama", "auto_round", 4, "int4", scheme="W4A16", sym=False, group_size=64)
    ar("gptq_w8", "qwen2", "auto_gptq", 8, "int8", scheme="W8A16")
    ar("gptq_w2", "llama", "auto_gptq", 2, "int4", scheme="W2A16", group_size=64)
    ar("awq", "llama", "auto_awq", 4, "int4", scheme="W4A16", sym=False)
    ar("rgptq_head", "llama", "auto_round:auto_gptq", 4, "int4", scheme="W4A16", quant_lm_head=True)
    ar("rawq", "qwen2", "auto_round:auto_awq", 4, "int4", scheme="W4A16")
    ar(
        "layers",
        "llama",
        "auto_round",
        4,
        ["int4", "int8"],
        scheme="W4A16",
        layer_config={
            "self_attn.q_proj": {"bits": 8},
            "model.layers.1.mlp.down_proj": {"bits": 16},
            "o_proj": {"bits": 2, "group_size": 32},
        },
    )
    ar("mxfp8", "llama", "auto_round", 8, "float8_e4m3fn", scheme="MXFP8")
    ar("mxfp4q", "qwen2", "auto_round", 4, "mxfp4", scheme="MXFP4")
    ar("nvfp4q", "qwen2", "auto_round", 4, "nvfp4", scheme="NVFP4")
    ar("nvfp4_lc", "qwen3", "llm_compressor", 4, "nvfp4", scheme="NVFP4")
    ar("mxfp8_lc", "qwen2", "llm_compressor", 8, "float8_e4m3fn", scheme="MXFP8")
    ar("fp8st", "llama", "auto_round", 8, "float8_e4m3fn", scheme="FP8_STATIC")
    ar("fp8blk", "llama", "auto_round", 8, "float8_e4m3fn", scheme="FP8_BLOCK")
    ar("fp8_lc", "llama", "llm_compressor", 8, "float8_e4m3fn", scheme="FP8_STATIC")
    ar("int8_lc", "llama", "llm_compressor", 8, "int8", scheme="INT8_W8A8")
    ar("w4moe", "qwen3_moe", "auto_gptq", 4, "int4", scheme="W4A16", group_size=32)
    ar("w4mixtral", "mixtral", "auto_round", 4, "int4", scheme="W4A16", group_size=32)
    ar("w4gptoss", "gpt_oss", "auto_round", 4, ["int4", "bfloat16"], scheme="W4A16", group_size=32)
    ar("w4ds", "deepseek_v3", "auto_round", 4, "int4", scheme="W4A16", group_size=32)
    ar("fake", "llama", "fake", 16, "bfloat16", scheme="W4A16")
    for q in ("q4_k_m", "q2_k_s", "q5_0", "q6_k", "q4_1", "q3_k_s"):
        ar(
            "gguf_" + q,
            "qwen2" if q != "q4_1" else "llama",
            f"gguf:{q}",
            4,
            ["int4", "int8"],
        )


if __name__ == "__main__":
    main()
