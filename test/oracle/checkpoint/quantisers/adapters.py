"""Every kind of adapter of PEFT, with what it trains."""

from tiny import *
import importlib.metadata as md, peft, traceback
from peft import *

TOOL = f"peft {md.version('peft')}, transformers {md.version('transformers')}"


def pf(id, c, name="llama", **k):
    def f(out):
        m = model(name, torch.float32)
        base = sum(p.numel() for p in m.parameters())
        p = get_peft_model(m, c())
        tr = sum(x.numel() for x in p.parameters() if x.requires_grad)
        p.save_pretrained(out, **k)
        c2 = p.peft_config["default"]
        json.dump(
            dict(
                tool=TOOL,
                trainable=tr,
                peft_type=c2.peft_type.value,
                r=getattr(c2, "r", None),
                alpha=getattr(c2, "lora_alpha", None),
                scheme=id,
                base=name,
            ),
            open(f"{out}/truth.json", "w"),
        )

    run("pf_" + id, f)


L = lambda **k: (lambda: LoraConfig(task_type="CAUSAL_LM", **k))
qv = ["q_proj", "v_proj"]
pf("lora_r16", L(r=16, lora_alpha=32, target_modules=qv))
pf("lora_rslora", L(r=8, lora_alpha=16, use_rslora=True, target_modules=qv))
pf("lora_dora", L(r=8, lora_alpha=16, use_dora=True, target_modules="all-linear"))
pf(
    "lora_patterns",
    L(
        r=8,
        lora_alpha=16,
        target_modules=qv,
        rank_pattern={"q_proj": 4, r".*\.1\.self_attn\.v_proj": 32},
        alpha_pattern={"q_proj": 64},
    ),
)
pf("lora_mts", L(r=8, target_modules=qv, modules_to_save=["lm_head"]))
pf("lora_tokidx", L(r=8, target_modules=qv, trainable_token_indices=[3, 4, 5]))
pf("lora_tokidx2", L(r=8, target_modules=qv, trainable_token_indices={"embed_tokens": [3, 4]}))
pf(
    "lora_tp",
    L(r=4, target_modules=qv, target_parameters=["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]),
    "qwen3_moe",
)
pf("lora_tponly", L(r=4, target_modules=[], target_parameters=["mlp.experts.down_proj"]), "gpt_oss")
pf("lora_bias_all", L(r=8, target_modules=qv, bias="all"), "qwen2")
pf("lora_bias_lora", L(r=8, target_modules=qv, bias="lora_only"), "qwen2")
pf("lora_lorabias", L(r=8, target_modules=qv, lora_bias=True))
pf("lora_halfalpha", L(r=8, lora_alpha=12.5, target_modules=qv))
pf("lora_embed", L(r=8, target_modules=["embed_tokens", "lm_head"]))
pf("lora_tied_mts", L(r=8, target_modules=qv, modules_to_save=["embed_tokens"]), "qwen3")
pf("lora_layers", L(r=8, target_modules=qv, layers_to_transform=[1]))
pf("lora_exclude", L(r=8, target_modules="all-linear", exclude_modules=["down_proj"]))
pf("lora_megatron", L(r=8, target_modules=qv, layer_replication=[(0, 2), (1, 2)]))
pf("lora_olora", L(r=8, target_modules=qv, init_lora_weights="olora"))
pf("lora_gpt2", L(r=8, target_modules=["c_attn"], fan_in_fan_out=True), "gpt2")
pf("lora_mamba", L(r=8, target_modules=["in_proj", "out_proj"]), "mamba2")
pf("lora_emb_save", L(r=8, target_modules=qv), save_embedding_layers=True)
for n, k in dict(arrow={}, eva={}).items():
    pass
try:
    pf("lora_alora", L(r=8, target_modules=qv, alora_invocation_tokens=[3, 4]))
except Exception:
    pass
pf("adalora", lambda: AdaLoraConfig(task_type="CAUSAL_LM", init_r=12, target_r=4, total_step=100, target_modules=qv))
pf("adalora_default", lambda: AdaLoraConfig(task_type="CAUSAL_LM", total_step=100, target_modules=qv))
pf("ia3", lambda: IA3Config(task_type="CAUSAL_LM"))
pf("vera", lambda: VeraConfig(task_type="CAUSAL_LM", r=16, target_modules=["q_proj", "o_proj"]))
pf(
    "vera_noproj",
    lambda: VeraConfig(task_type="CAUSAL_LM", r=16, target_modules=["q_proj", "o_proj"], save_projection=False),
)
pf("loha", lambda: LoHaConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("lokr", lambda: LoKrConfig(task_type="CAUSAL_LM", r=4, target_modules=qv, decompose_both=True))
pf("boft", lambda: BOFTConfig(task_type="CAUSAL_LM", boft_block_size=4, target_modules=["q_proj"]))
pf("oft", lambda: OFTConfig(task_type="CAUSAL_LM", r=0, oft_block_size=32, target_modules=["q_proj"]))
pf("prompt", lambda: PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=8))
pf("prefix", lambda: PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=8))
pf(
    "prefix_proj",
    lambda: PrefixTuningConfig(
        task_type="CAUSAL_LM", num_virtual_tokens=8, prefix_projection=True, encoder_hidden_size=64
    ),
)
pf("ptuning", lambda: PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=8, encoder_hidden_size=64))
pf("multitask", lambda: MultitaskPromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=8, num_tasks=2))
pf("fourierft", lambda: FourierFTConfig(task_type="CAUSAL_LM", n_frequency=100, target_modules=qv))
pf("hra", lambda: HRAConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("ln", lambda: LNTuningConfig(task_type="CAUSAL_LM"))
pf("vblora", lambda: VBLoRAConfig(task_type="CAUSAL_LM", r=4, vector_length=32, num_vectors=16, target_modules=qv))
pf("poly", lambda: PolyConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("bone", lambda: BoneConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("miss", lambda: MissConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("shira", lambda: ShiraConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("c3a", lambda: C3AConfig(task_type="CAUSAL_LM", block_size=32, target_modules=qv))
pf("randlora", lambda: RandLoraConfig(task_type="CAUSAL_LM", r=4, target_modules=qv))
pf("road", lambda: RoadConfig(task_type="CAUSAL_LM", group_size=32, target_modules=qv))
pf("waveft", lambda: WaveFTConfig(task_type="CAUSAL_LM", n_frequency=100, target_modules=qv))
pf("trainable_tokens", lambda: TrainableTokensConfig(task_type="CAUSAL_LM", token_indices=[3, 4]))
pf(
    "cpt",
    lambda: CPTConfig(
        task_type="CAUSAL_LM", cpt_token_ids=[3, 4, 5], cpt_mask=[1, 1, 1], cpt_tokens_type_mask=[1, 1, 1]
    ),
)
pf("adaption", lambda: AdaptionPromptConfig(task_type="CAUSAL_LM", adapter_len=4, adapter_layers=2))
for n in (
    "DeloraConfig",
    "OSFConfig",
    "GraloraConfig",
    "LilyConfig",
    "PeanutConfig",
    "BdLoraConfig",
    "CorDA",
    "TinyLoraConfig",
    "PveraConfig",
    "PsoftConfig",
):
    c = getattr(peft, n, None)
    if c:
        pf(n.lower(), lambda: c(task_type="CAUSAL_LM", target_modules=qv))
print([t.value for t in peft.PeftType])
