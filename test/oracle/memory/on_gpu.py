"""Recorded steps again, on a real GPU: how many bytes the allocator of torch was asked for, before it rounds.

    python on_gpu.py cases.jsonl out.jsonl [part] [parts] [seconds]        each process takes its part of the cases

Cases are those of oracle.py, whole.py, towers.py and seen.py, with their truth, as small as they are recorded. The same code builds and runs the models, but with real
weights, real kernels and no stand-ins, except those that seen.py needs for values. A record is the case's id, and "gpu":
    peak, accumulating                 the bytes that were asked for (`requested_bytes`), without what the process holds for cuBLAS
    left                               bytes that are still there when the model is gone
    highest, within                    where the peak differs from the case's truth: the operations at the highest places (phase, operation, bytes before and
                                       after it, most within it, tensors made), and what each kind of operation holds only while it runs
Allocated bytes would be rounded to 512, or 2 MiB, which hides what is asked for in small models. Attention of cuDNN is off, so that the flash kernel or
the memory-efficient one runs, as in the recordings.
"""
import gc
import gzip
import json
import os
import sys
import time
import warnings
from contextlib import nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":16:8")
warnings.filterwarnings("ignore")
import torch
import transformers
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import oracle
import whole

# A difference that is traced.
NOTED = 1e-3
SOUND = ("wav2vec2", "hubert", "wavlm", "moonshine", "wav2vec2-conformer", "unispeech", "data2vec-audio", "whisper")


def requested(which="current"):
    return torch.cuda.memory_stats()[f"requested_bytes.all.{which}"]


class Ledger:
    """Stands in for the recorders' ledger: asks the allocator."""

    def __init__(self, *_):
        self.phase, self.kernels, self.trace, self.base, self.now, self.added_in_place = "build", {}, None, 0, {}, set()

    def book(self, *_):
        pass

    leave_out = book

    def bytes_of(self, tensors):
        return sum({s.data_ptr(): s.nbytes() for s in (t.untyped_storage() for t in tensors)}.values())

    def reset(self):
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()

    def peak(self):
        torch.cuda.synchronize()
        return {"total": requested("peak") - self.base}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Tracing(Ledger, TorchDispatchMode):
    """Notes each operation of the second step."""

    def __init__(self, *_):
        Ledger.__init__(self)
        TorchDispatchMode.__init__(self)
        self.lines, self.noted, self.trace = [], False, self

    def clear(self):
        self.lines, self.noted = [], True

    __enter__, __exit__ = TorchDispatchMode.__enter__, TorchDispatchMode.__exit__

    def __setattr__(self, name, value):
        if name == "trace" and value is None:
            self.__dict__["noted"] = False
        self.__dict__[name] = value

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if not self.noted:
            return func(*args, **(kwargs or {}))
        torch.cuda.reset_peak_memory_stats()
        before = requested() - self.base
        out = func(*args, **(kwargs or {}))
        made = [(list(t.shape), str(t.dtype)[6:]) for t in tree_leaves(out) if isinstance(t, torch.Tensor)]
        self.lines.append([self.phase, func.__name__, before, requested() - self.base, requested("peak") - self.base, made])
        return out

    def summary(self):
        """The operations at the highest places, and what each kind of operation holds only while it runs."""
        scratch = {}
        for phase, name, before, after, peak, made in self.lines:
            within = peak - max(before, after)
            if within > scratch.get(name, (0,))[0]:
                scratch[name] = (within, phase, made[:2])
        return {"highest": sorted(self.lines, key=lambda line: -line[4])[:4], "within": scratch}


class OnCuda:
    """torch for the recorders: what they name the CPU is the GPU."""

    def __getattr__(self, name):
        return getattr(torch, name)

    @staticmethod
    def device(name):
        return torch.device("cuda" if name == "cpu" else name)

    @staticmethod
    def autocast(_, **kwargs):
        return torch.autocast("cuda", **kwargs)


def kind_of(case):
    config, options = case["config"], case["options"]
    named = config.get("architectures", [None])[0]
    if "images" in options or ("audioSeconds" in options and config["model_type"] not in SOUND):
        return "whole" if config["model_type"] == "layoutlmv3" else "seen"
    return "whole" if named and hasattr(transformers, named) else "oracle"


def random_ids(inputs, vocabulary):
    for name in ("input_ids", "decoder_input_ids"):
        if name in inputs:
            inputs[name].random_(3, vocabulary)


def vocabulary_of(model):
    try:
        return model.get_input_embeddings().weight.shape[0]
    except Exception:
        return 4


