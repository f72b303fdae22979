"""Asks huggingface_hub for repositories of a server that behaves like the hub, and prints what it answers, as JSON.

    python hub.py URL

The environment variable HF_ENDPOINT is set to URL before the library is loaded.
"""

import json
import os
import sys
import tempfile

os.environ["HF_ENDPOINT"] = sys.argv[1]
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

import huggingface_hub  # noqa: E402
from huggingface_hub import HfApi, hf_hub_download  # noqa: E402

#: The repository, the token, the revision and the file that each case asks for.
CASES = [
    ["org/model", None, "main", "config.json"],
    ["org/model", None, "main", "model.safetensors"],
    ["org/old", None, "main", "config.json"],
    ["org/branch", None, "refs/pr/1", "config.json"],
    ["org/private", None, "main", "config.json"],
    ["org/private", "hf_secret", "main", "config.json"],
    ["org/nothing", "hf_secret", "main", "config.json"],
    ["org/gated", None, "main", "config.json"],
    ["org/gated", "hf_secret", "main", "config.json"],
    ["org/gated", "hf_granted", "main", "config.json"],
    ["org/disabled", None, "main", "config.json"],
    ["org/model", "hf_expired", "main", "config.json"],
    ["org/model", None, "v9", "config.json"],
    ["org/model", None, "main", "nothing.json"],
]


def answer(repository, token, revision, file):
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = hf_hub_download(
                repository, file, revision=revision, token=token if token else False, cache_dir=folder, etag_timeout=5
            )
            return {"bytes": os.path.getsize(path)}
        except Exception as error:  # the class is the answer
            return {"error": type(error).__name__}


def listed(repository, token, revision):
    tree = HfApi().list_repo_tree(repository, recursive=True, revision=revision, token=token if token else False)
    return sorted(entry.path for entry in tree)


print(
    json.dumps(
        {
            "huggingface_hub": huggingface_hub.__version__,
            "files": listed("org/model", None, "main"),
            "answers": [[case, answer(*case)] for case in CASES],
        },
        indent=1,
    )
)
