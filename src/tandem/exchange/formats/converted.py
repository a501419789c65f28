"""A plan in a format that MPXJ turns into MS Project's XML first."""

import shutil
import tempfile
from pathlib import Path

from tandem.exchange.formats import mpxj
from tandem.exchange.formats.mspdi import Mspdi
from tandem.exchange.formats.source import ReadOptions
from tandem.exchange.records import SourceInfo


class Converted(Mspdi):
    """A plan that was converted first; what is reported of it is said of the XML that MPXJ has made."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tandem-plan-")
        folder = Path(self._folder.name)
        shutil.copyfile(path, folder / f"given{path.suffix or '.mpp'}")
        mpxj.convert(folder / f"given{path.suffix or '.mpp'}", folder / "plan.xml")
        super().__init__(folder / "plan.xml", options)
        self._given = path
        self.note("through_mpxj", name=path.suffix.lstrip(".") or "mpp")

    @property
    def info(self) -> SourceInfo:
        name = self._project.get("Title") or self._given.stem
        return SourceInfo(system=self.system, name=name, format=mpxj.FORMAT, is_schedule=True, notes=tuple(self.notes), plan=self.asks())
