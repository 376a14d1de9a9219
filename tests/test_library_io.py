"""What the rows say of files: for each call that reads or writes, the events of one snippet."""

from pathlib import Path

import pytest

from mldebt.discover.files import discover
from mldebt.extract.run import extract
from mldebt.flow.interpreter import interpret
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.link.project import link

CATALOGUE = load_libraries([rules_folder() / "libraries"])
KINDS = ("read", "write", "append", "delete", "launch")
CASES = {
    "pandas": """
import pandas as pd
frame = pd.read_csv("a.csv")                                    # read a.csv
frame = pd.read_table(filepath_or_buffer="a.tsv")               # read a.tsv
frame = pd.read_parquet("a.parquet")                            # read a.parquet
frame = pd.read_feather("a.feather")                            # read a.feather
frame = pd.read_orc("a.orc")                                    # read a.orc
frame = pd.read_stata("a.dta")                                  # read a.dta
frame = pd.read_sas(filepath_or_buffer="a.sas7bdat")            # read a.sas7bdat
frame = pd.read_fwf("a.txt")                                    # read a.txt
frame = pd.read_excel("a.xlsx", "one")                          # read a.xlsx
frame = pd.read_json("a.json")                                  # read a.json
frame = pd.read_hdf("a.h5", "key")                              # read a.h5
frame = pd.read_pickle("a.pkl")                                 # read a.pkl
frame = pd.read_xml("a.xml")                                    # read a.xml
frame.to_csv("b.csv")                                           # write b.csv
frame.to_csv("b.csv", mode="a")                                 # append b.csv
print(frame.to_csv(), frame.to_csv(None), frame.to_json())
frame.to_parquet("b.parquet")                                   # write b.parquet
frame.to_feather(path="b.feather")                              # write b.feather
frame.to_orc("b.orc")                                           # write b.orc
frame.to_stata("b.dta")                                         # write b.dta
frame.to_excel("b.xlsx")                                        # write b.xlsx
frame.to_json("b.json")                                         # write b.json
frame.to_hdf("b.h5", key="key")                                 # write b.h5
frame.to_pickle("b.pkl")                                        # write b.pkl
frame.to_xml("b.xml")                                           # write b.xml
frame.to_html("b.html")                                         # write b.html
frame["x"].to_pickle("c.pkl")                                   # write c.pkl
with pd.ExcelWriter("w.xlsx") as writer:                        # write w.xlsx
    frame.to_excel(writer, sheet_name="one")                    # write w.xlsx
book = pd.ExcelFile("x.xlsx")                                   # read x.xlsx
store = pd.HDFStore("s.h5", "r")                                # read s.h5
store.get("key")                                                # read s.h5
frame.to_sql("table", "sqlite:///base.db")                      # write base.db#table
pd.read_sql("select * from other", "sqlite:///base.db")         # read base.db#other
pd.read_sql_table("third", con="sqlite:///base.db")             # read base.db#third
""",
    "numpy": """
import numpy as np
a = np.load("a.npy")                                            # read a.npy
a = np.loadtxt(fname="a.txt")                                   # read a.txt
a = np.genfromtxt("a.csv", delimiter=",")                       # read a.csv
a = np.fromfile("a.bin")                                        # read a.bin
a = np.memmap("m.bin", "float32", "w+")                         # write m.bin
a = np.memmap("n.bin")                                          # read n.bin
b = np.zeros(3)
np.save("b", b)                                                 # write b.npy
np.save("c.npy", b)                                             # write c.npy
np.savez("d", x=b)                                              # write d.npz
np.savez_compressed("e.npz", x=b)                               # write e.npz
np.savetxt("f.txt", b)                                          # write f.txt
b.tofile("g.bin")                                               # write g.bin
with open("h.npy", "wb") as stream:                             # write h.npy
    np.save(stream, b)                                          # write h.npy
""",
    "objects": """
import json
import pickle
import joblib
import yaml
model = joblib.load("a.joblib")                                 # read a.joblib
joblib.dump(model, "b.joblib", compress=3)                      # write b.joblib
joblib.dump(value=model, filename="c.joblib")                   # write c.joblib
with open("a.pkl", "rb") as stream:                             # read a.pkl
    model = pickle.load(stream)                                 # read a.pkl
with open("b.pkl", "wb") as stream:                             # write b.pkl
    pickle.dump(model, stream)                                  # write b.pkl
print(pickle.loads(pickle.dumps(model)), json.dumps(model))
json.dump(model, open("b.json", "w"))                           # write b.json, write b.json
print(json.load(open("a.json")))                                # read a.json, read a.json
yaml.dump(model, open("b.yaml", "w"))                           # write b.yaml, write b.yaml
print(yaml.dump(model))
print(yaml.safe_load(open("a.yaml")))                           # read a.yaml, read a.yaml
""",
    "torch": """
import torch
from torch import nn
model = nn.Linear(2, 2)
torch.save(model.state_dict(), "a.pt")                          # write a.pt
torch.save(obj=model, f="b.pt")                                 # write b.pt
model.load_state_dict(torch.load("a.pt", map_location="cpu"))   # read a.pt
torch.jit.save(torch.jit.script(model), "c.pt")                 # write c.pt
torch.jit.load("c.pt")                                          # read c.pt
torch.onnx.export(model, None, "d.onnx")                        # write d.onnx
""",
    "keras": """
from tensorflow import keras
from tensorflow.keras.callbacks import CSVLogger, ModelCheckpoint
model = keras.models.load_model("a.keras")                      # read a.keras
model.save("b.keras")                                           # write b.keras
model.save_weights("c.weights.h5")                              # write c.weights.h5
model.load_weights("c.weights.h5")                              # read c.weights.h5
kept = ModelCheckpoint("best_{epoch:02d}.h5", monitor="loss")   # write best_{…}.h5
log = CSVLogger(filename="log.csv")                             # write log.csv
""",
    "logs": """
import logging
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
logging.basicConfig(level=logging.INFO)
logging.basicConfig(filename="a.log", filemode="w", format="%(message)s")  # write a.log
logging.basicConfig(filename="b.log", level=10)                 # append b.log
kept = logging.FileHandler("c.log", mode="w")                   # write c.log
kept.setFormatter(logging.Formatter("%(message)s"))
logging.getLogger().addHandler(RotatingFileHandler("d.log", maxBytes=10))  # append d.log
logging.getLogger().addHandler(TimedRotatingFileHandler("e.log", "D"))     # append e.log
logging.info("rows %d", 1)
""",
    "boosting": """
import lightgbm as lgb
import numpy as np
import xgboost as xgb
booster = xgb.Booster()
booster.load_model("a.json")                                    # read a.json
booster.save_model("b.json")                                    # write b.json
booster.dump_model("c.txt")                                     # write c.txt
xgb.DMatrix("rows.libsvm")                                      # read rows.libsvm
xgb.DMatrix(np.zeros((2, 2)), np.zeros(2))
xgb.XGBClassifier().save_model("d.ubj")                         # write d.ubj
tree = lgb.Booster(model_file="a.txt")                          # read a.txt
tree.save_model("b.txt")                                        # write b.txt
lgb.Dataset("rows.bin")                                         # read rows.bin
lgb.Dataset(np.zeros((2, 2)))
""",
    "transformers": """
from transformers import AutoModel, AutoTokenizer, Trainer
model = AutoModel.from_pretrained("bert-base-uncased")
model = AutoModel.from_pretrained("./tuned")                    # read tuned
words = AutoTokenizer.from_pretrained("../words")               # read ../words
model.save_pretrained("./tuned2")                               # write tuned2
words.save_pretrained(save_directory="words2")                  # write words2
""",
    "mlflow": """
import mlflow
import mlflow.sklearn
mlflow.log_param("rate", 1)
mlflow.log_artifact("a.png")                                    # read a.png
mlflow.log_artifacts("plots")                                   # read plots
mlflow.sklearn.save_model(1, "saved")                           # write saved
mlflow.sklearn.log_model(1, "model")                            # write model
mlflow.sklearn.load_model("models:/churn/1")                    # read models:/churn/1
""",
    "files": """
import os
import shutil
from pathlib import Path
open("a.txt").read()                                            # read a.txt
open("b.txt", mode="a").write("x")                              # append b.txt
open(file="c.txt", mode="x").write("x")                         # write c.txt
Path("d.txt").read_text()                                       # read d.txt
Path("e.bin").read_bytes()                                      # read e.bin
Path("f.txt").write_text("x")                                   # write f.txt
(Path("g") / "h.bin").write_bytes(b"x")                         # write g/h.bin
with Path("i.txt").open("w") as stream:                         # write i.txt
    print(stream)
Path("j.txt").unlink()                                          # delete j.txt
Path("k.txt").rename("l.txt")                                   # read k.txt, write l.txt
shutil.copy("a.txt", "m.txt")                                   # read a.txt, write m.txt
shutil.copyfile(src="a.txt", dst="n.txt")                       # read a.txt, write n.txt
shutil.copytree("from", "to")                                   # read from, write to
shutil.move("o.txt", "p.txt")                                   # read o.txt, write p.txt
shutil.make_archive("packed", "gztar", "from")                  # read from, write packed.tar.gz
shutil.unpack_archive("got.zip", "got")                         # read got.zip, write got
shutil.rmtree("old")                                            # delete old
os.remove("q.txt")                                              # delete q.txt
os.rename("r.txt", "s.txt")                                     # read r.txt, write s.txt
os.replace("t.txt", "u.txt")                                    # read t.txt, write u.txt
os.makedirs("made", exist_ok=True)
os.listdir("made")
""",
    "packed": """
import bz2
import codecs
import gzip
import io
import tarfile
import zipfile
import pandas as pd
gzip.open("a.gz", "wt").write("x")                              # write a.gz
bz2.open("b.bz2").read()                                        # read b.bz2
codecs.open("c.txt", "w", "utf-8").write("x")                   # write c.txt
io.open("d.txt").read()                                         # read d.txt
with zipfile.ZipFile("e.zip", "w") as archive:                  # write e.zip
    archive.write("f.txt")                                      # read f.txt
with tarfile.open("g.tar.gz") as bundle:                        # read g.tar.gz
    bundle.extractall("unpacked")                               # write unpacked
pd.read_csv(io.StringIO("a,b"))
pd.DataFrame().to_csv(io.StringIO())
""",
    "databases": """
import sqlite3
from sqlalchemy import create_engine, text
base = sqlite3.connect("base.db")
base.execute("select * from one")                               # read base.db#one
base.cursor().executemany("insert into two values (?)", [(1,)]) # append base.db#two
base.executescript("drop table three")                          # write base.db#three
engine = create_engine("sqlite:///other.db")
with engine.connect() as connection:
    connection.execute(text("select * from four"))              # read other.db#four
""",
    "network": """
import requests
from urllib.request import urlretrieve
requests.get("https://example.org/a.csv")                       # read https://example.org/a.csv
requests.request("GET", "https://example.org/b.csv")            # read https://example.org/b.csv
urlretrieve("https://example.org/c.csv", "c.csv")               # read https://example.org/c.csv, write c.csv
""",
    "pictures": """
import cv2
import h5py
import matplotlib.pyplot as plt
from PIL import Image
image = Image.open("a.png")                                     # read a.png
image.convert("L").save("b.png")                                # write b.png
cv2.imwrite("d.png", cv2.imread("c.png"))                       # read c.png, write d.png
cv2.VideoCapture(0)
figure, axes = plt.subplots()
axes.plot([1])
figure.savefig("e.png")                                         # write e.png
axes.figure.savefig("f.png")                                    # write f.png
plt.savefig(fname="g.png")                                      # write g.png
with h5py.File("a.h5", "r") as stored:                          # read a.h5
    print(stored["x"])
h5py.File("b.h5", "w").create_dataset("x")                      # write b.h5
""",
    "frames": """
import dask.array as da
import dask.bag
import dask.dataframe as dd
import polars as pl
frame = pl.read_csv("a.csv")                                    # read a.csv
frame = pl.scan_parquet(source="a.parquet").filter(pl.col("x") > 1).collect() # read a.parquet
frame.with_columns(pl.lit(1)).write_parquet("b.parquet")        # write b.parquet
print(frame.write_csv(), frame.write_json(None))
frame.lazy().sink_csv("c.csv")                                  # write c.csv
frame.to_pandas().to_csv("d.csv")                               # write d.csv
pl.read_database("select * from one", "sqlite:///base.db")      # read base.db#one
frame.write_database("two", "sqlite:///base.db")                # write base.db#two
parts = dd.read_csv("parts-*.csv")                              # read parts-*.csv
parts.dropna().to_parquet("e.parquet")                          # write e.parquet
parts.compute().to_csv("f.csv")                                 # write f.csv
dask.bag.read_text("g.txt").map(str).to_textfiles("h")          # read g.txt, write h
da.from_zarr("i.zarr").to_zarr("j.zarr")                        # read i.zarr, write j.zarr
""",
    "spark": """
from pyspark import SparkContext
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
spark = SparkSession.builder.appName("x").config("a", "b").getOrCreate()
frame = spark.read.option("header", True).csv("a.csv")          # read a.csv
frame = spark.read.format("json").load("a.json")                # read a.json
frame = spark.read.parquet("s3a://lake/a.parquet")              # read s3a://lake/a.parquet
frame = frame.withColumn("x", F.col("y")).groupBy("x").agg(F.sum("y"))
frame.write.mode("overwrite").partitionBy("x").parquet("b")     # write b
frame.write.format("csv").save("c")                             # write c
frame.write.saveAsTable("sales")                                # write spark://catalog#sales
spark.table("sales")                                            # read spark://catalog#sales
frame.createOrReplaceTempView("passing")
spark.sql("select * from passing")
frame.toPandas().to_csv("d.csv")                                # write d.csv
model = Pipeline(stages=[LogisticRegression()]).fit(frame)
model.write().overwrite().save("e")                             # write e
model.save("f")                                                 # write f
PipelineModel.load("f").transform(frame)                        # read f
SparkContext.getOrCreate().textFile("g.txt").map(len).saveAsTextFile("h") # read g.txt, write h
""",
    "buckets": """
import boto3
import fsspec
import gcsfs
import pandas as pd
import s3fs
from google.cloud import storage
client = boto3.client("s3")
client.upload_file("a.csv", "lake", "raw/a.csv")                # read a.csv, write s3://lake/raw/a.csv
client.download_file("lake", Key="raw/b.csv", Filename="b.csv") # read s3://lake/raw/b.csv, write b.csv
client.put_object(Bucket="lake", Key="c.json", Body="{}")       # write s3://lake/c.json
answer = client.get_object(Bucket="lake", Key="d.csv")          # read s3://lake/d.csv
pd.read_csv(answer["Body"])                                     # read s3://lake/d.csv
bucket = boto3.resource("s3").Bucket("lake")
bucket.download_file("e.csv", "e.csv")                          # read s3://lake/e.csv, write e.csv
boto3.Session().resource("s3").Object("lake", "f").put(Body="") # write s3://lake/f
system = s3fs.S3FileSystem(anon=False)
with system.open("lake/g.csv", "w") as stream:                  # write s3://lake/g.csv
    pd.DataFrame().to_csv(stream)                               # write s3://lake/g.csv
system.open("s3://lake/h.csv").read()                           # read s3://lake/h.csv
fsspec.filesystem("file").open("i.txt")                         # read i.txt
with fsspec.open("gs://lake/j.csv", "w") as stream:             # write gs://lake/j.csv
    stream.write("x")
gcsfs.GCSFileSystem().get("lake/k.csv", "k.csv")                # read gs://lake/k.csv, write k.csv
box = storage.Client().bucket("lake")
box.blob("models/l.pkl").upload_from_filename("l.pkl")          # read l.pkl, write gs://lake/models/l.pkl
box.blob("m.txt").download_as_text()                            # read gs://lake/m.txt
""",
    "rows": """
import csv
with open("a.csv", newline="") as stream:                       # read a.csv
    for line in csv.reader(stream):
        print(line)
with open("b.csv", "w", newline="") as stream:                  # write b.csv
    csv.writer(stream).writerows([[1]])
    csv.DictWriter(stream, ["x"]).writeheader()
""",
}


def _expected(code: str) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(code.splitlines(), 1):
        found.extend((number, item.strip()) for item in line.partition("# ")[2].split(", ") if item.strip())
    return sorted(found)


def _events(code: str, folder: Path) -> list[tuple[int, str]]:
    (folder / "work.py").write_text(code, "utf-8")
    files = discover(folder)
    facts = extract(files.files, jobs=1)
    project, index = link(str(folder), facts, files.names)
    found = []
    for event in interpret(project, index, CATALOGUE).events:
        if event.kind in KINDS and event.access is not None:
            assert event.must
            table = f"#{event.access.table.show()}" if event.access.table is not None else ""
            line = facts["work.py"].table.locate(event.place.at).line
            found.append((line, f"{event.kind} {event.access.path.show()}{table}"))
    return sorted(found)


@pytest.mark.parametrize("name", CASES)
def test_files_that_calls_touch(name: str, tmp_path: Path) -> None:
    assert _events(CASES[name], tmp_path) == _expected(CASES[name])
