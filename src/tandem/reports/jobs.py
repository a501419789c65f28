"""Jobs of exports, and of the KPIs that Tandem measures itself."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.kit import clock
from tandem.reports import budget_news
from tandem.reports.exports import stored, stored_pages
from tandem.reports.queries import own_kpis
from tandem.strategy.actions import measurements
from tandem.strategy.models import Kpi, Measurement


@app.task(name=stored.KIND)
def export(job_id: int, query: str, language: str) -> None:
    # house: reads — the worker writes what the job's owner may see
    job = Job.objects.select_related("owner").get(pk=job_id)
    jobs.run(job_id, lambda progress: stored.carry_out(job, query, language, progress))


@app.task(name=stored_pages.KIND)
def pages(job_id: int, space_id: int) -> None:
    # house: reads — the worker writes what the job's owner may see
    job = Job.objects.select_related("owner").get(pk=job_id)
    jobs.run(job_id, lambda progress: stored_pages.carry_out(job, progress))


@app.periodic(cron="50 3 * * *")
@app.task(name="reports.forget_exports", queueing_lock="reports.forget_exports")
def forget_exports(timestamp: int) -> None:
    stored.forget_old()


@app.periodic(cron="30 5 * * *")
@app.task(name="reports.budget_news", queueing_lock="reports.budget_news")
def tell_of_budgets(timestamp: int) -> None:
    budget_news.tell()


@app.periodic(cron="20 5 * * *")
@app.task(name="reports.measure_kpis", queueing_lock="reports.measure_kpis")
def measure_kpis(timestamp: int) -> None:
    """Each KPI that Tandem measures itself: run twice it takes the same value again, which changes nothing."""
    # house: reads — each is measured with the eyes of the person who asked for it
    for kpi in Kpi.objects.exclude(computed_from="").filter(measured_as__is_active=True).select_related("measured_as"):
        if not measurements.may_measure(kpi.measured_as, kpi):
            continue
        found = own_kpis.figure(kpi)
        if found.value is not None:
            measurements.take(actor=kpi.measured_as, kpi=kpi, on=clock.today(), value=found.value, way=Measurement.Way.OWN)
