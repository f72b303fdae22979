"""Ground truth for LoRA with litgpt: its own model and the step of its recipe under oracle.py's accounting.

    pip install -r requirements.txt litgpt==0.5.13 lightning
    python litgpt_steps.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases and records as in oracle.py, of Llama's family and with method "lora" or "full". The steps are those of `fit` in `finetune/lora.py` and `finetune/full.py` on one
device in bf16-true: the output of the model is cast to float32 (`convert_output` of Fabric's precision), and logits and loss of a step live until those of
the next one replace them.
"""

import torch
from litgpt.config import Config as WholeConfig
from litgpt.lora import GPT, Config, mark_only_lora_as_trainable
from litgpt.model import GPT as WholeGPT
from litgpt.utils import chunked_cross_entropy
from torch._subclasses.fake_tensor import FakeTensorMode

import oracle

TARGETS = {"q_proj": "lora_query", "k_proj": "lora_key", "v_proj": "lora_value", "o_proj": "lora_projection", "gate_proj": "lora_mlp"}


def config_of(config):
    """litgpt's config for that of a Llama."""
    return {
        "name": "recorded", "block_size": config["max_position_embeddings"], "padded_vocab_size": config["vocab_size"], "vocab_size": config["vocab_size"],
        "n_layer": config["num_hidden_layers"], "n_head": config["num_attention_heads"], "n_query_groups": config["num_key_value_heads"],
        "n_embd": config["hidden_size"], "intermediate_size": config["intermediate_size"], "rotary_percentage": 1.0, "parallel_residual": False,
        "bias": False, "norm_class_name": "RMSNorm", "mlp_class_name": "LLaMAMLP",
    }


def build(config, options):
    """The model on 'meta', in the dtype that Fabric's `init_module` sets."""
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("meta"):
        if options["method"] == "full":
            model = WholeGPT(WholeConfig(**config_of(config)))
        else:
            lora = options["lora"]
            named = {TARGETS[name]: True for name in lora["targetModules"] if name in TARGETS}
            model = GPT(Config(**config_of(config), lora_r=lora["rank"], lora_alpha=16, lora_dropout=lora.get("loraDropout", 0.0), **named))
            mark_only_lora_as_trainable(model)
    torch.set_default_dtype(torch.float32)
    return model


def run(config, options):
    model = build(config, options)
    is_lora = options["method"] == "lora"
    ledger = oracle.Ledger()
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(), ledger:
        oracle.materialize(model)
        model.max_seq_length = options["sequenceLength"]
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        ids, labels = (torch.zeros(options["batchSize"], options["sequenceLength"], dtype=torch.long) for _ in range(2))
        for t in (ids, labels):
            ledger.book(t, "buffers", True)
        model.train()
        trained = [p for p in model.parameters() if p.requires_grad]
        hooks = [p.register_post_accumulate_grad_hook(lambda p: ledger.book(p.grad, "gradients", True)) for p in trained]
        optimizer = torch.optim.AdamW(trained, foreach=True)
        logits = loss = None
        for step in range(3):
            if step == 2:
                ledger.reset()
            ledger.phase = "forward"
            torch.set_default_dtype(torch.bfloat16)  # the `forward_context` of Fabric's precision
            made = model(ids, lm_head_chunk_size=128) if is_lora else model(ids)
            torch.set_default_dtype(torch.float32)
            logits, made = ([one.float() for one in made] if is_lora else made.float()), None
            if is_lora:
                logits[-1] = logits[-1][..., :-1, :]
                loss = chunked_cross_entropy(logits, labels[..., 1:])
            else:
                loss = chunked_cross_entropy(logits[..., :-1, :], labels[..., 1:])
            ledger.phase = "backward"
            loss.backward()
            ledger.phase = "step"
            optimizer.step()
            for state in optimizer.state.values():
                for name, value in state.items():
                    ledger.book(value, "optimizerStates", True) if name != "step" else ledger.leave_out(value)
            optimizer.zero_grad()
        for hook in hooks:
            hook.remove()
        return {"peak": ledger.peak(), "parameterCount": oracle.count(model.parameters()), "trainableCount": oracle.count(trained)}


if __name__ == "__main__":
    oracle.record_all(run)
