"""What every test gets: one linear algebra thread, an offscreen Qt, and folders of its own."""

import os

import pytest
from hypothesis import settings

# Before anything imports NumPy: arrays in tests are small, and threads only disturb each other.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
# Before anything makes an application. A person's own Qt settings must not change what is tested.
for variable in ("QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME", "QT_SCALE_FACTOR", "QT_FONT_DPI"):
    os.environ.pop(variable, None)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Most tests of the window train on a thread, which starts at once; those of the process say so.
os.environ["FILTERSCOPE_TRAINING"] = "thread"

# "ci" is the default everywhere, so that a run repeats; HYPOTHESIS_PROFILE=thorough looks further.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own settings, data and caches out of the tests, and these out of theirs."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FILTERSCOPE_HOME", str(home / "filterscope"))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    # Data sets that scikit-learn fetches.
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home / "scikit-learn"))
