import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0018_name_links")]

    operations = [
        migrations.AddField(
            model_name="transition",
            name="origin",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="followers", to="work.transition"),
        ),
        migrations.AddConstraint(
            model_name="transition", constraint=models.UniqueConstraint(fields=("space", "origin"), name="one_following_move_per_space")
        ),
    ]
