"""Compile the functions of a build, so that no cold start has to.

`sam build` ships sources only, and Lambda's file system is read-only: without this step every
cold start compiles Powertools anew. The bytecode is that of the Python that runs this; under
another Runtime it is ignored, and functions start as they did without it.
"""

import compileall
import filecmp
import shutil
import sys
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode


def compile_functions(build: Path) -> int:
    """Compile each function folder of a build; return how many there are.

    Folders made from the same sources are compiled once. The result depends on the sources alone
    (no time stamps), so a build of the same sources deploys nothing new.
    """
    folders = sorted(path for path in build.iterdir() if path.is_dir())
    for folder in folders:
        for source in folder.rglob("*.py"):
            if not _borrow(folders[0], folder, source):
                compileall.compile_file(
                    source,
                    quiet=2,
                    stripdir=str(folder),
                    invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
                )
    return len(folders)


def _borrow(compiled: Path, folder: Path, source: Path) -> bool:
    """Take the bytecode of the same source in the folder that was compiled first."""
    twin = compiled / source.relative_to(folder)
    if folder == compiled or not twin.is_file() or not filecmp.cmp(source, twin, shallow=False):
        return False
    ready, wanted = Path(cache_from_source(str(twin))), Path(cache_from_source(str(source)))
    wanted.parent.mkdir(exist_ok=True)
    shutil.copyfile(ready, wanted)
    return True


def main(arguments: list[str]) -> int:
    """Compile the functions of the build folders named."""
    for name in arguments:
        print(f"{compile_functions(Path(name))} functions compiled in {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
