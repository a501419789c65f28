"""Equipment and material, and the work that needs it."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("resources", "0006_invoice_once"), ("work", "0026_close_without_result")]
    operations = [
        migrations.CreateModel(
            name="Equipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("kind", models.CharField(choices=[("equipment", "Equipment"), ("material", "Material")], default="equipment", max_length=10, verbose_name="kind")),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit")),
                ("available", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal("0.01"))], verbose_name="available")),
                ("rate", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal("0"))], verbose_name="cost of one")),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("description", models.TextField(blank=True, max_length=5000, verbose_name="description")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={
                "ordering": ["kind", "name", "id"],
                "constraints": [models.UniqueConstraint(fields=("space", "name"), name="one_equipment_of_a_name")],
            },
        ),
        migrations.CreateModel(
            name="EquipmentNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal("0.01"))], verbose_name="amount")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="to")),
                ("override_reason", models.CharField(blank=True, max_length=300, verbose_name="more than there is because")),
                ("equipment", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="resources.equipment", verbose_name="equipment")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="equipment_needs", to="work.workitem", verbose_name="work item")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={
                "ordering": ["starts_on", "id"],
                "indexes": [models.Index(fields=["equipment", "starts_on"], name="equipment_need_when")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="equipment_need_in_order"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="equipment_need_of_something"),
                ],
            },
        ),
    ]
