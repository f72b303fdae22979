"""bitsandbytes and torchao, through transformers."""

from tiny import *
import gc
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    BitsAndBytesConfig,
    TorchAoConfig,
    QuantoConfig,
    HqqConfig,
)
import importlib.metadata as md

V = lambda *p: ", ".join(f"{x} {md.version(x)}" for x in p)


def q(id, name, qc, tool, scheme, bits, prec, cls=AutoModelForCausalLM, save={}, **load):
    def f(out):
        src, t = source(name)
        m = cls.from_pretrained(src, quantization_config=qc(), dtype=torch.bfloat16, **load)
        m.save_pretrained(out, **save)
        record(id, name, t, V("transformers", tool), scheme, bits, prec)

    run(id, f)


VL = AutoModelForImageTextToText
# bitsandbytes
B = BitsAndBytesConfig
q(
    "bnb_nf4_dq_skip",
    "llama",
    lambda: B(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        llm_int8_skip_modules=["lm_head", "model.layers.0.self_attn.q_proj"],
    ),
    "bitsandbytes",
    "nf4 double quant, skip one",
    4,
    "nf4",
)
q(
    "bnb_nf4_storage_bf16",
    "qwen2",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_quant_storage=torch.bfloat16),
    "bitsandbytes",
    "nf4 stored as bf16",
    4,
    "nf4",
)
q(
    "bnb_fp4_storage_f32",
    "llama",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="fp4", bnb_4bit_quant_storage=torch.float32),
    "bitsandbytes",
    "fp4 stored as f32",
    4,
    "fp4",
)
q(
    "bnb_nf4_qwen3tied",
    "qwen3",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4 tied",
    4,
    "nf4",
)
q(
    "bnb_nf4_qwen3moe",
    "qwen3_moe",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4, experts stay 16 bits in transformers 5",
    4,
    ["bfloat16"],
)
q(
    "bnb_nf4_gemma3",
    "gemma3",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4 gemma3",
    4,
    "nf4",
)
q("bnb_int8_opt", "opt", lambda: B(load_in_8bit=True), "bitsandbytes", "int8 opt", 8, "int8")
q("bnb_int8_gpt2", "gpt2", lambda: B(load_in_8bit=True), "bitsandbytes", "int8 gpt2", 8, "int8")
q("bnb_int8_mamba2", "mamba2", lambda: B(load_in_8bit=True), "bitsandbytes", "int8 mamba2", 8, "int8")
q(
    "bnb_nf4_qwen2vl",
    "qwen2_vl",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4 vl",
    4,
    "nf4",
    cls=VL,
)
q(
    "bnb_int8_gemma3vl",
    "gemma3_vl",
    lambda: B(load_in_8bit=True, llm_int8_skip_modules=["vision_tower", "lm_head"]),
    "bitsandbytes",
    "int8 vl, tower kept",
    8,
    "int8",
    cls=VL,
)
q(
    "bnb_nf4_phi3_sharded",
    "phi3",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4 phi3 sharded",
    4,
    "nf4",
    save=dict(max_shard_size="100KB"),
)
q(
    "bnb_nf4_lmhead",
    "llama",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4", llm_int8_skip_modules=[]),
    "bitsandbytes",
    "nf4 head too",
    4,
    "nf4",
)
q(
    "bnb_nf4_deepseek",
    "deepseek_v3",
    lambda: B(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "bitsandbytes",
    "nf4 deepseek",
    4,
    ["nf4", "bfloat16"],
)
# torchao
import torchao.quantization as A


def tao(id, name, c, scheme, bits, prec, qc={}, **k):
    q("torchao_" + id, name, lambda: TorchAoConfig(c(), **qc), "torchao", scheme, bits, prec, **k)


tao(
    "int4wo_g32",
    "llama",
    lambda: A.IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=A.PerGroup(32)),
    "intx 4 g32",
    4,
    "int4",
)
tao(
    "intx2",
    "llama",
    lambda: A.IntxWeightOnlyConfig(weight_dtype=torch.int2, granularity=A.PerGroup(64)),
    "intx 2 g64",
    2,
    "int4",
)
tao(
    "intx3",
    "qwen2",
    lambda: A.IntxWeightOnlyConfig(weight_dtype=torch.int3, granularity=A.PerAxis(0)),
    "intx 3 axis",
    3,
    "int4",
)
tao(
    "intx6",
    "llama",
    lambda: A.IntxWeightOnlyConfig(weight_dtype=torch.int6, granularity=A.PerGroup(32)),
    "intx 6",
    6,
    "int8",
)
tao(
    "intx8",
    "qwen3",
    lambda: A.IntxWeightOnlyConfig(weight_dtype=torch.int8, granularity=A.PerGroup(32)),
    "intx 8",
    8,
    "int8",
)
tao("int8dyn", "llama", lambda: A.Int8DynamicActivationInt8WeightConfig(version=2), "int8 dyn int8", 8, "int8")
tao(
    "int8wo_v2_skip",
    "llama",
    lambda: A.Int8WeightOnlyConfig(version=2),
    "int8 wo, skip",
    8,
    "int8",
    qc=dict(modules_to_not_convert=["lm_head", "q_proj"]),
)
tao(
    "fp8wo_e5m2",
    "llama",
    lambda: A.Float8WeightOnlyConfig(weight_dtype=torch.float8_e5m2),
    "float8 e5m2 wo",
    8,
    "float8_e5m2",
)
tao(
    "fp8dyn_row",
    "qwen2",
    lambda: A.Float8DynamicActivationFloat8WeightConfig(granularity=A.PerRow()),
    "fp8 dyn per row",
    8,
    "float8_e4m3fn",
)
tao("int4_plain", "llama", lambda: A.Int4WeightOnlyConfig(group_size=32), "int4 wo g32", 4, "int4")
tao(
    "int4_opaque",
    "llama",
    lambda: A.Int4WeightOnlyConfig(group_size=32, int4_packing_format="opaque"),
    "int4 wo opaque",
    4,
    "int4",
)
tao(
    "int4_plain_int32",
    "llama",
    lambda: A.Int4WeightOnlyConfig(group_size=32, int4_packing_format="plain_int32"),
    "int4 wo plain_int32",
    4,
    "int4",
)
tao(
    "8da4w_g64",
    "qwen2",
    lambda: A.Int8DynamicActivationIntxWeightConfig(weight_dtype=torch.int4, weight_granularity=A.PerGroup(64)),
    "8da4w g64",
    4,
    "int4",
)
try:
    from torchao.prototype.mx_formats import (
        NVFP4WeightOnlyConfig,
        MXDynamicActivationMXWeightConfig,
        NVFP4DynamicActivationNVFP4WeightConfig,
    )

    tao("nvfp4wo", "llama", lambda: NVFP4WeightOnlyConfig(), "nvfp4 wo", 4, "nvfp4")
    tao("mxfp8", "llama", lambda: MXDynamicActivationMXWeightConfig(), "mxfp8", 8, "float8_e4m3fn")
    tao(
        "mxfp4",
        "llama",
        lambda: MXDynamicActivationMXWeightConfig(
            activation_dtype=torch.float4_e2m1fn_x2, weight_dtype=torch.float4_e2m1fn_x2
        ),
        "mxfp4",
        4,
        "mxfp4",
    )
