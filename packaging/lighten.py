"""Put small libraries in the place of two large ones of which the program uses next to nothing. Linux only.

Qt links to ICU's data: 32 MB of the names, calendars and orders of all languages, of which this program,
which speaks English and reads UTF-8, needs the root. SciPy brings a second OpenBLAS beside NumPy's, with
integers of another width, so that one cannot do for both. SciPy is there because scikit-learn imports it to
fetch a data set, and nothing on that way computes with it: its OpenBLAS gives place to a library of the
same names, each of which ends the process with a sentence. Both can be replaced by the originals, file by
file.

Needs ``icupkg`` (icu-devtools), ``objcopy``, ``nm`` and a C compiler.
"""

import re
import subprocess
from pathlib import Path

# What ICU's own code opens for the root locale, English, time zones and Unicode's properties.
_KEPT = re.compile(
    r"(|coll/|curr/|zone/|lang/|region/)(root|en|pool|res_index)\.res|coll/ucadata\.icu|"
    r"(cnvalias|uemoji|ulayout|unames)\.icu|(nfkc|nfkc_cf|uts46)\.nrm|"
    r"(currencyNumericCodes|dayPeriods|icustd|icuver|keyTypeData|langInfo|likelySubtags|metaZones|metadata|"
    r"numberingSystems|pluralRanges|plurals|supplementalData|timezoneTypes|windowsZones|zoneinfo64)\.res"
)

_DATA_SOURCE = """
.section .note.GNU-stack,"",%progbits
.section .rodata
.balign 16
.globl {symbol}
.type {symbol}, %object
{symbol}: .incbin "{data}"
.size {symbol}, .-{symbol}
"""

_REFUSAL_SOURCE = """
#include <stdio.h>
#include <stdlib.h>
static void refuse(void) {
    fputs("SciPy's linear algebra is not part of the packaged Filterscope.\\n", stderr);
    abort();
}
"""


def lighten_icu(library: Path, scratch: Path) -> None:
    """Rebuild `library` (libicudata.so.NN) with the kept items only, under the same name and symbol."""
    symbol = _told("nm", "-D", library).split()[-1]
    data, kept = scratch / f"{symbol[:7]}l.dat", scratch / f"kept-{symbol[:7]}l.dat"
    subprocess.run(["objcopy", "-O", "binary", "--only-section=.rodata", library, data], check=True)
    items = _told("icupkg", "-l", data).split()
    unused = scratch / "unused.txt"
    unused.write_text("\n".join(item for item in items if not _KEPT.fullmatch(item)))
    subprocess.run(["icupkg", "-r", unused, data, kept], check=True)
    source = scratch / "icudata.S"
    source.write_text(_DATA_SOURCE.format(symbol=symbol, data=kept))
    _link(source, library, library.name)


def lighten_blas(folder: Path, scratch: Path) -> None:
    """Let SciPy's OpenBLAS, in the folder `scipy.libs`, refuse."""
    libraries = folder / "lib" / "scipy.libs"
    blas = next(libraries.glob("libscipy_openblas*"))
    own = set(_told("nm", "-D", "--defined-only", "--format=just-symbols", blas).split())
    wanted: set[str] = set()
    for module in folder.rglob("*.so"):
        wanted.update(_told("nm", "-D", "--undefined-only", "--format=just-symbols", module).split())
    names = sorted(own & wanted)
    source = scratch / "refusal.c"
    aliases = (f'void {name}(void) __attribute__((alias("refuse")));\n' for name in names)
    source.write_text(_REFUSAL_SOURCE + "".join(aliases))
    _link(source, blas, blas.name)


def _link(source: Path, library: Path, soname: str) -> None:
    command = ["cc", "-shared", "-fPIC", "-O1", "-s", f"-Wl,-soname,{soname}", "-o", library, source]
    subprocess.run(command, check=True)


def _told(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
