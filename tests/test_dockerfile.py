"""Dockerfiles: the commands of images as commands of the project."""

from pathlib import Path

from expectations import reported, write_sections
from test_link import linked, touched

from mldebt.extract.data.formats import extract_data
from mldebt.model.facts import Command


def commands(text: str) -> tuple[Command, ...]:
    """Return the commands of a Dockerfile, each checked to stand where it says."""
    found = extract_data("Dockerfile", text.encode(), "docker").commands
    assert all(0 <= command.at < command.end <= len(text) for command in found)
    return found


def placed(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(command.start, command.folder, command.words) for command in commands(text)]


def test_container_paths_lead_back_to_the_files_that_were_copied() -> None:
    head = "FROM python:3\nWORKDIR /app\n"
    assert placed(head + 'COPY . /app\nCMD ["python", "train.py"]') == [("file", "", ("python", "train.py"))]
    assert placed(head + 'COPY src/train.py .\nCMD ["python", "train.py"]') == [("file", "src", ("python", "train.py"))]
    assert placed(head + "COPY src ./code\nCMD python code/train.py") == [("file", "", ("python", "src/train.py"))]
    assert placed(head + "COPY src /app\nCMD python /app/train.py --data=/app/in/a.csv") == [("file", "src", ("python", "train.py", "--data=in/a.csv"))]
    assert placed('FROM python:3\nCOPY ui /app/\nCOPY run.py /opt/\nENTRYPOINT ["python", "/opt/run.py"]') == [("file", "", ("python", "run.py"))]
    assert placed(head + 'COPY ["Pipfile", "serve.py", "./"]\nCMD gunicorn --bind=0.0.0.0:80 serve:app') == [
        ("file", "", ("gunicorn", "--bind=0.0.0.0:80", "serve:app"))]


def test_files_of_several_folders_that_meet_in_one() -> None:
    found = placed('FROM python:3\nWORKDIR /app\nCOPY src/serve.py models/model.pkl ./\nCMD ["python", "serve.py"]')
    assert found == [("file", "models", ("python", "../src/serve.py")), ("file", "src", ("python", "serve.py"))]


def test_what_does_not_come_from_the_project_stays_in_the_container() -> None:
    text = "FROM python:3\nRUN python setup.py install\nWORKDIR /opt\nADD https://example.org/a.py a.py\nCMD python a.py\n"
    assert placed(text) == [("container", "/", ("python", "setup.py", "install")), ("unknown", "/opt", ("python", "a.py"))]


def test_stages_variables_and_relative_folders() -> None:
    text = """ARG ROOT=/srv
FROM python:3 AS base
ARG ROOT
ARG MODE=fast
ENV HOME_DIR=$ROOT/app KIND="two words"
WORKDIR $HOME_DIR
WORKDIR jobs
COPY jobs .
RUN python build.py --mode ${MODE} $UNKNOWN
FROM base
CMD ["python", "run.py"]
FROM python:3
COPY --from=base /srv/app/jobs /work
WORKDIR /work
ENTRYPOINT ["python", "run.py"]
CMD ["--fast"]
"""
    found = commands(text)
    assert [(item.folder, item.words) for item in found] == [
        ("jobs", ("python", "build.py", "--mode", "fast", "${UNKNOWN}")), ("jobs", ("python", "run.py")), ("jobs", ("python", "run.py", "--fast"))]
    assert dict(found[0].environment) == {"ROOT": "/srv", "MODE": "fast", "HOME_DIR": "/srv/app", "KIND": "two words"}
    assert dict(found[1].environment) == {"HOME_DIR": "/srv/app", "KIND": "two words"} and not found[2].environment


def test_continuations_comments_escapes_and_here_documents() -> None:
    text = "# escape=`\nFROM python:3\nCOPY . .\nRUN --mount=type=cache,target=/c python a.py `\n  # why\n\n  --flag && `\n  python b.py\n"
    text += "RUN <<EOF\nset -e\ncd sub && python c.py\npython d.py\nEOF\nCOPY <<EOF /x.py\nRUN python no.py\nEOF\n"
    found = commands(text)
    assert [(item.folder, item.words) for item in found] == [
        ("", ("python", "a.py", "--flag")), ("", ("python", "b.py")), ("sub", ("python", "c.py")), ("sub", ("python", "d.py"))]
    assert text[found[1].at : found[1].end] == "python b.py" and text[found[2].at : found[2].end] == "python c.py"


