#!/usr/bin/env python3
"""Holds the reader against Terraform's parser over public configurations.

Takes the repositories of `repositories.txt`, each at its commit, from GitHub or from a folder of bare
clones (`--mirrors DIR`, which holds `OWNER/NAME.git`), writes their Terraform files into a temporary
directory, lets `terraform fmt` judge which of them are valid, has clearway read all of them in one
process, and prints where the two differ. Nothing is kept. JSON is judged by Python's own parser, as
`terraform fmt` does not take it.

    python3 tests/public/files.py [--mirrors DIR] [--show N]
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SUFFIXES = {
    ".tf.json": "tf.json",
    ".tofu.json": "tf.json",
    ".tfvars.json": "tfvars.json",
    ".tf": "tf",
    ".tofu": "tf",
    ".tfvars": "tfvars",
}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--mirrors", type=pathlib.Path, help="bare clones, as OWNER/NAME.git")
    options.add_argument("--show", type=int, default=20, help="how many files of each kind are named")
    options = options.parse_args()
    repositories = [line.split() for line in (HERE / "repositories.txt").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        files = scratch / "files"
        files.mkdir()
        origins = {}
        for repository, commit in repositories:
            clone = find_or_fetch(repository, commit, options.mirrors, scratch)
            extract(clone, repository, commit, files, origins)
        invalid = judge(files, origins)
        answers = read(files, scratch / "answers.tsv")
        report(repositories, origins, invalid, answers, options.show)


def git(*arguments, **more):
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, **more).stdout


def find_or_fetch(repository, commit, mirrors, scratch):
    """The bare clone of a repository; without a mirror only the one commit is fetched."""
    if mirrors:
        return mirrors / f"{repository}.git"
    clone = scratch / "clones" / f"{repository}.git"
    git("init", "--quiet", "--bare", clone)
    git("-C", clone, "fetch", "--quiet", "--depth=1", f"https://github.com/{repository}", commit)
    return clone


def extract(clone, repository, commit, files, origins):
    """Writes what is not there yet, under a number; the same content is taken once."""
    wanted = {}
    for line in git("-C", clone, "ls-tree", "-r", "-z", commit).decode().split("\0"):
        if not line:
            continue
        about, path = line.split("\t", 1)
        mode, _, blob = about.split()
        suffix = next((suffix for suffix in SUFFIXES if path.endswith(suffix)), None)
        if suffix and mode != "120000":
            wanted.setdefault(blob, (path, SUFFIXES[suffix]))
    known = {origin["blob"] for origin in origins.values()}
    blobs = [blob for blob in wanted if blob not in known]
    stream = git("-C", clone, "cat-file", "--batch", input="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    for blob in blobs:
        end = stream.index(b"\n", at)
        header = stream[at:end].split()
        if header[-1] == b"missing":
            at = end + 1
            continue
        size = int(header[2])
        content = stream[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
        path, kind = wanted[blob]
        name = f"{len(origins):06}.{kind}"
        (files / name).write_bytes(content)
        origins[name] = {"blob": blob, "shown": f"{repository}/{path}"}


def judge(files, origins):
    """The files that do not parse, each with the line of its first error where that is known."""
    # A directory per call keeps terraform's memory small.
    process = subprocess.run(
        ["terraform", "fmt", "-check", "-list=false", "-no-color", "."],
        cwd=files,
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    invalid = {}
    for name, line in re.findall(r"on (\d{6}\.\w+) line (\d+)", process.stderr):
        invalid[name] = min(int(line), invalid.get(name, sys.maxsize))
    if process.returncode not in (0, 2, 3):
        sys.exit(f"terraform fmt: {process.stderr[-2000:]}")
    for name in origins:
        if name.endswith(".json"):
            try:
                json.loads((files / name).read_bytes())
            except ValueError as error:
                invalid[name] = getattr(error, "lineno", 0)
    return invalid


def read(files, answers):
    """What clearway says of each file: `read`, `refused` or `panicked`, with line and code."""
    subprocess.run(
        ["cargo", "test", "--quiet", "--test", "public", "--", "--ignored", "--nocapture"],
        cwd=HERE.parent.parent,
        env={**os.environ, "CLEARWAY_FILES": str(files), "CLEARWAY_ANSWERS": str(answers)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    rows = [line.split("\t") for line in answers.read_text().splitlines()]
    return {name: (verdict, int(line), code) for name, verdict, line, code in rows}


def report(repositories, origins, invalid, answers, show):
    refused = {name for name, (verdict, *_) in answers.items() if verdict == "refused"}
    kinds = {kind: sum(name.endswith(f".{kind}") for name in origins) for kind in ("tf", "tfvars", "json")}
    both = refused & invalid.keys()
    same_line = sum(answers[name][1] == invalid[name] for name in both)
    print(f"repositories                 {len(repositories)}")
    print(f"distinct files               {len(origins)} ({', '.join(f'{n} {k}' for k, n in kinds.items())})")
    print(f"valid by terraform           {len(origins) - len(invalid)}")
    print(f"invalid by terraform         {len(invalid)}")
    print(f"refused by both              {len(both)}, of which {same_line} at the same line")
    differing = {
        "valid, but refused": sorted(refused - invalid.keys()),
        "invalid, but accepted": sorted(
            name for name in invalid if answers[name][0] == "read"
        ),
        "panicked": sorted(name for name, (verdict, *_) in answers.items() if verdict == "panicked"),
        "refused at another line": sorted(name for name in both if answers[name][1] != invalid[name]),
    }
    for title, names in differing.items():
        print(f"{title:<29}{len(names)}")
        for name in names[:show]:
            _, line, code = answers[name]
            print(f"  {origins[name]['shown']}: line {line} {code}; terraform: line {invalid.get(name)}")
    wrong = differing["valid, but refused"] or differing["panicked"]
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
