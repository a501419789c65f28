"""What compute refuses to compute: a code and its values, never words. `planning` words them."""


class Compiling(UserWarning):
    """Told once in a process, when a kernel is not in numba's cache and whoever asked waits for the compiler."""


class Uncomputable(ValueError):
    """Input that has no answer.

    `code` names the rule that is broken, `params` the activity, link or calendar and the offending value
    (for a cycle: `path`, the ids from the first activity back to itself).
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(f"{code}: " + ", ".join(f"{name}={value!r}" for name, value in params.items()))
