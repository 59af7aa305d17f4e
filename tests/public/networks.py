#!/usr/bin/env python3
"""What clearway makes of public network repositories: the table in docs/measured.md.

    tests/public/networks.py                        clones each repository from GitHub
    tests/public/networks.py --mirrors DIR          takes the bare clones DIR/OWNER/NAME.git instead
    tests/public/networks.py --only NAME --verbose  one repository, with every diagnostic

Each directory that holds Terraform files is shown as a root module of its own. Once as the repository is, and
once more with those of its modules installed that lie in other repositories of the list: what `terraform
init` would do. Everything is done in a temporary directory and nothing of it is kept.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

# Repository and commit, and what of it is measured.
REPOSITORIES = [
    ("Azure/Enterprise-Scale-for-AVS", "3758eb718b011da96c17afaabe0e22bae634b75f", ""),
    ("Azure/terraform-azurerm-avm-res-avs-privatecloud", "743d7c6c8b81e66cb96d3f1168d2329119045c25", ""),
    ("Azure/terraform-azurerm-caf-enterprise-scale", "1e3d84acdfa524f4d945efa57e07062519822d18", ""),
    ("Azure/terraform-azurerm-hubnetworking", "205d5620dd462dfb3a0f552962590b9f3a48d4d7", ""),
    ("Azure/terraform-azurerm-avm-ptn-alz-connectivity-hub-and-spoke-vnet", "6f72eaffe26f79cfb08d7cc5408f3885c0cce0c4", ""),
    ("Azure/terraform-azurerm-avm-ptn-alz-connectivity-virtual-wan", "06ee3ca9dd3ccac190de92c2f301cd5bc33f8733", ""),
    ("aztfmod/terraform-azurerm-caf", "e09d494a521cb23e30ff7af6ceff2c06b043bab7", ""),
    ("Azure/caf-terraform-landingzones", "3a37cc489839a58e5edb4f46c9807ba8bb460609", ""),
    ("hmcts/azure-platform-terraform", "6cca8963b9f808bfcb107f99bb07ab6e77911db6", ""),
    ("Azure/terraform", "c710dcd10c302e28e0914641a471d74be57bd2ed", "quickstart/"),
]

# Where else their modules come from, besides the list itself.
MODULES = [
    "Azure/terraform-azurerm-avm-ptn-hubnetworking",
    "Azure/terraform-azurerm-avm-ptn-network-private-link-private-dns-zones",
    "Azure/terraform-azurerm-avm-ptn-virtualwan",
    "Azure/terraform-azurerm-avm-ptn-vnetgateway",
    "Azure/terraform-azurerm-avm-res-compute-virtualmachine",
    "Azure/terraform-azurerm-avm-res-network-azurefirewall",
    "Azure/terraform-azurerm-avm-res-network-firewallpolicy",
    "Azure/terraform-azurerm-avm-res-network-networksecuritygroup",
    "Azure/terraform-azurerm-avm-res-network-privatednszone",
    "Azure/terraform-azurerm-avm-res-network-virtualnetwork",
    "Azure/terraform-azurerm-avm-utl-regions",
    "Azure/terraform-azurerm-lz-vending",
    "Azure/terraform-azurerm-naming",
]

CALL = re.compile(r'^module\s+"([^"]+)"\s*\{(.*?)^\}', re.MULTILINE | re.DOTALL)
SOURCE = re.compile(r'^\s*source\s*=\s*"([^"]*)"', re.MULTILINE)
REGISTRY = re.compile(r"^(?:registry\.terraform\.io/)?([\w-]+)/([\w-]+)/([\w-]+)(?://(.*))?$")
MOST_MODULES = 400


def git(*arguments, **options):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, **options).stdout


class Shelf:
    """Fetches repositories, once each."""

    def __init__(self, mirrors, place):
        self.mirrors, self.place, self.have = mirrors, place, {}

    def repository(self, name, commit=None):
        if name not in self.have:
            self.have[name] = self._take(name, commit)
        return self.have[name]

    def _take(self, name, commit):
        target = self.place / name.replace("/", "+")
        bare = self._bare(name, commit)
        if bare is None:
            return None
        if commit and subprocess.run(["git", "-C", bare, "cat-file", "-e", commit], capture_output=True).returncode:
            commit = None
        self._extract(bare, commit or "HEAD", target)
        (target / ".git").mkdir(parents=True, exist_ok=True)
        (target / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        return target, git("-C", bare, "rev-parse", commit or "HEAD").decode().strip()

    def _bare(self, name, commit):
        if self.mirrors:
            bare = self.mirrors / f"{name}.git"
            return bare if bare.is_dir() else None
        bare = self.place / (name.replace("/", "+") + ".git")
        try:
            git("init", "--quiet", "--bare", bare)
            git("-C", bare, "fetch", "--quiet", "--depth=1", f"https://github.com/{name}", commit or "HEAD")
            git("-C", bare, "update-ref", "HEAD", "FETCH_HEAD")
        except subprocess.CalledProcessError:
            return None
        return bare

    @staticmethod
    def _extract(bare, commit, target):
        """Every file of the commit that is there: a mirror may lack the largest."""
        listing = git("-C", bare, "ls-tree", "-r", "-z", commit).decode().split("\0")
        entries = [(*line.split("\t")[0].split(), line.split("\t", 1)[1]) for line in listing if line]
        entries = [(mode, thing, path) for mode, kind, thing, path in entries if kind == "blob" and mode != "120000"]
        request = "".join(f"{thing}\n" for _, thing, _ in entries).encode()
        answer = git("-C", bare, "cat-file", "--batch", input=request)
        at = 0
        for _, thing, path in entries:
            line = answer.index(b"\n", at)
            header = answer[at:line].split()
            at = line + 1
            if header[-1] == b"missing":
                continue
            size = int(header[2])
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(answer[at : at + size])
            at += size + 1


def directories(root, below):
    found = {file.parent for file in root.rglob("*.tf")} | {file.parent for file in root.rglob("*.tf.json")}
    return sorted(d for d in found if str(d.relative_to(root)).startswith(below.rstrip("/")) and ".terraform" not in d.parts)


def calls(directory):
    for file in sorted(directory.glob("*.tf")):
        for name, body in CALL.findall(file.read_text(errors="replace")):
            source = SOURCE.search(body)
            if source:
                yield name, source.group(1)


def install(root, shelf):
    """Writes what `terraform init` would, for the modules that are on the shelf."""
    modules, pending = [{"Key": "", "Source": "", "Dir": "."}], [("", root)]
    copied = {}
    while pending and len(modules) < MOST_MODULES:
        prefix, directory = pending.pop()
        for name, source in calls(directory):
            key = f"{prefix}.{name}" if prefix else name
            if source.startswith("."):
                place = (directory / source).resolve()
            else:
                place = registry(source, root, shelf, copied)
            if place is None or not place.is_dir():
                continue
            modules.append({"Key": key, "Source": source, "Dir": os.path.relpath(place, root)})
            pending.append((key, place))
    if len(modules) > 1:
        folder = root / ".terraform" / "modules"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "modules.json").write_text(json.dumps({"Modules": modules}))
    return bool(copied)


def registry(source, root, shelf, copied):
    match = REGISTRY.match(source)
    if not match:
        return None
    owner, name, provider, below = match.groups()
    repository = f"{owner}/terraform-{provider}-{name}"
    if repository not in copied:
        taken = shelf.repository(repository) if repository in KNOWN else None
        if taken is None:
            return None
        target = root / ".terraform" / "modules" / repository.replace("/", "+")
        shutil.copytree(taken[0], target, ignore=shutil.ignore_patterns(".git", ".terraform"), dirs_exist_ok=True)
        copied[repository] = target
    return copied[repository] / (below or "")


KNOWN = {name for name, _, _ in REPOSITORIES} | set(MODULES)


class Figures:
    def __init__(self):
        self.roots = self.broken = self.resources = self.data = self.values = self.seconds = 0
        self.slowest = (0.0, "")
        self.unknown, self.not_understood, self.codes = (collections.Counter() for _ in range(3))

    def add(self, name, summary, seconds):
        self.roots += 1
        self.broken += any(entry["severity"] == "error" for entry in summary["diagnostics"])
        self.resources += summary["resources"]
        self.data += summary["data"]
        self.values += summary["values"]
        self.seconds += seconds
        self.slowest = max(self.slowest, (seconds, name))
        for cause in summary["unknown"]:
            self.unknown[cause["cause"]] += cause["values"]
        for entry in summary["not_understood"]:
            plain = re.sub(r"\[[^]]*\]", "", entry["address"])
            self.not_understood[plain.split(".")[-2] if "." in plain else plain] += 1
        for entry in summary["diagnostics"]:
            self.codes[f'{entry["severity"]} {entry["code"]}'] += entry["count"]


def run(clearway, path, *arguments):
    done = subprocess.run([clearway, *arguments, "."], cwd=path, capture_output=True)
    if done.returncode not in (0, 1, 2, 3) or not done.stdout:
        sys.exit(f"{path}: {arguments} ends with {done.returncode}\n{done.stderr.decode()}")
    return json.loads(done.stdout)


def measure(clearway, root, paths, figures, verbose):
    for path in paths:
        name = str(path.relative_to(root))
        began = time.monotonic()
        summary = run(clearway, path, "show", "--summary", "--format", "json")
        figures.add(name, summary, time.monotonic() - began)
        run(clearway, path, "check", "--format", "json")
        if verbose:
            for d in run(clearway, path, "show", "--format", "json")["diagnostics"]:
                at = d["at"] or {"file": "-", "line": 0, "column": 0}
                place = f'{at["file"]}:{at["line"]}:{at["column"]}'
                print(f'{name}: {d["severity"]} {d["code"]} {place} {d["summary"]} | {d["detail"]} | {d["help"]}')


def words(counter, most=12):
    shown = [f"{name} {count}" for name, count in counter.most_common(most)]
    left = len(counter) - len(shown)
    return ", ".join(shown) + (f", {left} more" if left > 0 else "") or "none"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clearway", default="target/release/clearway", help="the program")
    parser.add_argument("--mirrors", type=pathlib.Path, help="a folder of bare repositories, instead of GitHub")
    parser.add_argument("--only", help="a part of a repository's name")
    parser.add_argument("--verbose", action="store_true", help="every diagnostic")
    arguments = parser.parse_args()
    clearway = str(pathlib.Path(arguments.clearway).resolve())
    with tempfile.TemporaryDirectory() as place:
        shelf = Shelf(arguments.mirrors, pathlib.Path(place))
        for repository, commit, below in REPOSITORIES:
            if arguments.only and arguments.only not in repository:
                continue
            taken = shelf.repository(repository, commit)
            if taken is None:
                print(f"## {repository}: not to be had\n")
                continue
            root, commit = taken
            paths = directories(root, below)
            for installed in (False, True):
                if installed:
                    paths = [path for path in paths if install(path, shelf)]
                    if not paths:
                        break
                figures = Figures()
                measure(clearway, root, paths, figures, arguments.verbose)
                print(f"## {repository} {commit[:12]}{', modules installed' if installed else ''}")
                print(f"{figures.roots} directories ({figures.broken} with errors), {figures.resources} resources, {figures.data} data sources,"
                      f" {figures.values} values; {figures.seconds:.2f} s, slowest {figures.slowest[0]:.2f} s {figures.slowest[1]}")
                print(f"unknown ({sum(figures.unknown.values())}): {words(figures.unknown)}")
                print(f"not understood: {words(figures.not_understood)}")
                print(f"diagnostics: {words(figures.codes)}\n", flush=True)


if __name__ == "__main__":
    main()
