"""Jobs of products: scores by a new formula."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.product.actions import scoring_models


@app.task(name=scoring_models.RESCORE)
def rescore(model_id: int, job_id: int) -> None:
    def work(progress: jobs.Progress) -> str:
        # house: reads — the worker does what the owner of the job was allowed to ask
        owner = Job.objects.select_related("owner").get(pk=job_id).owner
        scoring_models.rescore(model_id, owner, progress.step)
        return f"/scoring-models/{model_id}/"

    jobs.run(job_id, work)
