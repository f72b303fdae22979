"""Records zip files that Python writes, with where the content of an entry is..

    python3 test/oracle/checkpoint/zips.py | gzip -9n > test/fixtures/checkpoint/zips.json.gz
"""

import base64
import io
import json
import sys
import zipfile


def zipped(entries, comment=b"", before=b"", limit=None, **options):
    kept = zipfile.ZIP64_LIMIT
    if limit is not None:
        zipfile.ZIP64_LIMIT = limit
    try:
        file = io.BytesIO(before)
        file.seek(len(before))
        with zipfile.ZipFile(file, "w", **options) as archive:
            for name, content, extra, note in entries:
                info = zipfile.ZipInfo(name)
                info.extra, info.comment = extra, note
                info.compress_type = options.get("compression", zipfile.ZIP_STORED)
                archive.writestr(info, content)
            archive.comment = comment
        return file.getvalue()
    finally:
        zipfile.ZIP64_LIMIT = kept


FIELD = b"\x99\x99\x03\x00abc"
PLAIN = [("archive/version", b"3\n", b"", b""), ("archive/data.pkl", b"the pickle", b"", b""), ("archive/data/0", b"\0" * 40, b"", b"")]
NOTED = [("a/first", b"x", FIELD, b"a note"), ("a/data.pkl", b"the pickle", FIELD + FIELD, b"another")]
FILES = {
    "as torch writes it": zipped(PLAIN),
    "with fields and comments": zipped(NOTED, comment=b"of the file"),
    "without a folder": zipped([("data.pkl", b"the pickle", b"", b"")]),
    "of 64 bits": zipped(PLAIN, limit=1),
    "of 64 bits, with fields": zipped(NOTED, limit=1),
    "of 64 bits, with a comment": zipped(PLAIN, limit=1, comment=b"c" * 300),
    "with the longest comment": zipped(PLAIN, comment=b"c" * 65535),
    "of an empty entry": zipped([("a/data.pkl", b"", b"", b"")]),
    "compressed": zipped(PLAIN, compression=zipfile.ZIP_DEFLATED),
    "with another entry": zipped([("a/xdata.pkl", b"the pickle", b"", b""), ("data.pkl/b", b"x", b"", b"")]),
    "empty": zipped([]),
}


def content(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name == "data.pkl" or name.endswith("/data.pkl"):
                stored = archive.getinfo(name).compress_type == zipfile.ZIP_STORED
                return archive.read(name).decode() if stored else None
    return None


json.dump(
    {"python": sys.version.split()[0], "files": [{"name": name, "file": base64.b64encode(data).decode(), "content": content(data)} for name, data in FILES.items()]},
    sys.stdout,
)
