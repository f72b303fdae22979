"""Tiny models with random weights, and what they have before anything quantises them."""

import json, os, sys, torch, transformers
from transformers import AutoConfig, AutoModelForCausalLM

torch.manual_seed(0)
D = dict(
    hidden_size=128,
    intermediate_size=256,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=256,
    max_position_embeddings=512,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)


def cfg(t, **k):
    return AutoConfig.for_model(t, **{**D, **k})


def gpt2():
    return AutoConfig.for_model(
        "gpt2", n_embd=128, n_layer=2, n_head=4, vocab_size=256, n_positions=512, bos_token_id=1, eos_token_id=2
    )


MODELS = {
    "llama": lambda: cfg("llama", tie_word_embeddings=False),
    "llama_tied": lambda: cfg("llama", tie_word_embeddings=True),
    "qwen2": lambda: cfg("qwen2", tie_word_embeddings=False),
    "qwen3": lambda: cfg("qwen3", head_dim=32, tie_word_embeddings=True),
    "qwen3_moe": lambda: cfg(
        "qwen3_moe",
        head_dim=32,
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=128,
        tie_word_embeddings=False,
    ),
    "mixtral": lambda: cfg("mixtral", num_local_experts=4, num_experts_per_tok=2, tie_word_embeddings=False),
    "gpt2": gpt2,
    "gemma3": lambda: cfg("gemma3_text", head_dim=32, sliding_window=64),
    "phi3": lambda: cfg("phi3", tie_word_embeddings=False),
    "deepseek_v3": lambda: cfg(
        "deepseek_v3",
        num_key_value_heads=4,
        num_hidden_layers=3,
        moe_intermediate_size=128,
        n_routed_experts=4,
        num_experts_per_tok=2,
        n_group=1,
        topk_group=1,
        n_shared_experts=1,
        first_k_dense_replace=1,
        q_lora_rank=64,
        kv_lora_rank=32,
        qk_rope_head_dim=16,
        qk_nope_head_dim=32,
        v_head_dim=32,
        tie_word_embeddings=False,
    ),
    "gpt_oss": lambda: cfg(
        "gpt_oss",
        head_dim=32,
        num_local_experts=4,
        num_experts_per_tok=2,
        sliding_window=64,
        intermediate_size=128,
        tie_word_embeddings=False,
    ),
    "mamba2": lambda: AutoConfig.for_model(
        "mamba2",
        hidden_size=128,
        num_hidden_layers=2,
        vocab_size=256,
        num_heads=8,
        head_dim=32,
        state_size=32,
        n_groups=2,
        expand=2,
    ),
    "opt": lambda: AutoConfig.for_model(
        "opt",
        hidden_size=128,
        ffn_dim=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=256,
        max_position_embeddings=512,
        word_embed_proj_dim=128,
    ),
    "olmoe": lambda: cfg("olmoe", num_experts=4, num_experts_per_tok=2, tie_word_embeddings=False),
    "granite": lambda: cfg("granite", tie_word_embeddings=True),
    "falcon": lambda: AutoConfig.for_model(
        "falcon",
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=256,
        new_decoder_architecture=False,
        multi_query=True,
        parallel_attn=True,
        bias=False,
    ),
    "glm4": lambda: cfg("glm4", head_dim=32, tie_word_embeddings=False),
}


