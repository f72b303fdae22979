"""Checks gzipped JSON Lines. Writes the diagnostics as JSON Lines, each with the number of its entity over all files, in order.

    spark-submit --py-files model_entity.py,validator.py check_files.py 'entities/*.jsonl.gz' diagnostics/
"""

import json
import sys

from model_entity import check
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("check model entities").getOrCreate()
lines = spark.sparkContext.textFile(sys.argv[1])
check(lines).map(lambda found: json.dumps({"entity": found[0], **found[1]})).saveAsTextFile(sys.argv[2])
spark.stop()