def test_marks_that_open_no_here_document() -> None:
    assert placed("FROM x\nCOPY . .\nRUN cat <<<word\nRUN echo $((1<<two))\nRUN python a.py")[-1] == ("file", "", ("python", "a.py"))


def test_only_the_last_start_command_counts_and_shells_are_looked_into() -> None:
    text = 'FROM python:3\nWORKDIR /app\nCMD python old.py\nCOPY . .\nCMD ["bash", "-lc", "cd sub && python new.py"]\n'
    assert placed(text) == [("file", "sub", ("python", "new.py"))]


def test_an_image_runs_the_projects_program_on_the_projects_files(tmp_path: Path) -> None:
    project, flow = linked(tmp_path, """
# file: serving/Dockerfile
FROM python:3
WORKDIR /app
COPY serving/serve.py serving/model.pkl ./
ENTRYPOINT ["python", "serve.py", "--model", "model.pkl"]
# file: serving/serve.py
import argparse
import joblib
parser = argparse.ArgumentParser()
parser.add_argument("--model")
joblib.load(parser.parse_args().model)
""")
    (entry,) = project.entries
    assert [(folder.path, folder.certain) for folder in entry.folders] == [("serving", True)]
    assert entry.invocations[0].tool == "docker" and touched(flow, "read") == {"model.pkl"}


def test_a_start_command_without_its_script_is_a_broken_declaration(tmp_path: Path) -> None:
    write_sections("""
# file: Dockerfile
FROM python:3
RUN python get-pip.py
WORKDIR /app
COPY . /app
CMD ["python", "serve.py"]
# file: image/Dockerfile
FROM example.org/base
CMD ["python", "started_by_the_base.py"]
# file: train.py
print("trains")
""", tmp_path)
    assert list(reported(tmp_path)) == [("Dockerfile", 5, "MLD210")]


def test_what_cannot_be_known_of_a_container_claims_nothing(tmp_path: Path) -> None:
    """A folder that the build makes, one that a volume may fill, and a file that is only copied and made executable."""
    write_sections("""
# file: built/Dockerfile
FROM python:3
ADD build /ml/
WORKDIR /ml
CMD ["python", "generated.py"]
# file: mounted/Dockerfile
FROM python:3
WORKDIR /app
CMD ["python", "train.py"]
# file: mounted/train.py
print("trains")
# file: based/Dockerfile
FROM example.org/base
WORKDIR /app
COPY settings.yaml .
CMD ["python", "started_by_the_base.py"]
# file: based/settings.yaml
a: 1
# file: copied/Dockerfile
FROM python:3
COPY tool.py /usr/bin/
RUN chmod +x /usr/bin/tool.py && cp /usr/bin/tool.py /opt/
# file: copied/tool.py
def used(): pass
""", tmp_path)
    assert list(reported(tmp_path)) == []
    (entry,) = linked(tmp_path, "")[0].entries
    assert entry.path == "mounted/train.py" and not any(folder.certain for folder in entry.folders)


def test_odd_files_end_soon() -> None:
    """Empty arrays start nothing; very many lines are read as far as it makes sense."""
    assert commands("FROM a\nENTRYPOINT []\nCMD []\n") == ()
    assert placed("FROM a\nCOPY . /\nENTRYPOINT python old.py\nENTRYPOINT []\nCMD python new.py") == [("file", "", ("python", "new.py"))]
    many = "FROM a\n" + "COPY a/b.py c/\n" * 400 + "RUN python c/b.py\n" * 20_000
    assert 500 < len(commands(many)) < 1000


def test_a_stage_that_copies_from_itself_ends() -> None:
    head = "FROM python:3 AS own\nCOPY src /app\n"
    assert placed(head + "COPY --from=own /app /copy\nCMD python /copy/a.py") == [("file", "", ("python", "src/a.py"))]
    doubled = "".join(f"COPY --from=own /app /app/{n}\n" for n in range(200))
    assert len(placed(head + doubled + "CMD python /app/199/a.py")) == 1