def vl(kind):
    if kind == "qwen2_vl":
        return AutoConfig.for_model(
            "qwen2_vl",
            text_config=dict(D, rope_scaling={"type": "mrope", "mrope_section": [4, 6, 6]}, model_type="qwen2_vl_text"),
            vision_config=dict(depth=2, embed_dim=64, hidden_size=128, num_heads=4, mlp_ratio=2, patch_size=14),
            image_token_id=10,
            video_token_id=11,
            vision_start_token_id=12,
            vision_end_token_id=13,
        )
    if kind == "qwen3_vl":
        return AutoConfig.for_model(
            "qwen3_vl",
            text_config=dict(
                D,
                head_dim=32,
                rope_scaling={"rope_type": "default", "mrope_section": [4, 6, 6], "mrope_interleaved": True},
            ),
            vision_config=dict(
                depth=2,
                hidden_size=64,
                intermediate_size=128,
                num_heads=4,
                out_hidden_size=128,
                patch_size=14,
                num_position_embeddings=64,
                deepstack_visual_indexes=[0],
            ),
            image_token_id=10,
            video_token_id=11,
            vision_start_token_id=12,
            vision_end_token_id=13,
        )
    if kind == "gemma3":
        return AutoConfig.for_model(
            "gemma3",
            text_config=dict(D, head_dim=32, sliding_window=64),
            vision_config=dict(
                hidden_size=64,
                intermediate_size=128,
                num_hidden_layers=2,
                num_attention_heads=4,
                image_size=56,
                patch_size=14,
            ),
            mm_tokens_per_image=4,
        )
    raise KeyError(kind)


for k in ("qwen2_vl", "qwen3_vl"):
    MODELS[k] = (lambda k: lambda: vl(k))(k)
MODELS["gemma3_vl"] = lambda: vl("gemma3")


def model(name, dtype=torch.bfloat16):
    torch.manual_seed(0)
    c = MODELS[name]()
    auto = AutoModelForCausalLM
    if name in ("qwen2_vl", "qwen3_vl", "gemma3_vl"):
        from transformers import AutoModelForImageTextToText as auto
    m = (
        auto.from_config(c, dtype=dtype)
        if int(transformers.__version__.split(".")[0]) >= 5
        else auto.from_config(c, torch_dtype=dtype)
    )
    m = m.to(dtype)
    m.config._name_or_path = ""
    return m.eval()


def truth(m, name):
    seen = {}
    for n, p in m.named_parameters():
        seen[n] = list(p.shape)
    linear = {}
    for n, mod in m.named_modules():
        if isinstance(mod, torch.nn.Linear):
            linear[n] = [mod.in_features, mod.out_features]
        elif type(mod).__name__ == "Conv1D":
            linear[n] = [mod.weight.shape[0], mod.weight.shape[1]]
    return dict(
        base=name,
        arch=type(m).__name__,
        model_type=m.config.model_type,
        params=sum(p.numel() for p in m.parameters()),
        n_linear=len(linear),
        linear=linear,
        tied=bool(getattr(m.config.get_text_config(), "tie_word_embeddings", False)),
        fused={n: s for n, s in seen.items() if len(s) == 3 and "conv" not in n},
    )


def tokenizer(path):
    from tokenizers import Tokenizer, models, pre_tokenizers, decoders

    alphabet = pre_tokenizers.ByteLevel.alphabet()
    vocab = {"<pad>": 0, "<s>": 1, "</s>": 2}
    for ch in sorted(alphabet):
        if len(vocab) < 250:
            vocab.setdefault(ch, len(vocab))
    t = Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="<pad>"))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    from transformers import PreTrainedTokenizerFast

    f = PreTrainedTokenizerFast(
        tokenizer_object=t, bos_token="<s>", eos_token="</s>", pad_token="<pad>", model_max_length=512
    )
    f.save_pretrained(path)
    return f