except Exception as e:
    print("mx", e)
try:
    from torchao.quantization import FqnToConfig

    tao(
        "fqn",
        "llama",
        lambda: FqnToConfig(
            {
                "model.layers.0.self_attn.q_proj": A.Int8WeightOnlyConfig(version=2),
                "_default": A.IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=A.PerGroup(32)),
            }
        ),
        "mixed by name",
        4,
        "int4",
    )
    tao(
        "fqn_re",
        "llama",
        lambda: FqnToConfig(
            {
                r"re:model\.layers\..+\.self_attn\..+_proj": A.Int8WeightOnlyConfig(version=2),
                r"re:model\.layers\..+\.mlp\..+_proj": A.IntxWeightOnlyConfig(
                    weight_dtype=torch.int4, granularity=A.PerGroup(32)
                ),
            }
        ),
        "mixed by regex",
        4,
        ["int4"],
    )
    tao(
        "embed",
        "llama",
        lambda: FqnToConfig(
            {
                "model.embed_tokens": A.IntxWeightOnlyConfig(weight_dtype=torch.int8, granularity=A.PerAxis(0)),
                "_default": A.IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=A.PerGroup(32)),
            }
        ),
        "embeddings 8, rest 4",
        4,
        "int4",
        qc=dict(include_input_output_embeddings=True),
    )
except Exception as e:
    print("fqn", e)
