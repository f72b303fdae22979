"""llama.cpp's converter of models to GGUF, as AutoRound ships it. Modules that need a newer gguf are left out."""

import sys, json, traceback, os, torch
import sys
import auto_round.export.export_to_gguf as export

sys.path.insert(0, os.path.dirname(export.__file__))
import conversion as K
from conversion import base as C
import importlib, glob

for f in glob.glob(os.path.dirname(export.__file__) + "/conversion/*.py"):
    n = os.path.basename(f)[:-3]
    if n not in ("__init__", "base"):
        try:
            importlib.import_module("conversion." + n)
        except Exception as e:
            print("IMPORT", n, repr(e)[:150])
import gguf, importlib.metadata as md
from pathlib import Path

OUT = sys.argv[1]
TOOL = f"convert_hf_to_gguf of llama.cpp (as in auto-round {md.version('auto-round')}), gguf {md.version('gguf')}"


def conv(name, ft="F16", id=None, src="src4", split=0, **k):
    id = id or f"ggufc_{name}_{ft.lower()}"
    out = f"{OUT}/{id}"
    os.makedirs(out, exist_ok=True)
    try:
        d = Path(f"sources/{name}")
        h = (
            C.ModelBase.load_hparams(d, False)
            if C.ModelBase.load_hparams.__code__.co_argcount > 1
            else C.ModelBase.load_hparams(d)
        )
        arch = C.get_model_architecture(h, C.ModelType.TEXT)
        cls = C.ModelBase.from_model_architecture(arch, C.ModelType.TEXT)
        cls.set_vocab = lambda self: (
            self.gguf_writer.add_tokenizer_model("gpt2"),
            self.gguf_writer.add_token_list([f"t{i}" for i in range(256)]),
        )
        ftype = getattr(
            gguf.LlamaFileType,
            {"F16": "MOSTLY_F16", "BF16": "MOSTLY_BF16", "F32": "ALL_F32", "Q8_0": "MOSTLY_Q8_0"}[ft],
        )
        with torch.inference_mode():
            m = cls(d, ftype, Path(out) / "model.gguf", **({"split_max_size": split} if split else {}), **k)
            m.write()
        t = json.load(open(f"{d}/truth.json"))
        json.dump(
            dict(
                tool=TOOL,
                scheme=f"gguf {ft}",
                precisions=[{"F16": "float16", "BF16": "bfloat16", "F32": "float32", "Q8_0": "int8"}[ft]],
                **t,
            ),
            open(f"{out}/truth.json", "w"),
        )
        print("ok", id, flush=True)
    except BaseException as e:
        traceback.print_exc(limit=-2)
        print("FAILED", id, repr(e)[:200], flush=True)


if __name__ == "__main__":
    for n in sorted(os.listdir("sources")):
        conv(n, "F16")
    for n in ("afmoe", "lfm2_moe", "minimax_m2", "nemotron_h", "qwen3_5", "kimi_linear"):
        conv(n, "F16", src="src5")
