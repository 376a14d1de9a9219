"""Snakefiles: rules as targets, with the commands they run."""

from pathlib import Path

from expectations import reported, write_sections
from test_link import linked, touched

from mldebt.config import Settings
from mldebt.extract.data.formats import extract_data
from mldebt.model.facts import DataFacts
from mldebt.model.pattern import Hole, pattern
from mldebt.pipeline import analyse

TEXT = '''
configfile: "c.yaml"
OUT = "results"
rule all:
    input: expand("results/{s}.csv", s=SAMPLES), rules.plot.output[0]

rule clean:  # a comment: with a colon
    input:
        raw="data/{sample}.txt",
        more=lambda wildcards: config["x"],
    output:
        OUT + "/{sample}.csv",
        temp("tmp/{sample}.log")
    params: k=3, n="five"
    threads: 4
    shell:
        "python clean.py --in {input.raw} "
        "--out {output[0]} -n {params.n} -k {params.k} {wildcards.sample} && "
        """
        python next.py {{x}} > {log}
        """

if CONDITION:
    checkpoint plot:
        input: ["results/a.csv", os.path.join(OUT, "b.csv")]
        output: multiext("fig/a", ".png", ".pdf")
        script: "scripts/plot.py"

rule both:
    output: "x.txt"
    run:
        for name in input:
            shell("python both.py {name} > {output}")
'''


def facts(path: str = "Snakefile") -> DataFacts:
    return extract_data(path, TEXT.encode(), "snakemake")


def test_rules_are_targets_and_wildcards_stay() -> None:
    found = {target.name: target for target in facts().targets}
    assert list(found) == ["all", "clean", "plot", "both"]
    assert [target.phony for target in found.values()] == [True, False, False, False]
    names = {name: ([item.text for item in target.outputs], [item.text for item in target.inputs]) for name, target in found.items()}
    assert names == {
        "all": ([], ["results/{s}.csv", "fig/a.png"]), "clean": (["results/{sample}.csv", "tmp/{sample}.log"], ["data/{sample}.txt"]),
        "plot": (["fig/a.png", "fig/a.pdf"], ["results/a.csv", "results/b.csv"]), "both": (["x.txt"], []),
    }
    assert TEXT[found["clean"].inputs[0].at : found["clean"].inputs[0].end] == "data/{sample}.txt"


def test_what_rules_run() -> None:
    found = facts().commands
    assert [(command.words, command.redirect_out) for command in found] == [
        (("python", "clean.py", "--in", "data/${…}.txt", "--out", "results/${…}.csv", "-n", "five", "-k", "3", "${…}"), ""),
        (("python", "next.py", "{x}"), "${…}"), (("python", "scripts/plot.py"), ""), (("python", "both.py", "${…}"), "x.txt"),
    ]
    assert TEXT[found[1].at : found[1].end] == "python next.py {{x}} > {log}" and found[0].checked


def test_fields_that_are_not_known_are_unknown_to_the_program(tmp_path: Path) -> None:
    program = "import sys\nimport pandas as pd\npd.DataFrame().to_csv(sys.argv[1])\n"
    _, flow = linked(tmp_path, f"""
# file: Snakefile
rule a:
    params: out=OUT
    shell: "python a.py {{params.out}}/table.csv"
# file: run.sh
python b.py $(pick)/result.csv
# file: a.py
{program}# file: b.py
{program}""")
    assert {event.access.path for event in flow.events if event.kind == "write" and event.access} == {
        pattern(Hole(), "/table.csv"), pattern(Hole(), "/result.csv")}


def test_paths_of_the_standard_layout_start_above_the_folder_workflow() -> None:
    found = facts("workflow/Snakefile")
    assert [item.text for item in found.targets[1].inputs] == ["../data/{sample}.txt"]
    assert [(command.folder, command.words[1]) for command in found.commands[1:3]] == [("..", "next.py"), ("..", "workflow/scripts/plot.py")]


def test_broken_text_is_read_as_far_as_it_goes() -> None:
    found = extract_data("a.smk", b"rule a:\n  output: 'x'\nrule b:\n  input: ('y\n  shell: \"\"\"z", "snakemake")
    assert [target.name for target in found.targets] == ["a", "b"]


