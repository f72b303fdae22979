"""Ground truth for models that see or hear, with images and sound in their sequences.

    python seen.py cases.jsonl out.jsonl        as whole.py, with `images`, `imageSize` and `audioSeconds` among the options
    python seen.py --trace case.json            prints each operation of the recorded step, with the live bytes after it

Each sequence has `images` images of `imageSize` (`width` and `height` in pixels), whose tokens are among its own. Pixels and spectrograms are
float32, as processors return them. senses.py makes the inputs, and stands in for code that looks at values: grids of patches are integers of
Python, and what would be read from placeholders in the ids is as large as the images are.
CUDA's kernels of `masked_scatter` and of indexing by a mask hold index tensors while they run (torch 2.11, `IndexKernel.cpp` and `Nonzero.cu`): the
sums of the mask before each place, and the places of what is selected. Its kernels of `unfold` and of the backward of `interpolate` make contiguous what
they read (`Im2Col.cu`, `Col2Im.cu`, `UpSampleBilinear2d.cu`).
"""
import json
import sys
from contextlib import ExitStack

import torch

import oracle
import whole
from senses import Senses


def elements(shape):
    count = 1
    for size in shape:
        count *= size
    return count


def copied(tensor, *rest):
    """What a kernel makes contiguous first."""
    return 0 if tensor.is_contiguous() else elements(tensor.shape) * tensor.element_size()


SCRATCH = {
    **oracle.SCRATCH,
    "masked_scatter.default": lambda into, mask, source: 9 * elements(into.shape),
    "im2col.default": copied,
    "col2im.default": copied,
    "upsample_bilinear2d_backward.default": copied,
}


def run(config, options, trace=None):
    ledger = oracle.Ledger(SCRATCH)
    ledger.trace = trace
    torch.manual_seed(0)
    model = whole.build(config, options)
    from torch._subclasses.fake_tensor import FakeTensorMode

    with ExitStack() as stack:
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        stack.enter_context(oracle.like_cuda(options.get("attention")))
        stack.enter_context(whole.values_as_in_a_batch())
        senses = Senses(model, config, options, ledger)
        stack.enter_context(senses.standing_in())
        stack.enter_context(ledger)
        oracle.materialize(model)
        parameters = list(model.parameters())
        for p in parameters:
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        inference = options["method"] == "inference"
        inputs, labels = senses.inputs()
        labels = {} if inference else labels
        for t in (*inputs.values(), *labels.values()):
            if torch.is_tensor(t):
                ledger.book(t, "buffers", True)
        # A whole omni model has no forward pass of its own: its thinker reads the inputs.
        model = getattr(model, "thinker", model)
        # BLIP-2 hands what it does not name to its language model.
        batch = (whole.Batch if config["model_type"] == "blip-2" or whole.takes(model, "use_cache") or whole.takes(model, "logits_to_keep") else whole.Quiet)(model, inputs, labels)
        if inference:
            model.eval()
            caches = whole.takes(model, "logits_to_keep")
            truth = oracle.prefill(batch, None, ledger) if caches else whole.encode(model, inputs, ledger)
        else:
            truth = oracle.train(batch, 0, options, ledger)
    truth["static"]["parameters"] = ledger.bytes_of(parameters)
    truth["parameterCount"] = oracle.count(parameters)
    truth["trainableCount"] = 0 if inference else oracle.count(p for p in parameters if p.requires_grad)
    truth["kernels"] = ledger.kernels
    return truth


if __name__ == "__main__":
    whole.run = run
    if sys.argv[1] == "--trace":
        whole.traced(sys.argv[2])
    else:
        oracle.run = run
        oracle.main()
