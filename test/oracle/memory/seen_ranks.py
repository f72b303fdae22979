"""Ground truth for models that see or hear, on data-parallel ranks: the memory of rank 0, on one CPU.

    python seen_ranks.py cases.jsonl out.jsonl        as data_parallel.py, with the inputs of seen.py

A record is the case and "truth": {"peak": {"total", "phase", "op"}} in bytes.
"""
import json
import sys
from contextlib import ExitStack

import torch
import torch.distributed as dist
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed.device_mesh import init_device_mesh
from torch.testing._internal.distributed.fake_pg import FakeStore

import data_parallel
import oracle
import seen
import whole
from senses import Senses


def run(config, options):
    sharding = options["sharding"]
    ledger = data_parallel.ResizedLedger(seen.SCRATCH)
    model = whole.build(config, options)
    mesh = init_device_mesh("cpu", (sharding["ranks"],))
    with ExitStack() as stack:
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        stack.enter_context(oracle.like_cuda(options.get("attention")))
        stack.enter_context(whole.values_as_in_a_batch())
        senses = Senses(model, config, options, ledger)
        for context in (senses.standing_in(), data_parallel.without_values(), data_parallel.counting_resizes(ledger), ledger):
            stack.enter_context(context)
        oracle.materialize(model)
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        p = b = None  # they would keep a whole parameter
        model.train()
        inputs, labels = senses.inputs()
        for t in (*inputs.values(), *labels.values()):
            if torch.is_tensor(t):
                ledger.book(t, "buffers", True)
        called, _, backward, step = data_parallel.WRAP[sharding["strategy"]](model, {**options, "mesh": mesh})
        model = None

        def once():
            ledger.phase = "forward"
            loss = called(**inputs, **labels, use_cache=False).loss
            ledger.phase = "backward"
            backward(loss, True)
            del loss
            ledger.phase = "step"
            step()

        once()
        ledger.reset()
        once()
        peak = ledger.peak()
    return {"peak": {name: peak[name] for name in ("total", "phase", "op")}}


def main():
    source, target = sys.argv[1:3]
    for line in open(source):
        case = json.loads(line)
        dist.init_process_group("fake", rank=0, world_size=case["options"]["sharding"]["ranks"], store=FakeStore())
        try:
            with open(target, "a") as out:
                out.write(json.dumps({**case, "truth": run(case["config"], case["options"])}) + "\n")
        except Exception as error:
            print("FAILED", case["id"], type(error).__name__, str(error)[:300], file=sys.stderr, flush=True)
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
