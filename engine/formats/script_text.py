"""What the scripts for other libraries have in common: their head, and how they read weights and pictures."""

from collections.abc import Mapping, Sequence

from engine.spec import NetworkSpec
from engine.version import VERSION

INDENT = " " * 8

_HEAD = '''"""A network of Filterscope {version} for {library}. The weights lie beside this file.

    python THIS_FILE pictures.npy

prints the logits of pictures, float32 from 0 to 1 of shape {pictures}.
Needs {needs}.
"""

{imports}

CLASSES = {classes}
WEIGHTS = Path(__file__).with_name({weights})
'''

_READ = '''
def read(weights=WEIGHTS):
    """Give the arrays of an .npz or .safetensors file by their names."""
    if Path(weights).suffix == ".npz":
        with np.load(weights) as file:
            return {name: file[name] for name in file.files if name != "spec"}
    from safetensors.numpy import load_file

    return load_file(weights)

'''

_MAIN = """

if __name__ == "__main__":
    for row in logits(load(), np.load(sys.argv[1]).astype(np.float32)):
        print(" ".join(f"{value:.6f}" for value in row), "->", CLASSES[int(row.argmax())])
"""


def script(
    spec: NetworkSpec,
    weights: str,
    *,
    library: str,
    needs: str,
    imports: Sequence[str],
    build: str,
    load: str,
) -> str:
    """Put a script together.

    Parameters
    ----------
    spec, weights
        The network, and the name of the file with its weights.
    library, needs, imports
        What it is for, what must be installed, and the lines that import it and name its words.
    build, load
        Source of the functions ``build()``, and ``load(weights)`` and ``logits(network, pictures)``.
    """
    c, h, w = spec.input_shape
    head = _HEAD.format(
        version=VERSION,
        library=library,
        pictures=f"(n, {c}, {h}, {w})",
        needs=needs,
        imports="\n".join(imports),
        # As ASCII with escapes: names of classes and files may hold anything, and must stay text.
        classes=ascii(list(spec.classes)),
        weights=ascii(weights),
    )
    return "\n\n\n".join(part.strip() for part in (head, build, _READ, load, _MAIN)) + "\n"


def call(function: str, *values: object, **settings: object) -> str:
    """Write a call: ``call("nn.Conv2d", 1, 8, bias=False)`` is ``"nn.Conv2d(1, 8, bias=False)"``.

    Texts must be plain words, such as names of layers.
    """
    named = (f"{name}={_literal(value)}" for name, value in settings.items())
    return f"{function}({', '.join((*map(_literal, values), *named))})"


def beyond(defaults: Mapping[str, object], **settings: object) -> dict[str, object]:
    """Give the settings that are not what the library takes anyway."""
    return {name: value for name, value in settings.items() if value != defaults[name]}


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
