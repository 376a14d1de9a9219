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
    "pyarrow": ("import pyarrow.parquet as pq\npq.write_table(None, 'clean.parquet')", f"{PANDAS}pd.read_parquet('clean.parquet')"),
    "datasets": ("from datasets import load_dataset\nrows = load_dataset('csv', data_files='raw.csv')\nrows.map(str).save_to_disk('kept/rows')",
                 "from datasets import load_from_disk\nload_from_disk('kept/rows')"),
    "datasets-csv": (f"{WRITES}frame.to_csv('clean.csv')", "import datasets\ndatasets.load_dataset('csv', data_files='clean.csv')"),
    "torchvision": ("import torch\nfrom torchvision.utils import save_image\nsave_image(torch.zeros(3), 'grid.png')",
                    "from torchvision.io import read_image\nread_image('grid.png')"),
    "lightning": (
        "import lightning as L\ntrainer = L.Trainer()\ntrainer.save_checkpoint('kept/best.ckpt')",
        "import lightning as L\nclass Net(L.LightningModule):\n    def forward(self, x):\n        return x\nnet = Net.load_from_checkpoint('kept/best.ckpt')"),
    "lightning-callback": ("from pytorch_lightning.callbacks import ModelCheckpoint\nModelCheckpoint(dirpath='kept', filename='best')",
                           "import torch\ntorch.load('kept/best.ckpt')"),
    "accelerate": ("from accelerate import Accelerator\nAccelerator().save({}, 'state.pt')", "import torch\ntorch.load('state.pt')"),
    "sentence-transformers": (
        "from sentence_transformers import SentenceTransformer\nSentenceTransformer('all-MiniLM').save('./tuned')",
        "from sentence_transformers import SentenceTransformer\nSentenceTransformer('./tuned').encode(['x'])"),
    "timm": ("import torch\ntorch.save({}, 'weights.pth')",
             "import timm\nfrom timm.models import load_checkpoint\nload_checkpoint(timm.create_model('x'), 'weights.pth')"),
    "tokenizers": ("from tokenizers import Tokenizer, models\nTokenizer(models.BPE()).save('words.json')",
                   "from tokenizers import Tokenizer\nTokenizer.from_file('words.json').encode('x')"),
    "spacy": ("import spacy\nspacy.blank('en').to_disk('./pipeline')", "import spacy\nnlp = spacy.load('./pipeline')"),
    "gensim": ("from gensim.models import Word2Vec\nWord2Vec([['x']]).save('words.model')",
               "from gensim.models.word2vec import Word2Vec\nWord2Vec.load('words.model')"),
    "gensim-vectors": (
        "from gensim.models import Word2Vec\nWord2Vec([['x']]).wv.save_word2vec_format('vectors.bin')",
        "import gensim\ngensim.models.KeyedVectors.load_word2vec_format('vectors.bin', binary=True)"),
    "scipy": ("from scipy import sparse\nsparse.save_npz('matrix', sparse.csr_matrix([[1]]))", "import scipy.sparse\nscipy.sparse.load_npz('matrix.npz')"),
    "statsmodels": ("import statsmodels.api as sm\nsm.OLS([1], [1]).fit().save('fit.pkl')", "import statsmodels.api as sm\nsm.load('fit.pkl').predict()"),
    "catboost": ("from catboost import CatBoostClassifier\nmodel = CatBoostClassifier().fit([[1]], [1])\nmodel.save_model('model.cbm')",
                 "from catboost import CatBoostRegressor\nmodel = CatBoostRegressor()\nmodel.load_model('model.cbm')\nmodel.predict([[1]])"),
    "seaborn": ("import seaborn as sns\nsns.pairplot([1]).savefig('pairs.png')", "from PIL import Image\nImage.open('pairs.png')"),
    "seaborn-axes": ("import seaborn as sns\nsns.histplot([1]).figure.savefig('counts.png')", "from PIL import Image\nImage.open('counts.png')"),
    "plotly": ("import plotly.express as px\npx.line([1]).update_layout(title='x').write_html('plot.html')", "open('plot.html').read()"),
    "networkx": ("import networkx as nx\nnx.write_graphml(nx.Graph(), 'roads.graphml')",
                 "import networkx as nx\nprint(nx.read_graphml('roads.graphml').nodes)"),
    "pydantic": ("import json\njson.dump({}, open('made.json', 'w'))",
                 "from pydantic import BaseModel\nclass Made(BaseModel):\n    size: int\nMade.parse_file('made.json')"),
    "pandera": ("import pandera.pandas as pa\npa.DataFrameSchema({}).to_yaml('schema.yaml')", "import yaml\nyaml.safe_load(open('schema.yaml'))"),
    "great-expectations": (f"{WRITES}frame.to_csv('clean.csv')", "import great_expectations as ge\nge.read_csv('clean.csv').expect_column_to_exist('x')"),
    "feast": (f"{WRITES}frame.to_parquet('driver.parquet')", "from feast import FileSource\nsource = FileSource(path='driver.parquet', timestamp_field='at')"),
    "onnx": ("import torch\ntorch.onnx.export(torch.nn.Linear(1, 1), None, 'net.onnx')", "import onnx\nonnx.checker.check_model(onnx.load('net.onnx'))"),
    "librosa": ("from scipy.io import wavfile\nwavfile.write('tone.wav', 8000, [])", "import librosa\nsound, rate = librosa.load('tone.wav')"),
    "paddle": ("import paddle\npaddle.save({}, 'net.pdparams')", "import paddle\npaddle.load('net.pdparams')"),
    "cupy": ("import cupy as cp\ncp.save('grid', cp.zeros(3))", "import numpy as np\nnp.load('grid.npy')"),
    "mxnet": ("import mxnet as mx\nmx.nd.save('net.params', {})", "import mxnet as mx\nmx.nd.load('net.params')"),
    "tqdm": ("import pandas as pd\nfrom tqdm import tqdm\nfor name in tqdm(['one', 'two']):\n    pd.DataFrame().to_csv(f'{name}.csv')",
             f"{PANDAS}pd.read_csv('two.csv')"),
}


