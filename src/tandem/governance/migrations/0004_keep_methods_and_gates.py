"""Methods with their versions, what projects follow and do otherwise, and the gates with their verdicts. The database lets nobody change a published version."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock

STAND = """
CREATE FUNCTION governance_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.content, NEW.number, NEW.method_id, NEW.note, NEW.published_at, NEW.published_by_id)
        IS DISTINCT FROM (OLD.content, OLD.number, OLD.method_id, OLD.note, OLD.published_at, OLD.published_by_id) THEN
        RAISE EXCEPTION 'version % of method % is published', OLD.number, OLD.method_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_version_stands BEFORE UPDATE ON governance_methodversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION governance_version_stands();
"""
FALL = """
DROP TRIGGER governance_version_stands ON governance_methodversion;
DROP FUNCTION governance_version_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0003_log_decisions"),
        ("people", "0001_initial"),
        ("portfolio", "0006_rank_projects"),
        ("work", "0030_lower_limit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Gate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=200, verbose_name="gate")),
                ("phase", models.SlugField(max_length=40)),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "reviewers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SlugField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="reviewers",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("passed", "Passed"),
                            ("held", "On hold"),
                            ("killed", "Stopped"),
                        ],
                        default="open",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("passed_at", models.DateTimeField(blank=True, null=True, verbose_name="passed")),
                ("is_left_out", models.BooleanField(default=False, verbose_name="left out")),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="work.workitem",
                        verbose_name="milestone",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gates",
                        to="portfolio.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["project", "rank", "id"],
            },
        ),
        migrations.CreateModel(
            name="GateCriterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("key", models.SlugField(max_length=40)),
                ("text", models.CharField(max_length=300, verbose_name="criterion")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("judged", "Judged by a person"),
                            ("deliverables", "Deliverables of the phase are finished"),
                            ("checklists", "Checklists of the phase are ticked"),
                            ("promises", "Promises are on track"),
                            ("risks", "High threats that are open"),
                            ("issues", "Severe issues that are open"),
                            ("budget", "Used of the budget, in per cent"),
                            ("charter", "The charter is signed by both sides"),
                        ],
                        default="judged",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("limit", models.PositiveSmallIntegerField(default=0, verbose_name="limit")),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("is_met", models.BooleanField(blank=True, null=True, verbose_name="met")),
                ("evidence", models.CharField(blank=True, max_length=500, verbose_name="evidence")),
                ("link", models.CharField(blank=True, max_length=500, verbose_name="link")),
                ("judged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="governance.gate",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="judged by",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["gate", "rank", "id"],
            },
        ),
        migrations.CreateModel(
            name="GateRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="amount"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[
                            ("EUR", "EUR"),
                            ("USD", "USD"),
                            ("GBP", "GBP"),
                            ("CNY", "CNY"),
                            ("CHF", "CHF"),
                            ("JPY", "JPY"),
                            ("CAD", "CAD"),
                            ("AUD", "AUD"),
                            ("SEK", "SEK"),
                            ("INR", "INR"),
                            ("SGD", "SGD"),
                            ("BRL", "BRL"),
                        ],
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.budgetentry",
                    ),
                ),
                (
                    "gate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="release",
                        to="governance.gate",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["gate"],
            },
        ),
        migrations.CreateModel(
            name="GateVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("number", models.PositiveSmallIntegerField(verbose_name="review")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("go", "Go"), ("hold", "Hold"), ("recycle", "Recycle"), ("kill", "Kill")],
                        max_length=7,
                        verbose_name="verdict",
                    ),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("conditions", models.JSONField(blank=True, default=list, verbose_name="conditions")),
                ("digest", models.CharField(max_length=64)),
                ("content", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a second"),
                            ("given", "Given"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("given_at", models.DateTimeField(blank=True, null=True, verbose_name="given")),
                (
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="governance.gate",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given by",
                    ),
                ),
                (
                    "seconded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="seconded by",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["gate", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Method",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("name", models.CharField(max_length=120, verbose_name="method")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("origin", models.SlugField(blank=True, max_length=40)),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="MethodPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phase", "Phase"),
                            ("deliverable", "Deliverable"),
                            ("gate", "Gate"),
                            ("role", "Role"),
                            ("report", "Report"),
                            ("kpi", "Figure"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("phase", models.SlugField(blank=True, max_length=40)),
                ("is_left_out", models.BooleanField(default=False, verbose_name="left out")),
                ("is_renamed", models.BooleanField(default=False, verbose_name="called something else")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="work.workitem",
                        verbose_name="work item",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="method_parts",
                        to="portfolio.project",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "rank", "id"],
            },
        ),
        migrations.CreateModel(
            name="MethodVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("content", models.JSONField(verbose_name="content")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="what is new")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                (
                    "method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="governance.method",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["method", "-number"],
            },
        ),
        migrations.CreateModel(
            name="MethodUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("began_at", models.DateTimeField(verbose_name="since")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="method_uses",
                        to="portfolio.project",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
                (
                    "method_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="governance.methodversion",
                    ),
                ),
            ],
            options={
                "ordering": ["project", "-began_at"],
            },
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(fields=["space", "state"], name="gate_state"),
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(condition=models.Q(("state", "open")), fields=["due_on"], name="gate_due"),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.UniqueConstraint(fields=("project", "key"), name="one_gate_key"),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("passed_at__isnull", False), ("state", "passed")),
                    models.Q(models.Q(("state", "passed"), _negated=True), ("passed_at", None)),
                    _connector="OR",
                ),
                name="gate_passed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatecriterion",
            constraint=models.UniqueConstraint(fields=("gate", "key"), name="one_gate_criterion"),
        ),
        migrations.AddConstraint(
            model_name="gatecriterion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_met", None),
                    models.Q(
                        ("judged_by__isnull", False),
                        ("kind", "judged"),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="judged_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="gaterelease",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="gate_release_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="gateverdict",
            constraint=models.UniqueConstraint(fields=("gate", "number"), name="one_gate_verdict"),
        ),
        migrations.AddConstraint(
            model_name="gateverdict",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("gate",), name="one_waiting_verdict"
            ),
        ),
        migrations.AddConstraint(
            model_name="gateverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_by", models.F("seconded_by")), _negated=True),
                name="seconded_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="method",
            constraint=models.UniqueConstraint(fields=("space", "name"), name="one_method_name"),
        ),
        migrations.AddConstraint(
            model_name="methodpart",
            constraint=models.UniqueConstraint(fields=("project", "kind", "key"), name="one_method_part"),
        ),
        migrations.AddConstraint(
            model_name="methodpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_left_out", False), ("is_renamed", False)),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="tailored_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="methodversion",
            constraint=models.UniqueConstraint(fields=("method", "number"), name="one_method_version"),
        ),
        migrations.AddConstraint(
            model_name="methodversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at", None)), fields=("method",), name="one_method_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="methoduse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("project",), name="one_method_at_a_time"
            ),
        ),
        migrations.RunSQL(STAND, FALL),
    ]
