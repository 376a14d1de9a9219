"""Programs of different libraries join at the artefact that one writes and the other reads: the undeclared consumer is reported."""

from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.pipeline import check

PANDAS = "import pandas as pd\n"
SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
WRITES = f"{PANDAS}frame = pd.DataFrame()\n"
JOINS = {
    "polars": ("import polars as pl\npl.read_csv('raw.csv').filter(pl.col('x') > 1).write_parquet('clean.parquet')",
               "import polars as pl\nframe = pl.scan_parquet('clean.parquet').collect()"),
    "polars-pandas": ("import polars as pl\npl.DataFrame().lazy().sink_parquet('clean.parquet')", f"{PANDAS}pd.read_parquet('clean.parquet')"),
    "dask": ("import dask.dataframe as dd\ndd.read_csv('raw.csv').dropna().to_parquet('clean.parquet')", f"{PANDAS}pd.read_parquet('clean.parquet')"),
    "pyspark": (
        f"{SPARK}spark.read.csv('raw.csv').write.mode('overwrite').parquet('out/clean')",
        f"{PANDAS}pd.read_parquet('out/clean')"),
    "pyspark-table": (
        f"{SPARK}spark.read.csv('raw.csv').write.saveAsTable('lake.sales')", f"{SPARK}spark.read.table('lake.sales').show()"),
    "pyspark-model": (
        "from pyspark.ml.classification import LogisticRegression\nLogisticRegression().fit(None).write().overwrite().save('models/churn')",
        "from pyspark.ml.classification import LogisticRegressionModel\nLogisticRegressionModel.load('models/churn').transform(None)"),
    "boto3": ("import boto3\nboto3.client('s3').upload_file('clean.csv', 'lake', 'clean.csv')", f"{PANDAS}pd.read_csv('s3://lake/clean.csv')"),
    "boto3-resource": ("import boto3\nboto3.resource('s3').Bucket('lake').put_object(Key='clean.csv', Body=b'')",
                       "import boto3\nboto3.client('s3').download_file('lake', 'clean.csv', 'local.csv')"),
    "s3fs": ("import s3fs\nwith s3fs.S3FileSystem().open('lake/clean.csv', 'w') as stream:\n    stream.write('x')", f"{PANDAS}pd.read_csv('s3://lake/clean.csv')"),
    "fsspec": ("import fsspec\nwith fsspec.open('clean.csv', 'w') as stream:\n    stream.write('x')", f"{PANDAS}pd.read_csv('clean.csv')"),
    "gcsfs": (f"{WRITES}frame.to_csv('gs://lake/clean.csv')", "import gcsfs\ngcsfs.GCSFileSystem().open('lake/clean.csv').read()"),
    "google-cloud-storage": (
        "import os\nfrom google.cloud import storage\nbox = storage.Client().bucket(os.environ['LAKE'])\nbox.blob('clean.csv').upload_from_string('x')",
        "import os\nfrom google.cloud import storage\nbox = storage.Client().bucket(os.environ['LAKE'])\nprint(box.blob('clean.csv').download_as_text())"),
}


def undeclared(folder: Path, maker: str, user: str) -> list[str]:
    (folder / "make.py").write_text(maker + "\n", "utf-8")
    (folder / "use.py").write_text(user + "\n", "utf-8")
    return [item.path for item in check(folder, Settings(select=("MLD104",)), jobs=1).findings]


@pytest.mark.parametrize("name", JOINS)
def test_a_consumer_in_another_library_is_found(name: str, tmp_path: Path) -> None:
    assert undeclared(tmp_path, *JOINS[name]) == ["use.py"]


@pytest.mark.parametrize(("maker", "user"), [
    ("import boto3\nboto3.client('s3').upload_file('a.csv', 'lake', 'a.csv')", f"{PANDAS}pd.read_csv('s3://other/a.csv')"),
    ("import sys\nimport boto3\nboto3.client('s3').upload_file('a.csv', sys.argv[1], 'a.csv')",
     "import sys\nimport boto3\nboto3.client('s3').download_file(sys.argv[1], 'a.csv', 'b.csv')"),
    (f"{SPARK}spark.range(1).createOrReplaceTempView('rows')", f"{SPARK}spark.sql('select * from rows').show()"),
])
def test_objects_of_other_or_unknown_buckets_and_passing_views_do_not_join(maker: str, user: str, tmp_path: Path) -> None:
    assert undeclared(tmp_path, maker, user) == []
