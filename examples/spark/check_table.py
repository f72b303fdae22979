"""Validates the column `body` of a table, JSON Lines or Parquet. Writes the rows that the service refuses, with its errors.

    spark-submit --py-files model_entity.py,validator.py check_table.py table.parquet refused/
"""

import sys

from model_entity import validated
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("validate model entities").getOrCreate()
path = sys.argv[1]
table = spark.read.parquet(path) if path.endswith(".parquet") else spark.read.schema("id long, body string").json(path)
answers = table.select("id", validated("body").alias("answer")).select("id", "answer.ok", "answer.detail")
answers.where("not ok").select("id", "detail").write.json(sys.argv[2])
spark.stop()
