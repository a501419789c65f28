"""Search for better plans of the whole model: lists and modes through the general decoder.

What the plain kernels cannot hold comes here: calendars, all link types, lags, several modes, stocks, capacity
that varies, pins, hard dates. One thread; the same seed and evaluations give the same plan anywhere."""

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from tandem.compute.scheduling.levelling import general_kernel as kernel
from tandem.compute.scheduling.levelling.arrays import Ints
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder
from tandem.compute.scheduling.levelling.plan import Objective

SIZE, LOOK, CELLS = 60, 200, 50_000
WORDS = np.uint64(0x2545F4914F6CDD1D)


def improve_all(
    decoder: Decoder, founders: list[Decoded], *, seconds: float | None = None, evaluations: int | None = None,
    seed: int = 1, bound: int = 0, cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[Decoded, int]]:  # fmt: skip
    """Plans that are ever better in (broken, tardiness, makespan, moves), with the evaluations so far.

    `founders` are known plans, at least one; the rest of the crowd are stirred copies of them. Ends at `seconds`,
    `evaluations`, or with a plan that breaks nothing, is nowhere late or moved, and is as short as `bound`."""
    begun = perf_counter()
    if seconds is None and evaluations is None:
        evaluations = 5000
    if decoder.arrays.n < 2 or not founders:
        return
    herd = herd_of(decoder, founders, seed)
    best = min((one.objective for one in founders), key=lambda told: told[: kernel.JUDGED])
    herd.best[:] = best
    until, look, widest = 0, 1, max(1, min(LOOK, CELLS // decoder.arrays.n))
    while True:
        look = min(2 * look, widest)
        until += look
        kernel.evolve(
            decoder.tables, herd, until if evaluations is None else min(until, evaluations), np.int64(bound)
        )
        spent = int(herd.tally[kernel.EVALUATIONS])
        told = Objective(*herd.best.tolist())
        if told[: kernel.JUDGED] < best[: kernel.JUDGED]:
            best = told
            yield decoder.measured(herd.best_start, herd.best_mode), spent
        if (
            spent < until
            or (evaluations is not None and spent >= evaluations)
            or (seconds is not None and perf_counter() - begun >= seconds)
            or (cancelled is not None and cancelled())
        ):
            return


def herd_of(decoder: Decoder, founders: list[Decoded], seed: int) -> kernel.Herd:
    """A crowd of the founders, best first, and of copies that wait to be stirred."""
    n = decoder.arrays.n
    founders = sorted(founders, key=lambda one: one.objective[: kernel.JUDGED])[: SIZE // 2]
    lists, modes = np.empty((SIZE, n), np.int32), np.empty((SIZE, n), np.int32)
    for k in range(SIZE):
        known = founders[k % len(founders)]
        lists[k], modes[k] = _list_of(decoder, known.starts), known.modes
    return kernel.Herd(
        lists=lists,
        modes=modes,
        worth=np.zeros((SIZE, 5), np.int64),
        mark=np.zeros(SIZE, np.int64),
        state=np.array([(seed & 0xFFFFFFFFFFFF) + 1], np.uint64) * WORDS,
        tally=np.array([0, 0, len(founders)], np.int64),
        best_start=founders[0].starts.copy(),
        best_mode=founders[0].modes.copy(),
        best=np.zeros(5, np.int64),
        child=np.zeros(n, np.int32),
        child_mode=np.zeros(n, np.int32),
        starts=np.zeros(n, np.int32),
        finishes=np.zeros(n, np.int32),
        told=np.zeros(5, np.int64),
        free=decoder.workspace(),
        position=np.zeros(n, np.int32),
        seen=np.zeros(n, np.bool_),
    )


def _list_of(decoder: Decoder, starts: Ints) -> Ints:
    return decoder.listed(starts.astype(np.int64))
