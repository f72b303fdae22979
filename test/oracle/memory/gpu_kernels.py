"""What CUDA's kernels hold within themselves, call by call, on a real GPU: bytes that torch's allocator is asked for.

    python gpu_kernels.py out.jsonl

A line is an operation, its sizes, and how far the allocator's peak within it is above what was there before it or after it. Recorded on an H100 with
torch 2.11: `test/fixtures/memory/kernels-h100.jsonl.gz`, which has more sizes of convolutions.
"""
import itertools
import json
import sys

import torch

A = torch.ops.aten
HALF, FULL = torch.bfloat16, torch.float32


def requested(which="current"):
    return torch.cuda.memory_stats()[f"requested_bytes.all.{which}"]


def within(run):
    """The second call counts: the first one may load a library."""
    for _ in range(2):
        torch.cuda.synchronize()
        before = requested()
        torch.cuda.reset_peak_memory_stats()
        made = run()
        torch.cuda.synchronize()
        held = requested("peak") - max(before, requested())
        del made
    return held


def flash():
    sizes = itertools.product((1, 3), (1, 17, 64, 130, 512, 2048), ((4, 4), (8, 2)), (8, 16, 24, 64, 80, 96, 128, 192, 256))
    for batch, queries, (heads, shared), features in sizes:
        q = torch.randn(batch, heads, queries, features, dtype=HALF)
        k = torch.randn(batch, shared, queries, features, dtype=HALF)
        out = A._scaled_dot_product_flash_attention(q, k, k, 0.0, True, False)
        gradient = torch.randn_like(out[0])
        named = dict(batch=batch, queries=queries, heads=heads, kvHeads=shared, features=features)
        yield named, lambda: A._scaled_dot_product_flash_attention_backward(gradient, q, k, k, *out[:6], 0.0, True, *out[6:8])


def efficient():
    for batch, queries, own, features in itertools.product((1, 2), (1, 17, 64, 100, 130, 512, 2000), (0, 64, 200), (8, 16, 24, 64, 80, 128, 200, 256)):
        if own == queries:
            continue
        for dtype in (HALF, FULL) if queries in (64, 512) else (HALF,):
            q = torch.randn(batch, 4, queries, features, dtype=dtype)
            k = torch.randn(batch, 4, own or queries, features, dtype=dtype)
            out = A._scaled_dot_product_efficient_attention(q, k, k, None, True, 0.0, False)
            gradient = torch.randn_like(out[0])
            named = dict(batch=batch, queries=queries, keys=own or queries, heads=4, features=features, dtype=str(dtype)[6:])
            mask = [True, True, True, False]
            yield named, lambda: A._scaled_dot_product_efficient_attention_backward(gradient, q, k, k, None, *out[:4], 0.0, mask, False)


def embedding():
    for tokens, rows, features in itertools.product((64, 512, 3072, 3073, 4096, 32768), (1000, 128000), (256, 1024)):
        ids = torch.randint(0, rows, (tokens,))
        gradient = torch.randn(tokens, features, dtype=HALF)
        yield dict(tokens=tokens, rows=rows, features=features), lambda: A.embedding_dense_backward(gradient, ids, rows, -1, False)


def rows_sum():
    for rows, columns, dtype in itertools.product((512, 4096, 32768), (128, 1024, 4096), (HALF, FULL)):
        matrix = torch.randn(rows, columns, dtype=dtype)
        yield dict(rows=rows, columns=columns, dtype=str(dtype)[6:]), lambda: matrix.sum(0)


def convolution():
    """The first layers of wav2vec 2.0, Whisper and Moonshine, and patches of images."""
    sound = [(batch, *layer, 1, 0) for batch in (1, 8) for layer in ((1, 160000, 512, 10, 5), (512, 31999, 512, 3, 2), (1, 160000, 416, 127, 64))]
    whisper = [(batch, *layer) for batch in (1, 8) for layer in ((80, 3000, 768, 3, 1, 1, 1), (768, 3000, 768, 3, 2, 1, 1))]
    images = [(batch, 3, side, features, patch, patch, 2, 0) for batch in (1, 8, 32) for side, features, patch in ((224, 768, 16), (518, 1024, 14))]
    for batch, channels, side, features, kernel, step, dimensions, padding in sound + whisper + images:
        data = torch.randn(batch, channels, *[side] * dimensions, dtype=HALF)
        weight = torch.randn(features, channels, *[kernel] * dimensions, dtype=HALF)
        rest = ([step] * dimensions, [padding] * dimensions, [1] * dimensions, False, [0] * dimensions, 1)
        made = A.convolution(data, weight, None, *rest)
        places = made.numel() // features
        named = dict(inChannels=channels, inPlaces=data.numel() // channels, outChannels=features, outPlaces=places, window=kernel**dimensions)
        yield dict(isBackward=False, **named), lambda: A.convolution(data, weight, None, *rest)
        yield dict(isBackward=True, **named), lambda: A.convolution_backward(made, data, weight, None, *rest, [True, True, False])


def main():
    torch.set_default_device("cuda")
    with open(sys.argv[1], "w") as out:
        for name, calls in dict(flash=flash, efficient=efficient, embedding=embedding, rowsSum=rows_sum, convolution=convolution).items():
            for sizes, run in calls():
                out.write(json.dumps({"operation": name, **sizes, "withinBytes": within(run)}) + "\n")


if __name__ == "__main__":
    main()