MOE = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=128)
X = {
    "qwen3_next": lambda: cfg(
        "qwen3_next",
        num_hidden_layers=4,
        head_dim=32,
        shared_expert_intermediate_size=128,
        linear_num_value_heads=4,
        linear_num_key_heads=2,
        linear_key_head_dim=32,
        linear_value_head_dim=32,
        tie_word_embeddings=False,
        **MOE,
    ),
    "falcon_h1": lambda: cfg(
        "falcon_h1",
        head_dim=32,
        mamba_d_ssm=256,
        mamba_n_heads=8,
        mamba_d_head=32,
        mamba_d_state=16,
        mamba_n_groups=1,
        tie_word_embeddings=False,
    ),
    "granitemoehybrid": lambda: cfg(
        "granitemoehybrid",
        layer_types=["mamba", "attention"],
        num_local_experts=4,
        num_experts_per_tok=2,
        shared_intermediate_size=128,
        mamba_n_heads=8,
        mamba_d_head=32,
        mamba_d_state=16,
        mamba_n_groups=1,
    ),
    "jamba": lambda: cfg(
        "jamba",
        num_hidden_layers=4,
        attn_layer_period=2,
        attn_layer_offset=1,
        expert_layer_period=2,
        expert_layer_offset=1,
        num_experts=4,
        num_experts_per_tok=2,
        mamba_d_state=16,
        mamba_dt_rank=8,
        tie_word_embeddings=False,
    ),
    "nemotron_h": lambda: cfg(
        "nemotron_h",
        num_hidden_layers=4,
        hybrid_override_pattern="M-*-",
        layers_block_type=None,
        head_dim=32,
        mamba_num_heads=8,
        mamba_head_dim=32,
        ssm_state_size=16,
        n_groups=2,
        tie_word_embeddings=False,
    ),
    "lfm2": lambda: cfg(
        "lfm2", layer_types=["conv", "full_attention"], num_hidden_layers=2, block_auto_adjust_ff_dim=False
    ),
    "lfm2_moe": lambda: cfg("lfm2_moe", layer_types=["conv", "full_attention"], num_dense_layers=1, **MOE),
    "glm4_moe": lambda: cfg(
        "glm4_moe",
        num_hidden_layers=3,
        head_dim=32,
        n_routed_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=128,
        n_shared_experts=1,
        first_k_dense_replace=1,
        n_group=1,
        topk_group=1,
        tie_word_embeddings=False,
    ),
    "gemma2": lambda: cfg("gemma2", head_dim=32),
    "llama4": lambda: cfg(
        "llama4_text",
        head_dim=32,
        num_local_experts=4,
        intermediate_size_mlp=256,
        interleave_moe_layer_step=2,
        tie_word_embeddings=False,
        num_hidden_layers=4,
    ),
    "qwen2_moe": lambda: cfg("qwen2_moe", shared_expert_intermediate_size=128, tie_word_embeddings=False, **MOE),
    "cohere2": lambda: cfg("cohere2", head_dim=32),
    "bloom": lambda: AutoConfig.for_model("bloom", hidden_size=128, n_layer=2, n_head=4, vocab_size=256),
    "ernie4_5_moe": lambda: cfg(
        "ernie4_5_moe",
        moe_num_experts=4,
        moe_k=2,
        moe_intermediate_size=128,
        moe_num_shared_experts=1,
        moe_layer_start_index=1,
        moe_layer_end_index=1,
        head_dim=32,
    ),
    "minimax_m2": lambda: cfg(
        "minimax_m2", head_dim=32, num_local_experts=4, num_experts_per_tok=2, tie_word_embeddings=False
    ),
    "dots1": lambda: cfg(
        "dots1",
        num_key_value_heads=4,
        n_routed_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=128,
        n_shared_experts=1,
        first_k_dense_replace=1,
        n_group=1,
        topk_group=1,
        num_hidden_layers=3,
        tie_word_embeddings=False,
    ),
    "phimoe": lambda: cfg("phimoe", num_local_experts=4, num_experts_per_tok=2, tie_word_embeddings=False),
    "smollm3": lambda: cfg("smollm3", tie_word_embeddings=True),
    "exaone4": lambda: cfg("exaone4", head_dim=32, tie_word_embeddings=False),
    "seed_oss": lambda: cfg("seed_oss", head_dim=32, tie_word_embeddings=False),
    "stablelm": lambda: cfg("stablelm", tie_word_embeddings=False),
    "starcoder2": lambda: cfg("starcoder2"),
    "gpt_neox": lambda: AutoConfig.for_model(
        "gpt_neox",
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=256,
        tie_word_embeddings=False,
    ),
    "mpt": lambda: AutoConfig.for_model("mpt", d_model=128, n_heads=4, n_layers=2, vocab_size=256),
    "olmo2": lambda: cfg("olmo2", tie_word_embeddings=False),
    "mamba": lambda: AutoConfig.for_model("mamba", hidden_size=128, num_hidden_layers=2, vocab_size=256, state_size=16),
    "gemma3n": lambda: cfg(
        "gemma3n_text",
        head_dim=32,
        num_hidden_layers=4,
        layer_types=["sliding_attention"] * 3 + ["full_attention"],
        hidden_size_per_layer_input=32,
        vocab_size_per_layer_input=256,
        laurel_rank=16,
        altup_num_inputs=2,
        num_kv_shared_layers=0,
        sliding_window=64,
        intermediate_size=256,
        activation_sparsity_pattern=[0.0] * 4,
    ),
    "kimi_linear": lambda: cfg("kimi_linear"),
    "hunyuan_dense": lambda: cfg("hunyuan_v1_dense", head_dim=32),
    "arcee": lambda: cfg("arcee", head_dim=32, tie_word_embeddings=False),
    "nemotron": lambda: cfg("nemotron", tie_word_embeddings=False),
    "afmoe": lambda: cfg(
        "afmoe",
        head_dim=32,
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=128,
        num_shared_experts=1,
        num_dense_layers=1,
        tie_word_embeddings=False,
        sliding_window=64,
    ),
    "apertus": lambda: cfg("apertus", tie_word_embeddings=False),
    "qwen3_5": lambda: cfg(
        "qwen3_5_text",
        num_hidden_layers=4,
        head_dim=32,
        linear_num_value_heads=4,
        linear_num_key_heads=2,
        linear_key_head_dim=32,
        linear_value_head_dim=32,
        tie_word_embeddings=False,
    ),
    "mistral": lambda: cfg("mistral", head_dim=32, sliding_window=64, tie_word_embeddings=False),
    "gemma": lambda: cfg("gemma", head_dim=32),
    "phi": lambda: cfg("phi", tie_word_embeddings=False, num_key_value_heads=4),
    "qwen3_moe_v": lambda: cfg("qwen3_moe", head_dim=32, tie_word_embeddings=False, **MOE),
}
MODELS.update(X)

