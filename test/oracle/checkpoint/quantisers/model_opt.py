"""NVIDIA ModelOpt."""

from tiny import *
import importlib.metadata as md, copy
import modelopt.torch.quantization as mtq
from modelopt.torch.export import export_hf_checkpoint
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

TOOL = f"nvidia-modelopt {md.version('nvidia-modelopt')}, transformers {md.version('transformers')}"


def mo(id, name, cfgname, bits, prec, tweak=None, cls=AutoModelForCausalLM):
    def f(out):
        src, t = source(name)
        m = cls.from_pretrained(src, dtype=torch.bfloat16)
        c = copy.deepcopy(getattr(mtq, cfgname) if isinstance(cfgname, str) else cfgname)
        if tweak:
            c = tweak(c) or c

        def loop(m):
            for _ in range(2):
                m(input_ids=torch.randint(3, 250, (2, 32)))

        mtq.quantize(m, c, loop)
        export_hf_checkpoint(m, export_dir=out)
        record("mo_" + id, name, t, TOOL, f"{cfgname} {id}", bits, prec)

    run("mo_" + id, f)


def add(**kv):
    def t(c):
        q = c["quant_cfg"]
        if isinstance(q, dict):
            q.update(kv)
        else:
            q.extend(
                {"quantizer_name": k, **v} if "enable" in v or "cfg" in v else {"quantizer_name": k, "cfg": v}
                for k, v in kv.items()
            )

    return t


VL = AutoModelForImageTextToText
mo("fp8_qwen2", "qwen2", "FP8_DEFAULT_CFG", 8, "float8_e4m3fn")
mo("fp8pc", "llama", "FP8_PER_CHANNEL_PER_TOKEN_CFG", 8, "float8_e4m3fn")
mo("fp8pb", "llama", "FP8_2D_BLOCKWISE_WEIGHT_ONLY_CFG", 8, "float8_e4m3fn")
mo("int4awq_qwen2", "qwen2", "INT4_AWQ_CFG", 4, "int4")
mo("int4blk", "llama", "INT4_BLOCKWISE_WEIGHT_ONLY_CFG", 4, "int4")
mo("int8_llama", "llama", "INT8_DEFAULT_CFG", 8, "int8")
mo("int8wo", "llama", "INT8_WEIGHT_ONLY_CFG", 8, "int8")
mo("int8sq_tied", "qwen3", "INT8_SMOOTHQUANT_CFG", 8, "int8")
mo("nvfp4_tied", "qwen3", "NVFP4_DEFAULT_CFG", 4, "nvfp4")
mo("nvfp4awq", "llama", "NVFP4_AWQ_LITE_CFG", 4, "nvfp4")
mo("nvfp4mlp", "llama", "NVFP4_MLP_ONLY_CFG", 4, "nvfp4")
mo("nvfp4mlpw", "llama", "NVFP4_MLP_WEIGHT_ONLY_CFG", 4, "nvfp4")
mo(
    "nvfp4_kv",
    "qwen2",
    "NVFP4_DEFAULT_CFG",
    4,
    "nvfp4",
    tweak=add(**{"*[kv]_bmm_quantizer": {"num_bits": (4, 3), "axis": None}}),
)
mo("w4a8awq", "qwen2", "W4A8_AWQ_BETA_CFG", 4, "int4")
mo("mxfp4", "qwen3", "MXFP4_DEFAULT_CFG", 4, "mxfp4")
mo("mxfp4wo", "llama", "MXFP4_MLP_WEIGHT_ONLY_CFG", 4, "mxfp4")
mo("mxfp8_q", "qwen2", "MXFP8_DEFAULT_CFG", 8, "float8_e4m3fn")
mo("mxfp6", "llama", "MXFP6_DEFAULT_CFG", 6, "fp8")
mo("w4a16nv", "llama", "W4A16_NVFP4_CFG", 4, "nvfp4")
mo("nvfp4wo", "llama", "NVFP4_WEIGHT_ONLY_CFG", 4, "nvfp4")
mo("fp8_ds", "deepseek_v3", "FP8_DEFAULT_CFG", 8, ["float8_e4m3fn"])
mo("nvfp4_mixtral", "mixtral", "NVFP4_DEFAULT_CFG", 4, "nvfp4")
mo("fp8_gptoss", "gpt_oss", "FP8_DEFAULT_CFG", 8, ["float8_e4m3fn", "bfloat16"])
mo("nvfp4_gptoss", "gpt_oss", "NVFP4_DEFAULT_CFG", 4, ["nvfp4", "bfloat16"])
mo("fp8_gemma3", "gemma3", "FP8_DEFAULT_CFG", 8, "float8_e4m3fn")
mo("fp8_phi3", "phi3", "FP8_DEFAULT_CFG", 8, "float8_e4m3fn")
mo("int4_gpt2", "gpt2", "INT4_AWQ_CFG", 4, "int4")
mo("fp8_gpt2", "gpt2", "FP8_DEFAULT_CFG", 8, "float8_e4m3fn")
mo("fp8_qwen2vl", "qwen2_vl", "FP8_DEFAULT_CFG", 8, ["float8_e4m3fn", "bfloat16"], cls=VL)
mo(
    "nvfp4_head",
    "llama",
    "NVFP4_DEFAULT_CFG",
    4,
    "nvfp4",
    tweak=add(
        **{
            "*lm_head*weight_quantizer": {
                "num_bits": (2, 1),
                "block_sizes": {-1: 16, "type": "dynamic", "scale_bits": (4, 3)},
                "axis": None,
            }
        }
    ),
)
mo(
    "mixed",
    "llama",
    "NVFP4_DEFAULT_CFG",
    4,
    ["nvfp4"],
    tweak=add(
        **{
            "*self_attn*weight_quantizer": {"num_bits": (4, 3), "axis": None},
            "*self_attn*input_quantizer": {"num_bits": (4, 3), "axis": None},
        }
    ),
)
