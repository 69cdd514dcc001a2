"""Joins the training to the Tape bar and the Train page: opening runs, commands, numbers, events."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from engine.datasets import Split
from engine.errors import EngineError
from engine.inspect.words import grouped
from engine.recipes import DEFAULT_PRESET, PRESETS, Preset, preset
from engine.session_messages import Failed, KnobChanged, Replayed, SessionEvent, StateChanged
from gui.bridge import Bridge, Pulled, RunInfo, SessionRecord, SessionState
from gui.data_library import EMBEDDED, OPEN_FILE, DataLibrary
from gui.instrument import Instrument
from gui.pages.train.page import TrainPage
from gui.run_events import told
from gui.scrubbing import Scrubbing
from gui.tape_bar import TapeBar
from gui.widgets.paced import Paced

logger = logging.getLogger(__name__)

# On Train a run goes on long enough to be watched and played with; one stops it when one has seen enough.
RUN_EPOCHS = 100
WHOLE_NUMBERS = ("batch_size", "epochs")

Say = Callable[..., None]


def _replay_sentence(event: Replayed) -> str:
    step = grouped(event.step)
    return f"The way to step {step} was taken again with another result: the optimiser’s memory differs."


class TrainingControl(QObject):
    """Opens runs as the Train page asks for them and passes commands on. GUI thread only.

    Parameters
    ----------
    say
        ``say(sentence, action=None, act=None, warning=False)`` tells the person something in place.
    """

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        library: DataLibrary,
        page: TrainPage,
        tape: TapeBar,
        say: Say,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._instrument, self._library = bridge, instrument, library
        self._page, self._tape, self._say = page, tape, say
        self._preset: Preset = preset(DEFAULT_PRESET)
        self._data_key = EMBEDDED
        self._start_when_loaded = False
        # Data set that the next run is to learn on, among those that may still be loading.
        self._wanted = EMBEDDED
        # Whether a run that was kept at the last closing has not been brought back yet.
        self.kept_run_waits = False
        self._reopening: tuple[SessionRecord, str] | None = None
        self._progress_words = Paced(self._show_progress, parent=self)
        self._fill_datasets()

        tape.play_toggled.connect(self.toggle)
        tape.step_requested.connect(self.step)
        tape.epoch_requested.connect(self.run_epoch)
        tape.stop_requested.connect(self.stop)
        tape.restart_requested.connect(lambda: self.restart(new_seed=False))
        tape.new_seed_requested.connect(lambda: self.restart(new_seed=True))
        page.dataset_chosen.connect(self.choose_dataset)
        page.preset_chosen.connect(self.choose_preset)
        page.knob_turned.connect(self._on_knob_turned)
        library.loaded.connect(self._on_data_loaded)
        library.failed.connect(self._on_data_failed)
        bridge.run_opened.connect(self._on_run_opened)
        bridge.book.changed.connect(self._show_events)
        instrument.pulled.connect(self._on_pulled)
        # After the losses have gone to the bar: from them it knows the newest step.
        instrument.playhead_moved.connect(page.show_playhead)
        page.step_wanted.connect(tape.playhead_wanted)
        self.playback = Scrubbing(bridge, instrument, tape, self).playback
        tape.show_state("none", can_run=True)

    def reactions(self) -> Mapping[str, Callable[[], Any]]:
        """What the window's commands of these names do."""
        return {
            "epoch": self.run_epoch,
            "stop": self.stop,
            "restart": partial(self.restart, new_seed=False),
            "new_seed": partial(self.restart, new_seed=True),
        }

    def ensure_run(self) -> None:
        """See to it that there is a run to look at: random values of the chosen network."""
        if self._bridge.session is None and self._reopening is None:
            self._wanted = self._data_key
            self._library.load(self._data_key)

    def new_run(self) -> None:
        """Open a fresh run of the chosen network on the embedded digits, at once."""
        self._wanted = EMBEDDED
        self._library.load(EMBEDDED)

    def toggle(self) -> None:
        """Play or pause; an ended run begins again from its seed. What trains is shown live."""
        if self._bridge.session is None:
            self._start_when_loaded = True
            self.ensure_run()
            return
        if self._is_leaving():
            return
        if self._bridge.state in (SessionState.STOPPED, SessionState.FAILED):
            self._bridge.restart(new_seed=False)
            self._offer_way_back()
        pauses = self._bridge.is_running
        self._bridge.toggle()
        if not pauses:
            self._instrument.go_live()
        self._instrument.wake()

    def step(self) -> None:
        """Train one batch, live."""
        self._instrument.go_live()
        self._command(self._bridge.step)

    def run_epoch(self) -> None:
        """Train to the end of the epoch, live."""
        self._instrument.go_live()
        self._command(self._bridge.run_epoch)

    def stop(self) -> None:
        """End the run."""
        self._command(self._bridge.stop)

    def restart(self, *, new_seed: bool) -> None:
        """Open a run like the present one, from the same or another seed."""
        if self._bridge.session is None:
            self.ensure_run()
            return
        self._bridge.restart(new_seed=new_seed)
        self._offer_way_back()

    def choose_preset(self, key: str) -> None:
        """Open a run of another preset network."""
        self._preset = preset(key)
        self._wanted = self._data_key
        self._library.load(self._data_key)

    def choose_dataset(self, key: str) -> None:
        """Open a run on another data set; it may have to be fetched first."""
        if key == OPEN_FILE:
            self._fill_datasets()
            self._page.settings.ask_for_data_file()
            return
        self._wanted = key
        self._library.load(key)

    def reopen(self, record: SessionRecord, data_key: str) -> None:
        """Bring a kept run back, waiting where it was. What would have to be fetched is only offered."""
        self.kept_run_waits = True
        if self._library.needs_fetch(data_key):
            name = self._library.name_of(data_key)
            sentence = f"{record.name} learned on {name}, which is not on this computer any more."
            self._say(sentence, action=f"Fetch {name}", act=lambda: self._reopen(record, data_key))
        else:
            self._reopen(record, data_key)

    def _reopen(self, record: SessionRecord, data_key: str) -> None:
        self._reopening = record, data_key
        self._wanted = data_key
        self._library.load(data_key)

    def _is_leaving(self) -> bool:
        """Tell whether another run is about to come in the place of this one, and say so."""
        if self._bridge.is_leaving:
            self._say("Another run is being opened: it can be trained as soon as it is here.")
        return self._bridge.is_leaving

    def _command(self, send: Callable[[], object]) -> None:
        if self._is_leaving():
            return
        self.ensure_run()
        send()
        self._instrument.wake()

    def _on_data_loaded(self, key: str, split: Split) -> None:
        try:
            if self._reopening is not None and self._reopening[1] == key:
                record, self._reopening = self._reopening[0], None
                self._bridge.reopen_run(record, split, data_key=key)
                self.kept_run_waits = False
            elif key == self._wanted:
                self._open_run(key, split)
            else:
                # It was chosen before something else was: it must not take the place of that.
                self._fill_datasets()
                name = self._library.name_of(key)
                act = partial(self.choose_dataset, key)
                self._say(f"{name} is here.", action=f"Train on {name}", act=act)
        except EngineError as error:
            self._start_when_loaded = False
            self._fill_datasets()
            self._say(str(error), warning=True)
        if self._start_when_loaded:
            self._start_when_loaded = False
            self._bridge.toggle()
            self._instrument.wake()

    def _open_run(self, key: str, split: Split) -> None:
        chosen = self._preset
        config = replace(chosen.config, epochs=RUN_EPOCHS)
        spec = chosen.spec_for(split.train.picture_shape, split.train.classes)
        self._bridge.open_run(spec, config, split, data_key=key, preset_name=chosen.name)
        self._offer_way_back()

    def _on_data_failed(self, sentence: str) -> None:
        if not self._library.is_loading:
            # Nothing comes any more of what was waited for.
            self._start_when_loaded = False
            self._reopening = None
        self._fill_datasets()
        if sentence:
            self._say(sentence, warning=True)

    def _offer_way_back(self) -> None:
        session, name = self._bridge.session, self._bridge.previous_name
        if name is not None and session is not None:
            sentence = f"This is {session.name}. {name} is kept as it was."
            self._say(sentence, action=f"Go back to {name}", act=self.go_back)

    def go_back(self) -> None:
        """Return to the run before the present one."""
        self._bridge.go_back()
        self._offer_way_back()

    def _fill_datasets(self) -> None:
        self._page.settings.set_datasets(self._library.entries(), self._data_key)

    def _on_run_opened(self, info: RunInfo) -> None:
        session = self._bridge.session
        assert session is not None
        self._data_key = info.data_key
        self._preset = next((p for p in PRESETS if p.name == info.preset_name), self._preset)
        self._fill_datasets()
        self._page.show_run(info.spec, session.config, info.preset_name, info.split.test)
        self._tape.reset()
        self._show_events()
        self._show_state()
        self._show_progress()

    def _on_knob_turned(self, name: str, value: float) -> None:
        session = self._bridge.session
        if session is None:
            return
        try:
            self._bridge.set_knobs(**{name: int(value) if name in WHOLE_NUMBERS else value})
        except EngineError as error:
            self._say(str(error), warning=True)
            self._page.settings.show_config(session.config)
        self._instrument.wake()

    def _on_pulled(self, pulled: Pulled) -> None:
        self._page.show_pulled(pulled)
        if len(pulled.steps):
            self._tape.append_loss(pulled.steps["step"], pulled.steps["loss"])
        for event in pulled.events:
            self._tell(event)
        if pulled.events:
            self._show_events()
        if len(pulled.steps) or pulled.events:
            self._progress_words.request()

    def _tell(self, event: SessionEvent) -> None:
        match event:
            case StateChanged():
                self._show_state()
                self._progress_words.call_now()
            case KnobChanged():
                if self._bridge.session is not None:
                    self._page.settings.show_config(self._bridge.session.config)
            case Replayed(exact=True):
                # What was promised of a fork is no news, and must not take the place of what is.
                logger.info("the way to step %d was taken again, with the same result", event.step)
            case Replayed():
                self._say(_replay_sentence(event), warning=True)
            case Failed():
                if event.details:
                    logger.error("%s\n%s", event.message, event.details)
                self._say(
                    event.message,
                    action="Restart from the same seed",
                    act=lambda: self._bridge.restart(new_seed=False),
                    warning=True,
                )

    def _show_events(self) -> None:
        """Mark all that has happened anew: a parent may be called something else by now."""
        if self._bridge.present is not None:
            self._tape.show_events(told(self._bridge.book, self._bridge.present))

    def _show_state(self) -> None:
        state = self._bridge.state
        self._tape.show_state("none" if state is None else state.value, can_run=True)

    def _show_progress(self) -> None:
        session = self._bridge.session
        if session is None:
            return
        progress = session.progress
        running = self._bridge.is_running
        self._tape.show_progress(
            progress.step,
            progress.epoch,
            progress.images_per_second if running else 0.0,
            progress.test_accuracy,
            progress.seconds_left if progress.images_per_second else None,
            min(progress.epoch / progress.epochs, 1.0),
        )