OUT = sys.argv[1] if len(sys.argv) > 1 else "out"


def record(id, name, m_or_truth, tool, scheme, bits, precisions, **more):
    """Writes what the model was before, and what the tool was asked for."""
    t = m_or_truth if isinstance(m_or_truth, dict) else truth(m_or_truth, name)
    precisions = precisions if isinstance(precisions, list) else [precisions]
    with open(f"{OUT}/{id}/truth.json", "w") as file:
        json.dump(dict(tool=tool, scheme=scheme, precisions=precisions, **t, **more), file)


def source(name, dtype=torch.bfloat16):
    """A folder with the unquantised checkpoint and a tokenizer, and what it has."""
    path = f"sources/{name}"
    if not os.path.exists(path + "/tokenizer.json"):
        m = model(name, dtype)
        m.save_pretrained(path)
        tokenizer(path)
        with open(path + "/truth.json", "w") as file:
            json.dump(truth(m, name), file)
    with open(path + "/truth.json") as file:
        return path, json.load(file)


def run(id, write):
    """Writes one checkpoint; `python program.py OUT PART...` only those with PART in their name."""
    if sys.argv[2:] and not any(part in id for part in sys.argv[2:]):
        return
    try:
        write(f"{OUT}/{id}")
        print("ok", id, flush=True)
    except Exception as error:
        print("failed", id, repr(error)[:300], flush=True)