def kernels_of(options):
    from torch.nn.attention import SDPBackend, sdpa_kernel

    backends = [SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
    return sdpa_kernel(backends if options.get("attention") == "efficient" else [SDPBackend.FLASH_ATTENTION, *backends])


def inference_of(batch, model, config, ledger):
    name = config.get("architectures", ["ForCausalLM"])[0]
    caches = not name.startswith(("OpenAIGPT", "XLNet")) and (whole.takes(model, "logits_to_keep") or name.endswith(("ForCausalLM", "LMHeadModel")))
    return caches and not getattr(model.config, "is_encoder_decoder", False)


def run(case, ledger):
    config, options, kind = case["config"], case["options"], kind_of(case)
    torch.manual_seed(0)
    ledger.base = requested()
    model = oracle.build(config, options, fake=False) if kind == "oracle" else whole.build(config, options, fake=False)
    model = model.to("cuda")
    inference = options["method"] == "inference"
    with kernels_of(options), ledger:
        if kind == "oracle":
            ids = torch.zeros(options["batchSize"], options["sequenceLength"], dtype=torch.long, device="cuda")
            ids.random_(3, vocabulary_of(model))
            with oracle.routers_masked(model, ids, ledger) if options.get("attentionMask") else nullcontext():
                return measured(model, ids, options, ledger, oracle.prefill if inference else oracle.train)
        standing_in = nullcontext()
        if kind == "seen":
            from senses import Senses

            senses = Senses(model, config, options, ledger)
            standing_in = senses.standing_in()
        with standing_in:
            with torch.device("cuda"):
                inputs, labels = senses.inputs() if kind == "seen" else whole.inputs_of(model, config, options)
            if not config["architectures"][0].endswith("ForTokenClassification"):
                random_ids(inputs, vocabulary_of(model))
            model = getattr(model, "thinker", model)
            takes = whole.takes(model, "use_cache") or whole.takes(model, "logits_to_keep") or config["model_type"] == "blip-2"
            batch = (whole.Batch if takes or inference else whole.Quiet)(model, inputs, {} if inference else labels)
            if not inference:
                return measured(batch, 0, options, ledger, oracle.train)
            if kind == "seen" and whole.takes(model, "logits_to_keep") or kind == "whole" and inference_of(batch, model, config, ledger):
                return measured(batch, None, options, ledger, oracle.prefill)
            model.eval()
            ledger.trace and ledger.clear()
            return whole.encode(model, inputs, ledger)


def measured(model, ids, options, ledger, how):
    if how is oracle.train:
        return how(model, ids, options, ledger)
    ledger.trace and ledger.clear()
    return how(model.eval(), ids, ledger)


def like_a_batch():
    """A batch is not packed, as an attention mask of ones would say, and no layer is left out at random."""
    import transformers.masking_utils as masks

    rand = torch.rand
    torch.rand = lambda *sizes, **kwargs: 1.0 if sizes == ([],) else rand(*sizes, **kwargs)
    masks.find_packed_sequence_indices = lambda position_ids: None


def warm_up():
    """Has cuBLAS take its workspaces, in the thread of the forward pass and in that of backward."""
    from torch.utils.checkpoint import checkpoint

    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        a = torch.ones(2, 64, 64, dtype=dtype, device="cuda", requires_grad=True)
        layer = torch.nn.Linear(64, 64, dtype=dtype, device="cuda")
        made = checkpoint(lambda x: layer(x @ x), a, use_reentrant=False)
        torch.nn.functional.scaled_dot_product_attention(made[:, None], a[:, None], a[:, None]).float().sum().backward()
        del made
        layer.zero_grad(set_to_none=True)
        a.grad = None
    gc.collect()
    torch.cuda.synchronize()


def main():
    source, target = sys.argv[1:3]
    part, parts = (int(value) for value in sys.argv[3:5]) if len(sys.argv) > 4 else (0, 1)
    until = float(os.environ.setdefault("UNTIL", str(time.time() + float(sys.argv[5] if len(sys.argv) > 5 else 1e9))))
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    oracle.torch = whole.torch = OnCuda()
    like_a_batch()
    warm_up()
    traced = {}
    for i, line in enumerate(open(source)):
        case = json.loads(line)
        if i % parts != part or case["id"] in done:
            continue
        if time.time() > until:
            print("out of time", part, i, flush=True)
            break
        found, broken = {}, False
        started = time.time()
        try:
            ledger = Ledger()
            truth = run(case, ledger)
            found = {"peak": truth["peak"]["total"], "accumulating": truth.get("accumulating", {}).get("total")}
            del truth
            gc.collect()
            found["left"] = requested() - ledger.base
            off = max(abs(found[name] - case["truth"][name]["total"]) / case["truth"][name]["total"] for name in ("peak", "accumulating") if found[name] is not None and name in case["truth"])
            group = (case["config"]["model_type"], case["options"]["method"])
            if off > NOTED and traced.get(group, 0) < 1 and not os.environ.get("NO_TRACE"):
                traced[group] = traced.get(group, 0) + 1
                tracing = Tracing()
                run(case, tracing)
                found.update(tracing.summary())
                del tracing
                gc.collect()
        except Exception as error:
            found["error"] = repr(error)[:300]
            broken = "CUDA error" in found["error"] or "device-side" in found["error"]
        found["seconds"] = round(time.time() - started, 2)
        with open(target, "a") as out:
            out.write(json.dumps({"id": case["id"], "gpu": found}) + "\n")
        gc.collect()
        if broken:
            os.execv(sys.executable, [sys.executable, *sys.argv])
    print("done", part, flush=True)


if __name__ == "__main__":
    main()