def test_a_rule_starts_its_program_and_declares_what_it_makes(tmp_path: Path) -> None:
    text = """
# file: Snakefile
rule train:
    input: "features.csv"
    output: "model.pkl"
    shell: "python jobs/train.py {input} {output}"
rule gone:
    output: "table.csv"
    shell: "python jobs/gone.py"
# file: jobs/train.py
import sys
import joblib
import pandas as pd
joblib.dump(pd.read_csv(sys.argv[1]), sys.argv[2])
# file: serve.py
import joblib
joblib.load("model.pkl")
"""
    _, flow = linked(tmp_path, text)
    assert touched(flow, "write") == {"model.pkl"} and "features.csv" in touched(flow, "read")
    write_sections(text, tmp_path)
    assert list(reported(tmp_path)) == [("Snakefile", 7, "MLD210")]


def test_wildcards_declare_every_file_they_stand_for(tmp_path: Path) -> None:
    write_sections("""
# file: Snakefile
rule clean:
    input: "raw/{name}.csv"
    output: "data/cleaned_{name}.csv", "{any}.txt"
    shell: "python clean.py {wildcards.name}"
# file: clean.py
import sys
import pandas as pd
pd.read_csv("raw.csv").to_csv(f"data/cleaned_{sys.argv[1]}.csv")
open("notes.txt", "w").write("x")
pd.read_csv("raw.csv").to_csv("data/other.csv")
# file: serve.py
import sys
import pandas as pd
pd.read_csv(f"data/cleaned_{sys.argv[1]}.csv")
open("notes.txt").read()  # `{any}` says too little to declare it
pd.read_csv("data/other.csv")
""", tmp_path)
    declared = {artifact: artifact in analyse(tmp_path, Settings(), jobs=1).graph.declared for artifact in (
        "data/cleaned_{}.csv", "data/cleaned_one.csv", "data/sub/cleaned_one.csv", "notes.txt", "data/other.csv")}
    assert declared == {
        "data/cleaned_{}.csv": True, "data/cleaned_one.csv": True, "data/sub/cleaned_one.csv": False, "notes.txt": False, "data/other.csv": False}
    assert sorted(reported(tmp_path)) == [("serve.py", 4, "MLD104")]


def test_scripts_see_their_rule(tmp_path: Path) -> None:
    write_sections('''
# file: workflow/Snakefile
rule clean:
    input: "data/rows_{name}.csv", config["more"], extra="data/extra.csv"
    output: table="out/clean_{name}.csv", more=["out/first_{name}.txt", "out/other_{name}.txt"]
    script: "scripts/clean.py"
rule fit:
    input: rules.clean.output.table
    output: "out/model_{name}.pkl"
    script: "scripts/fit.py"
# file: workflow/scripts/clean.py
import pandas as pd
pd.read_csv(snakemake.input[0]).to_csv(snakemake.output.table)
pd.read_csv(snakemake.input[2])
open(snakemake.input.extra)
for name in snakemake.output.more:
    open(name, "w").write("x")
# file: workflow/scripts/fit.py
import pandas as pd
from snakemake.script import snakemake
pd.read_csv(snakemake.input[0]).to_pickle(snakemake.output[0])
# file: alone.py
print(open(snakemake.input[0]))
''', tmp_path)
    done = analyse(tmp_path, Settings(), jobs=1)
    clean, fit = "workflow/scripts/clean.py", "workflow/scripts/fit.py"
    uses = {name: ([use.program for use in done.graph.writers(name)], [use.program for use in done.graph.readers(name)]) for name in done.graph.artifacts()}
    assert uses == {
        "data/rows_{}.csv": ([], [clean]), "data/extra.csv": ([], [clean]), "out/clean_{}.csv": ([clean], [fit]), "out/first_{}.txt": ([clean], []),
        "out/other_{}.txt": ([clean], []), "out/model_{}.pkl": ([fit], [])}, "what follows something unknown has no place"
    assert reported(tmp_path) == {}
