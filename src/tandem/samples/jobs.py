"""What the worker does for the sample organisation once it is loaded."""

from procrastinate.contrib.django import app

from tandem.kit import jobs as queue
from tandem.samples import asked


@queue.computes
@app.task(name=asked.JUDGE)
def judge(language: str, raised: list[list[int]]) -> None:
    asked.judge("zh" if language == "zh" else "en", raised)
