"""mlx-lm. The sources are those of tiny.py: saved by transformers 4 where mlx-lm reads no other (MoE, GLM-4)."""

import os, sys
import json, shutil, traceback, importlib.metadata as md
from mlx_lm import convert
from mlx_lm.utils import load

OUT = sys.argv[1]
TOOL = f"mlx-lm {md.version('mlx-lm')}, mlx {md.version('mlx')}"


def run(id, name, scheme, bits, prec, **k):
    out = f"{OUT}/mlx_{id}"
    shutil.rmtree(out, ignore_errors=True)
    try:
        src = f"sources/{name}"
        convert(src, mlx_path=out, **k)
        t = json.load(open(src + "/truth.json"))
        json.dump(
            dict(tool=TOOL, scheme=scheme, precisions=prec if isinstance(prec, list) else [prec], **t),
            open(f"{out}/truth.json", "w"),
        )
        print("ok", id, flush=True)
    except BaseException as e:
        traceback.print_exc(limit=-2)
        print("FAILED", id, repr(e)[:200], flush=True)
        shutil.rmtree(out, ignore_errors=True)


q = dict(quantize=True)
run("2_g32", "llama", "affine 2 g32", 2, "int4", q_bits=2, q_group_size=32, **q)
run("3_g64", "llama", "affine 3 g64", 3, "int4", q_bits=3, q_group_size=64, **q)
run("5_g64", "qwen2", "affine 5 g64", 5, "int8", q_bits=5, q_group_size=64, **q)
run("6_g128", "llama", "affine 6 g128", 6, "int8", q_bits=6, q_group_size=128, **q)
run("8_tied", "qwen3", "affine 8 tied", 8, "int8", q_bits=8, q_group_size=64, **q)
run("mixed_2_6", "llama", "mixed_2_6", 2, ["int4", "int8"], quant_predicate="mixed_2_6", q_group_size=64, **q)
run("mixed_3_4", "llama", "mixed_3_4", 3, "int4", quant_predicate="mixed_3_4", q_group_size=64, **q)
run("mixed_4_6", "llama", "mixed_4_6", 4, ["int4", "int8"], quant_predicate="mixed_4_6", q_group_size=64, **q)
run("mxfp4", "llama", "mxfp4", 4, "mxfp4", q_mode="mxfp4", **q)
run("nvfp4", "qwen2", "nvfp4", 4, "nvfp4", q_mode="nvfp4", **q)
run("mxfp8", "llama", "mxfp8", 8, "float8_e4m3fn", q_mode="mxfp8", **q)
run("4_moe", "qwen3_moe", "affine 4 moe", 4, "int4", q_bits=4, q_group_size=32, **q)
run("4_mixtral", "mixtral", "affine 4 mixtral", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_gptoss", "gpt_oss", "mxfp4 gpt-oss", 4, "mxfp4", q_mode="mxfp4", **q)
run("4_gptoss_affine", "gpt_oss", "affine 4 gpt-oss", 4, "int4", q_bits=4, q_group_size=32, **q)
run("4_ds", "deepseek_v3", "affine 4 deepseek", 4, "int4", q_bits=4, q_group_size=32, **q)
run("4_gemma3", "gemma3", "affine 4 gemma3", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_phi3", "phi3", "affine 4 phi3", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_gpt2", "gpt2", "affine 4 gpt2", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_mamba2", "mamba2", "affine 4 mamba2", 4, "int4", q_bits=4, q_group_size=32, **q)
run("4_olmoe", "olmoe", "affine 4 olmoe", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_glm4", "glm4", "affine 4 glm4", 4, "int4", q_bits=4, q_group_size=64, **q)
run("4_qwen3vl", "qwen3_vl", "affine 4 vl text only", 4, "int4", q_bits=4, q_group_size=32, **q)
run("bf16", "llama", "unquantised bf16", 16, "bfloat16")
run("fp16", "qwen3", "unquantised fp16", 16, "float16", dtype="float16")


def pred(path, m):
    if not hasattr(m, "to_quantized"):
        return False
    if "lm_head" in path or "embed" in path:
        return {"group_size": 32, "bits": 8, "mode": "affine"}
    if "layers.0." in path:
        return {"group_size": 32, "bits": 8, "mode": "mxfp8"}
    if "o_proj" in path:
        return False
    return {"group_size": 32, "bits": 4, "mode": "mxfp4"}


run(
    "mixed_modes",
    "llama",
    "by layer: affine 8, mxfp8, mxfp4",
    4,
    ["mxfp4", "float8_e4m3fn"],
    quant_predicate=pred,
    q_group_size=32,
    **q,
)