def undeclared(folder: Path, programs: dict[str, tuple[str, str]]) -> set[str]:
    """Return the files with a finding in a project of a folder a name, with the program that makes something and the one that uses it."""
    for name, (maker, user) in programs.items():
        (folder / f"{name}_jobs").mkdir()
        (folder / f"{name}_jobs" / "make.py").write_text(maker.replace("lake", name) + "\n", "utf-8")  # buckets and tables of its own
        (folder / f"{name}_jobs" / "use.py").write_text(user.replace("lake", name) + "\n", "utf-8")
    return {item.path for item in check(folder, Settings(select=("MLD104",)), jobs=1).findings}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return undeclared(tmp_path_factory.mktemp("joins"), JOINS)


@pytest.mark.parametrize("name", JOINS)
def test_a_consumer_in_another_library_is_found(name: str, found: set[str]) -> None:
    assert {path for path in found if path.startswith(f"{name}_jobs/")} == {f"{name}_jobs/use.py"}


@pytest.mark.parametrize(("maker", "user"), [
    ("import boto3\nboto3.client('s3').upload_file('a.csv', 'lake', 'a.csv')", f"{PANDAS}pd.read_csv('s3://other/a.csv')"),
    ("import sys\nimport boto3\nboto3.client('s3').upload_file('a.csv', sys.argv[1], 'a.csv')",
     "import sys\nimport boto3\nboto3.client('s3').download_file(sys.argv[1], 'a.csv', 'b.csv')"),
    (f"{SPARK}spark.range(1).createOrReplaceTempView('rows')", f"{SPARK}spark.sql('select * from rows').show()"),
])
def test_objects_of_other_or_unknown_buckets_and_passing_views_do_not_join(maker: str, user: str, tmp_path: Path) -> None:
    assert undeclared(tmp_path, {"lake": (maker, user)}) == set()
