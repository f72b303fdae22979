"""Checks and validates model entities in Spark: each partition by the same command that a single machine runs."""

import json
import os
from collections.abc import Iterator
from itertools import accumulate

import pandas as pd
from pyspark import RDD
from pyspark.sql.functions import pandas_udf
from pyspark.sql.types import BooleanType, StringType, StructField, StructType
from validator import COMMAND, validator

# The name says that each line is an entity, whatever the first line of a partition looks like. All diagnostics are wanted, not the first
# thousand. The exit code 1 means errors in the data; any other one fails the task, so that no partition is lost in silence.
CHECK = (
    f"sh -c '{COMMAND} check - --stdin-filename part.jsonl --format jsonl --max-diagnostics 0 --no-config; "
    "[ $? -le 1 ]'"
)


def check(lines: RDD) -> RDD:
    """The diagnostics of an RDD of JSON Lines, each with the number of its entity in the RDD: that of `zipWithIndex`."""
    counts = lines.mapPartitions(lambda part: [sum(1 for _ in part)]).collect()
    starts = [0, *accumulate(counts)]

    def numbered(partition: int, found: Iterator[str]) -> Iterator[tuple[int, dict]]:
        for line in found:
            diagnostic = json.loads(line)
            # The command counts the lines of its partition from 0.
            yield starts[partition] + diagnostic["document"], diagnostic

    # Without an environment, Spark starts the command with an empty one, and it is not found.
    found = lines.pipe(CHECK, env={"PATH": os.environ["PATH"]}, checkCode=True)
    return found.mapPartitionsWithIndex(numbered)


ANSWER = StructType([StructField("ok", BooleanType()), StructField("detail", StringType())])


@pandas_udf(ANSWER)
def validated(bodies: pd.Series) -> pd.DataFrame:
    """Whether the service accepts a body as a new model, and its errors as JSON where it does not. Null stays null."""
    given = bodies.dropna()
    answers = validator().validate("CreateModelEntityRequest", given.tolist()) if len(given) > 0 else []
    rows = [(answer["ok"], None if answer["ok"] else json.dumps(answer["detail"])) for answer in answers]
    return pd.DataFrame(rows, columns=["ok", "detail"], index=given.index).reindex(bodies.index)
