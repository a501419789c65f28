import django.db.models.deletion
from django.db import migrations, models


def _origin(model: str) -> migrations.AddField:
    return migrations.AddField(
        model_name=model,
        name="origin",
        field=models.ForeignKey(
            blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followers", to=f"work.{model}"
        ),
    )


def _one(model: str, name: str) -> migrations.AddConstraint:
    return migrations.AddConstraint(model_name=model, constraint=models.UniqueConstraint(fields=("space", "origin"), name=name))


class Migration(migrations.Migration):
    dependencies = [("work", "0015_give_types_workflows")]

    operations = [
        _origin("state"),
        _origin("workitemtype"),
        _one("state", "one_following_state_per_space"),
        _one("workitemtype", "one_following_type_per_space"),
    ]
