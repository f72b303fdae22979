"""Ground truth for torchtune: its own model, loss and step of its recipes under oracle.py's accounting.

    pip install -r requirements.txt torchtune==0.6.1 torchao==0.10.0
    python torchtune_steps.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases and records as in oracle.py, of Llama's family, with method "full" or "lora" and the steps of `recipes/full_finetune_single_device.py` and
`lora_finetune_single_device.py` in bf16, not compiled. `loss` is "chunked" (`CEWithChunkedOutputLoss`) or "logits". With `sharding.offload` "activations" what the model
saves outside of its head is dropped and made anew when backward asks for it, as `OffloadActivations` without streams would have it.
"""
import sys
from contextlib import nullcontext
from unittest.mock import MagicMock

import transformers.masking_utils  # noqa: F401  before the stand-ins below, of which transformers would ask too

for name in ("datasets", "datasets.distributed"):  # torchtune's data sets need it, its models do not
    sys.modules.setdefault(name, MagicMock(__spec__=None, __path__=[]))
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torchtune.models.llama3_1 import llama3_1, lora_llama3_1
from torchtune.models.llama3_2 import llama3_2, lora_llama3_2
from torchtune.modules import TransformerSelfAttentionLayer
from torchtune.modules.loss import CEWithChunkedOutputLoss
from torchtune.modules.peft import get_adapter_params, set_trainable_params
from torchtune.training import set_activation_checkpointing

import oracle

LEAST_BYTES = 1024  # `min_offload_size` of OffloadActivations


def sizes_of(config):
    """torchtune's arguments for the config of a Llama."""
    return {
        "vocab_size": config["vocab_size"], "num_layers": config["num_hidden_layers"], "num_heads": config["num_attention_heads"],
        "num_kv_heads": config["num_key_value_heads"], "embed_dim": config["hidden_size"], "intermediate_dim": config["intermediate_size"], "max_seq_len": config["max_position_embeddings"],
    }


def build(config, options):
    """The model on 'meta' in bf16."""
    is_tied = config["tie_word_embeddings"]
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("meta"):
        if options["method"] == "full":
            model = (llama3_2 if is_tied else llama3_1)(**sizes_of(config))
        else:
            lora = options["lora"]
            names = [name if name != "o_proj" else "output_proj" for name in lora["targetModules"] if name in ("q_proj", "k_proj", "v_proj", "o_proj")]
            arguments = {"lora_rank": lora["rank"], "lora_alpha": 16, "lora_dropout": lora.get("loraDropout", 0.0), "apply_lora_to_mlp": "up_proj" in lora["targetModules"]}
            model = (lora_llama3_2 if is_tied else lora_llama3_1)(lora_attn_modules=names, **arguments, **sizes_of(config))
            set_trainable_params(model, get_adapter_params(model))
    torch.set_default_dtype(torch.float32)
    for module in model.modules():  # as the recipes do
        if hasattr(module, "rope_init"):
            module.rope_init()
    if options.get("recompute", "layers") == "layers":
        set_activation_checkpointing(model, auto_wrap_policy={TransformerSelfAttentionLayer})
    return model


def offloading(model, ledger):
    """Drops what is saved, outside of the head."""

    def pack(t):
        if isinstance(t, torch.nn.Parameter) or t.numel() * t.element_size() < LEAST_BYTES:
            return t
        return (t.shape, t.stride(), t.dtype)

    def unpack(kept):
        if isinstance(kept, torch.Tensor):
            return kept
        shape, stride, dtype = kept
        return torch.empty_strided(shape, stride, dtype=dtype)

    inside = torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t)
    head = model.output.linear if hasattr(model.output, "linear") else model.output
    if isinstance(head, torch.nn.Module):
        head.register_forward_pre_hook(lambda *rest: inside.__enter__())
        head.register_forward_hook(lambda *rest: inside.__exit__(), always_call=True)
    return torch.autograd.graph.saved_tensors_hooks(pack, unpack)


def run(config, options):
    model = build(config, options)
    ledger = oracle.Ledger()
    is_chunked = options.get("loss", "chunked") == "chunked"
    loss_of = CEWithChunkedOutputLoss() if is_chunked else torch.nn.CrossEntropyLoss(ignore_index=-100)
    if is_chunked:
        model.set_num_output_chunks(loss_of.num_output_chunks)
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(), ledger:
        oracle.materialize(model)
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
        optimizer = torch.optim.AdamW(trained, fused=True)
        offloads = "activations" in options.get("sharding", {}).get("offload", [])
        context = offloading(model, ledger) if offloads else nullcontext()

        def loss_step():
            with context:
                logits = model(tokens=ids)
            shifted = torch.hstack((labels[..., 1:], torch.full((labels.shape[0], 1), -100)))
            if not is_chunked:
                shifted, logits = shifted.reshape(-1), logits.reshape(-1, logits.size(-1))
            loss = loss_of(logits, shifted)
            del logits
            return loss

        for step in range(3):
            if step == 2:
                ledger.reset()
            ledger.phase = "forward"
            loss = loss_step()
            ledger.phase = "backward"
            loss.backward()
            ledger.phase = "step"
            optimizer.step()
            for state in optimizer.state.values():
                for name, value in state.items():
                    ledger.book(value, "buffers" if name == "step" else "optimizerStates", True)
            optimizer.zero_grad()
        for hook in hooks:
            hook.remove()
        return {"peak": ledger.peak(), "parameterCount": oracle.count(model.parameters()), "trainableCount": oracle.count(trained)}


if __name__ == "__main__":
    oracle.record_all(run)
